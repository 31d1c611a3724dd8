"""Answer: the rows of a question, small ones folded, in order, beside those of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from dashboard.api.conditions import check_patterns
from dashboard.api.date_range import DateRange, time_labels
from dashboard.api.figures import Key, Table, read_table, scope_of, totals, values_of, visitors_of
from dashboard.api.question import Question
from dashboard.figures.condition import tests_of
from dashboard.figures.filters import is_by_place
from dashboard.figures.query import MAX_ROWS, Group, has_imports
from privacy.small_numbers import fold, is_guarded, is_view_hidden
from schema import Store

# Of these the difference is told, of others the change in percent.
_RATES: Final = (
    "bounce_rate", "percentage", "conversion_rate", "group_conversion_rate", "scroll_depth",
    "exit_rate",
)  # fmt: skip

Values: TypeAlias = list[Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the answer."""

    dimensions: tuple[str, ...]  # as shown
    metrics: Values
    comparison: dict[str, Any] | None = None
    is_other: bool = False  # several rows folded together


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything a question gets."""

    rows: list[Row]
    meta: dict[str, Any]


def answer(store: Store, question: Question) -> Answer:
    """Return the answer to a question; raises ParameterError for a bad pattern, StoreError."""
    check_patterns(store, question.filters)
    meta: dict[str, Any] = {}
    level = question.site.small_number
    if question.has_imports:
        meta |= _imports(store, question)
    if question.labels is not None:
        meta["time_labels"] = list(question.labels)
    if _is_hidden(store, question, question.range):
        if question.has_total_rows:
            meta["total_rows"] = 0
        return Answer([], meta | {"hidden_below": level})
    table = read_table(store, question, question.range)
    rows = _rows(question, table, question.range)
    if question.compared:
        rows = _compared(store, question, question.compared, rows)
    ordered = sorted_rows([row for row, _ in rows], question)
    shown = ordered[question.offset : question.offset + question.limit]
    return Answer(shown, meta | _meta(question, table, ordered, shown))


def _meta(
    question: Question, table: Table, ordered: Sequence[Row], shown: Sequence[Row]
) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if question.has_total_rows:
        meta["total_rows"] = len(ordered)
    if _folds(question):
        meta["folded_below"] = question.site.small_number
        meta["folded_rows"] = [number for number, row in enumerate(shown) if row.is_other]
    if table.warnings:
        meta["metric_warnings"] = {
            metric: {"code": "mixed_currencies", "warning": text}
            for metric, text in table.warnings.items()
        }
    if table.lost_until:
        meta["lost_until"] = table.lost_until
    if table.group_total > MAX_ROWS:
        meta["rows_left_out"] = table.group_total - MAX_ROWS
    return meta


def _imports(store: Store, question: Question) -> dict[str, Any]:
    """Return whether imported figures are among those of the range: where they are, always."""
    found = question.range
    if has_imports(store, question.site.name, found.since, found.until):
        return {"imports_included": True}
    return {"imports_included": False, "imports_skip_reason": "no_imported_data"}


def is_guarded_question(question: Question) -> bool:
    """Return whether the small-number rule holds: what a further dimension parts, a filter would.

    Days, weeks and months choose no fewer than the page's own period does.  Hours of values and
    instants count as one condition, minutes as one more: the page shows none of these.
    """
    count = sum(len(list(tests_of(node))) for node in question.filters)
    values = sum(not each.is_time for each in question.dimensions)
    steps = {each.step for each in question.dimensions}
    count += max(values - 1, 0)
    count += bool(values and steps & {"hour", "minute"})
    count += "minute" in steps
    count += question.range.is_cut and bool(question.dimensions or question.filters)
    by_place = any(is_by_place(node) for node in question.filters)
    return is_guarded(count, by_place=by_place, sees_part=False)


def _folds(question: Question) -> bool:
    by_place = any(each.dimension.is_place for each in question.dimensions)
    return bool(question.dimensions) and (by_place or is_guarded_question(question))


def _is_hidden(store: Store, question: Question, found: DateRange) -> bool:
    """Return whether a guarded view has too few visitors to show anything of it."""
    if not question.filters or not is_guarded_question(question):
        return False
    here = visitors_of(store, scope_of(store, question, found, question.filters))
    wider = (
        visitors_of(store, scope_of(store, question, found, _without(question, number)))
        for number in range(len(question.filters))
    )
    return is_view_hidden(here, wider, question.site.small_number)


def _without(question: Question, number: int) -> tuple[Any, ...]:
    return question.filters[:number] + question.filters[number + 1 :]


def _rows(question: Question, table: Table, found: DateRange) -> list[tuple[Row, Key]]:
    """Return each row with its values as the store has them; () is a folded one's."""
    shown: list[Group] = table.groups
    others: list[Group] = []
    if _folds(question):
        shown, others = _folded(question, table.groups)
    rows = [
        (Row(_shown(question, group.key), values_of(question, table, group)), group.key)
        for group in shown
    ]
    for key, groups in _other_groups(question, others).items():
        rows.append((_other(question, table, key, groups), ()))
    return rows


def _folded(question: Question, groups: list[Group]) -> tuple[list[Group], list[Group]]:
    """Part rows by size, within each step of time apart when there is another dimension."""
    place = question.time_place()
    if place is None or len(question.dimensions) == 1:
        found = fold(groups, lambda group: group.figures.visitors, question.site.small_number)
        return found.shown, found.others
    steps: dict[str, list[Group]] = {}
    for group in groups:
        steps.setdefault(group.key[place], []).append(group)
    parted = [
        fold(of_step, lambda group: group.figures.visitors, question.site.small_number)
        for of_step in steps.values()
    ]
    shown = [group for step in parted for group in step.shown]
    return shown, [group for step in parted for group in step.others]


def _other_groups(question: Question, others: list[Group]) -> dict[Key, list[Group]]:
    """Return folded rows by what is left of their values: the step of time, if there is one."""
    place = question.time_place()
    found: dict[Key, list[Group]] = {}
    for group in others:
        found.setdefault(() if place is None else (group.key[place],), []).append(group)
    return found


def _other(question: Question, table: Table, key: Key, groups: list[Group]) -> Row:
    """Return the row of folded ones: of a step of time alone it says nothing but the step."""
    text = f"Other (fewer than {question.site.small_number} visitors)"
    place = question.time_place()
    labels = [text] * len(question.dimensions)
    if place is not None:
        labels[place] = question.dimensions[place].shown(key[0])
    if place is not None and len(question.dimensions) == 1:
        return Row(tuple(labels), [None] * len(question.metrics), is_other=True)
    # Without keys of their own, what is read apart from the figures is unknown.
    return Row(
        tuple(labels),
        values_of(
            question,
            replace(table, warnings={}),
            replace(totals(groups), key=(text,) * len(labels)),
        ),
        is_other=True,
    )


def _shown(question: Question, key: Key) -> tuple[str, ...]:
    return tuple(each.shown(value) for each, value in zip(question.dimensions, key, strict=True))


def _compared(
    store: Store, question: Question, found: DateRange, rows: list[tuple[Row, Key]]
) -> list[tuple[Row, Key]]:
    """Add to each row the same one of the compared range, and how much it changed."""
    before: dict[Key, Values] = {}
    if not _is_hidden(store, question, found):
        table = read_table(store, question, found)
        groups = _folded(question, table.groups)[0] if _folds(question) else table.groups
        before = {group.key: values_of(question, table, group) for group in groups}
    step_before = _steps_before(question, found)
    compared = []
    for row, key in rows:
        old_key = _key_before(question, key, step_before)
        old = before.get(old_key) if old_key is not None and not row.is_other else None
        if old is None:
            # Counts of what was not there are 0, unless it may have been folded.
            empty = (
                None
                if row.is_other or old_key is None or _folds(question)
                else Group(old_key, totals([]).figures, 0)
            )
            old = [_nothing(metric) if empty else None for metric in question.metrics]
        compared.append((replace(row, comparison=_comparison(question, row, old_key, old)), key))
    return compared


def _nothing(metric: str) -> int | None:
    return 0 if metric in ("visitors", "visits", "pageviews", "events") else None


def _comparison(question: Question, row: Row, old_key: Key | None, old: Values) -> dict[str, Any]:
    changes = [
        change(metric, new, before)
        for metric, new, before in zip(question.metrics, row.metrics, old, strict=True)
    ]
    labels = row.dimensions if not old_key else _shown(question, old_key)
    return {"dimensions": list(labels), "metrics": old, "change": changes}


def _steps_before(question: Question, found: DateRange) -> dict[str, str]:
    """Return by each step's label the one in the same place of the compared range."""
    place = question.time_place()
    if place is None:
        return {}
    step = question.dimensions[place].step
    now = time_labels(question.range, step, question.site)
    return dict(zip(now, time_labels(found, step, question.site), strict=False))


def _key_before(question: Question, key: Key, step_before: dict[str, str]) -> Key | None:
    """Return the compared row's values; None when its step of time is not there."""
    place = question.time_place()
    if place is None or not key:
        return key
    step = step_before.get(key[place])
    return None if step is None else (*key[:place], step, *key[place + 1 :])


def change(metric: str, new: Any, old: Any) -> float | int | None:
    """Return how much a metric changed: points of a rate, percent of anything else."""
    if isinstance(new, dict) and isinstance(old, dict):
        if new["currency"] != old["currency"]:
            return None
        new, old = new["value"], old["value"]
    if not isinstance(new, (int, float)) or not isinstance(old, (int, float)):
        return None
    if metric in _RATES:
        return round(new - old, 2)
    if old == 0:
        return 0 if new == 0 else 100
    return round(100 * (new - old) / old)


def sorted_rows(rows: list[Row], question: Question) -> list[Row]:
    """Return rows in the order asked for; ties by their values, folded ones last."""
    order = list(question.order_by) or _default_order(question)
    places = {name: (1, place) for place, name in enumerate(question.metrics)}
    places |= {each.name: (0, place) for place, each in enumerate(question.dimensions)}
    found = sorted(rows, key=lambda row: row.dimensions)
    for name, descending in reversed(order):
        is_metric, place = places[name]
        known = [row for row in found if _sortable(row, is_metric, place) is not None]
        unknown = [row for row in found if _sortable(row, is_metric, place) is None]
        known.sort(key=lambda row: _sortable(row, is_metric, place), reverse=descending)
        found = known + unknown
    if question.time_place() is not None:
        return found
    return [row for row in found if not row.is_other] + [row for row in found if row.is_other]


def _default_order(question: Question) -> list[tuple[str, bool]]:
    place = question.time_place()
    by_time = [] if place is None else [(question.dimensions[place].name, False)]
    return [*by_time, (question.metrics[0], True)]


def _sortable(row: Row, is_metric: int, place: int) -> Any:
    value = row.metrics[place] if is_metric else row.dimensions[place]
    return value["value"] if isinstance(value, dict) else value
