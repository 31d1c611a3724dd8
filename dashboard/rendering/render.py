"""Render: a template and its context become one page of HTML."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from gettext import NullTranslations
from hashlib import blake2b
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.figures.model import Filter, Overview, Panel, Period, Row
from dashboard.rendering import names
from dashboard.rendering.chart import Chart, change_text, chart_of, compact_json
from dashboard.rendering.links import Links, filter_text
from dashboard.rendering.words import Words, words_for
from dashboard.workbench.chart import is_number
from dashboard.workbench.questions import cell_text

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
STATIC: Final = Path(__file__).parents[1] / "static"

# A label longer than this is cut in the middle when its cell is narrow; so much of its end stays.
CUT_FROM: Final = 28
CUT_TAIL: Final = 12

# Upper limits of the map's steps, as parts of all visitors; the first is none at all.
MAP_LIMITS: Final = (0.0025, 0.01, 0.05, 0.40)


def render(name: str, *, locale: str = "en", **context: object) -> str:
    """Return a page; a name the template needs and the context lacks is an error."""
    return _environment(locale).get_template(name).render(context)


@cache
def asset(name: str) -> str:
    """Return a static file's address, which changes with its content."""
    digest = blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()
    return f"/static/{name}?v={digest}"


def middle_cut(label: str) -> tuple[str, str]:
    """Return a label's head, which may be cut, and its tail, which may not."""
    if len(label) <= CUT_FROM:
        return label, ""
    return label[:-CUT_TAIL], label[-CUT_TAIL:]


def bar_width(visitors: int, highest: int) -> str:
    """Return a row's bar in percent of the first row's."""
    return f"{100 * visitors / highest:.1f}%" if highest else "0%"


def map_step(share: float | None) -> int:
    """Return the step of a share on the map's scale, 0 to 5."""
    if not share:
        return 0
    return 1 + sum(share >= limit for limit in MAP_LIMITS)


def moved(period: Period, periods: int) -> Period:
    """Return a period moved by its own length, as chosen dates."""
    length = (period.until - period.since + timedelta(days=1)) * periods
    return Period("custom", period.since + length, period.until + length)


def filter_on(filters: tuple[Filter, ...], dimension: str, value: str) -> Filter | None:
    """Return the condition that keeps the view to this value of a dimension, if there is one."""
    for f in filters:
        if f.dimension == dimension and f.operator == "is" and value in f.values:
            return f
    return None


def shown_rows(rows: list[Row], limit: int) -> list[Row]:
    """Return the first rows; what is folded keeps its place at the end."""
    if len(rows) <= limit:
        return rows
    other = [row for row in rows if row.is_other]
    plain = [row for row in rows if not row.is_other]
    return plain[: limit - len(other)] + other


def includes(period: Period, day: date) -> bool:
    """Return whether a day lies in a period."""
    return period.since <= day <= period.until


def hidden_fields(
    links: Links, *without: str, replaced: Filter | None = None
) -> list[tuple[str, str]]:
    """Return what a GET form has to send along to keep the view."""
    gone = None if replaced is None else ("f", filter_text(replaced))
    return [pair for pair in links.query() if pair[0] not in without and pair != gone]


def minutes_before(moment: datetime, minutes: int) -> datetime:
    """Return an earlier moment."""
    return moment - timedelta(minutes=minutes)


def split_widths(rows: list[Row]) -> list[tuple[Row, str, str]]:
    """Return each row with the start and width of its part, in percent, gaps left out."""
    total = sum(row.visitors for row in rows)
    parts = []
    start = 0.0
    for row in rows if total else []:
        width = 100 * row.visitors / total
        parts.append((row, f"{start:.2f}%", f"{max(width - 0.5, 0.3):.2f}%"))
        start += width
    return parts


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = words_for(language)
    # English is the language of the templates; another brings its catalogue here.
    environment.install_gettext_translations(NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(_filters(words))
    environment.globals.update(_globals(words))
    return environment


def _filters(words: Words) -> dict[str, Callable[..., object]]:
    return {
        "cell": cell_text,
        "clock": words.clock,
        "count": words.count,
        "country": words.country,
        "date": lambda day: words.days(day, day),
        "day": words.day,
        "days": lambda period, **how: words.days(period.since, period.until, **how),
        "duration": words.duration,
        "exact": words.exact,
        "figure": words.figure,
        "middle_cut": middle_cut,
        "percent": words.percent,
        "row_label": lambda row, dimension: _row_label(row, dimension, words),
        "share": words.share,
    }


def _globals(words: Words) -> dict[str, object]:
    def chart(page: Overview, links: Links) -> Chart:
        return chart_of(page, links, words)

    def filter_label(condition: Filter) -> str:
        if condition.dimension == "country":
            return ", ".join(words.country(value) for value in condition.values)
        return ", ".join(condition.labels)

    def map_payload(countries: Panel, page: Overview, links: Links) -> str:
        rows = [row for row in countries.rows if row.value and not row.is_other]
        return compact_json([_country(row, page, links, words) for row in rows])

    return {
        "asset": asset,
        "bar_width": bar_width,
        "change_of": words.change,
        "change_text": change_text,
        "chart_of": chart,
        "filter_label": filter_label,
        "filter_on": filter_on,
        "filter_text": filter_text,
        "hidden_fields": hidden_fields,
        "includes": includes,
        "is_number": is_number,
        "language": words.language,
        "map_payload": map_payload,
        "minutes_before": minutes_before,
        "moved": moved,
        "name_of": names.name_of,
        "names": names,
        "shown_rows": shown_rows,
        "split_widths": split_widths,
    }


def _country(row: Row, page: Overview, links: Links, words: Words) -> dict[str, object]:
    chosen = filter_on(page.filters, "country", row.value)
    return {
        "code": row.value,
        "name": words.country(row.value),
        "visitors": row.visitors,
        "text": words.exact(row.visitors),
        "share": words.share(row.share),
        "step": map_step(row.share),
        "href": links.without_filter(chosen)
        if chosen
        else links.with_filter("country", "is", row.value),
    }


def _row_label(row: Row, dimension: str, words: Words) -> str:
    if dimension == "country" and row.value and not row.is_other:
        return words.country(row.value)
    return row.label
