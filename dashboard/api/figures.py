"""Figures: the rows of a question before anything is folded, ordered or left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeAlias

from babel.numbers import format_compact_currency, format_currency

from dashboard.api.conditions import GOAL_NAMES, is_of_goals
from dashboard.api.date_range import DateRange
from dashboard.api.names import VITALS
from dashboard.api.question import Question
from dashboard.figures.condition import Condition
from dashboard.figures.dimensions import DIMENSIONS, Dimension
from dashboard.figures.query import (
    Figures,
    Group,
    Money,
    Scope,
    engagement_by,
    figures_by,
    money_by,
    scope_of_days,
    session_pageviews_by,
    vitals_by,
)
from schema import Store

Key: TypeAlias = tuple[str, ...]
ByCurrency: TypeAlias = dict[str, Money]

MIXED_CURRENCIES: Final = "these events have revenue in several currencies, which do not add up"


@dataclass(slots=True)
class Table:
    """What the metrics of a question are made of, by combination of values."""

    groups: list[Group]
    group_total: int  # how many there are, also beyond those read
    lost_until: str = ""  # the last day of which nothing could be read
    total: int = 0  # visitors of all rows together
    converting_total: int = 0  # visitors of the view without its conditions on goals
    converting: dict[Key, int] = field(default_factory=dict)  # the same by the other dimensions
    session_pageviews: dict[Key, tuple[int, int]] = field(default_factory=dict)
    engagement: dict[Key, tuple[float, float]] = field(default_factory=dict)
    vitals: dict[Key, dict[str, float | None]] = field(default_factory=dict)
    page_pageviews: dict[Key, int] = field(default_factory=dict)  # by page
    money: dict[Key, ByCurrency] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)  # by metric


def read_table(store: Store, question: Question, found: DateRange) -> Table:
    """Return what a question's metrics are made of in a range; raises StoreError."""
    metrics = set(question.metrics)
    scope = scope_of(store, question, found, question.filters)
    dimensions = [each.dimension for each in question.dimensions]
    zone = question.timezone
    # Pageviews are no goal; every other value may be missing.
    required = [place for place, each in enumerate(dimensions) if each.name == "goal"]
    groups = figures_by(store, scope, dimensions, timezone=zone, required=required)
    table = Table(groups.rows, groups.row_total)
    if not dimensions and not groups.rows:
        table.groups = [Group((), Figures(), 0)]
    if lost := scope.unknown_days(dimensions):
        table.lost_until = str(lost[-1])
    if "percentage" in metrics:
        table.total = visitors_of(store, scope)
    if metrics & {"conversion_rate", "group_conversion_rate"}:
        _read_converting(store, question, found, table)
    if "views_per_visit" in metrics:
        table.session_pageviews = session_pageviews_by(store, scope, dimensions, timezone=zone)
    if metrics & {"scroll_depth", "time_on_page"}:
        table.engagement = engagement_by(store, scope, dimensions, timezone=zone)
    if metrics & set(VITALS):
        table.vitals = vitals_by(store, scope, dimensions, timezone=zone)
    if "exit_rate" in metrics:
        pages = figures_by(store, scope, [DIMENSIONS["page"]]).rows
        table.page_pageviews = {row.key: row.figures.pageviews for row in pages}
    if metrics & {"total_revenue", "average_revenue"}:
        table.money = money_by(store, scope, dimensions, timezone=zone)
    return table


def scope_of(
    store: Store, question: Question, found: DateRange, filters: tuple[Condition, ...]
) -> Scope:
    """Return what to read for a range, under these conditions."""
    return scope_of_days(
        store,
        question.site.name,
        found.since,
        found.until,
        filters=filters,
        starts_at=found.starts_at,
        before=found.before,
    )


def visitors_of(store: Store, scope: Scope) -> int:
    """Return how many visitors a scope has."""
    rows = figures_by(store, scope, []).rows
    return rows[0].figures.visitors if rows else 0


def values_of(question: Question, table: Table, group: Group) -> list[Any]:
    """Return a row's metrics in the order they were asked for; a rate of nothing is None."""
    return [_value(metric, question, table, group) for metric in question.metrics]


def _value(metric: str, question: Question, table: Table, group: Group) -> Any:
    figures, key = group.figures, group.key
    match metric:
        case "visitors" | "pageviews":
            return getattr(figures, metric)
        case "visits":
            return figures.sessions
        case "events":
            return group.events
        case "bounce_rate":
            return _percent(figures.bounces, figures.sessions)
        case "visit_duration":
            return round(figures.duration_s / figures.sessions) if figures.sessions else None
        case "views_per_visit":
            pageviews, sessions = table.session_pageviews.get(key, (0, 0))
            return round(pageviews / sessions, 2) if sessions else None
        case "percentage":
            return _percent(figures.visitors, table.total)
        case "conversion_rate":
            return _percent(figures.visitors, table.converting_total)
        case "group_conversion_rate":
            return _percent(
                figures.visitors, table.converting.get(_key_of_others(question, key), 0)
            )
        case "exit_rate":
            return _percent(figures.sessions, table.page_pageviews.get(key, 0))
        case "lcp_ms" | "fcp_ms" | "ttfb_ms" | "inp_ms" | "cls":
            return _vital(table.vitals.get(key, {}).get(metric))
        case "time_on_page":
            return round(table.engagement[key][0]) if key in table.engagement else None
        case "scroll_depth":
            return round(table.engagement[key][1] * 100) if key in table.engagement else None
        case _:
            return _revenue(metric, table, key)


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _vital(value: float | None) -> float | None:
    # Milliseconds are whole; a layout shift is told to thousandths, as browsers' tools do.
    return value if value is None or isinstance(value, int) else round(value, 3)


def _revenue(metric: str, table: Table, key: Key) -> dict[str, Any] | None:
    """Return an amount with its currency; None when there is none, or several."""
    money = table.money.get(key, {})
    if len(money) > 1:
        table.warnings[metric] = MIXED_CURRENCIES
    if len(money) != 1:
        return None
    ((currency, of_currency),) = money.items()
    amount = of_currency.revenue if metric == "total_revenue" else of_currency.average
    return None if amount is None else _amount(amount, currency)


def _amount(amount: Decimal, currency: str) -> dict[str, Any]:
    rounded = amount.quantize(Decimal("0.01"))
    return {
        "value": float(rounded),
        "currency": currency,
        "short": format_compact_currency(rounded, currency, locale="en", fraction_digits=1),
        "long": format_currency(rounded, currency, locale="en"),
    }


def _read_converting(store: Store, question: Question, found: DateRange, table: Table) -> None:
    """Read who could have converted: the visitors without the conditions on goals."""
    filters = tuple(node for node in question.filters if not is_of_goals(node))
    scope = scope_of(store, question, found, filters)
    table.converting_total = visitors_of(store, scope)
    others = [question.dimensions[place].dimension for place in _other_places(question)]
    if others and "group_conversion_rate" in question.metrics:
        groups = figures_by(store, scope, others, timezone=question.timezone)
        table.converting = {row.key: row.figures.visitors for row in groups.rows}
    elif not others:
        table.converting = {(): table.converting_total}


def _other_places(question: Question) -> list[int]:
    """Return which dimensions are not on what was done."""
    return [
        place for place, each in enumerate(question.dimensions) if not _is_of_goals(each.dimension)
    ]


def _is_of_goals(dimension: Dimension) -> bool:
    return dimension.name in GOAL_NAMES or bool(dimension.prop)


def _key_of_others(question: Question, key: Key) -> Key:
    return tuple(key[place] for place in _other_places(question))


def totals(groups: Sequence[Group]) -> Group:
    """Return several rows as one; their visitors may be the same people."""
    figures = sum((group.figures for group in groups), Figures())
    return Group((), figures, sum(group.events for group in groups))
