"""Links: addresses of pages that keep the view's period, comparison, filters and tabs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import get_args
from urllib.parse import quote, urlencode

from dashboard.figures.model import Filter, FilterOperator

DEFAULT_PERIOD = "28d"
DEFAULT_COMPARISON = "previous"

# A value may hold the sign that parts values, or the one that escapes it.
_ESCAPES = str.maketrans({"\\": "\\\\", "|": "\\|"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The state of a view, from which every address on its page is made."""

    site_name: str
    period_key: str = DEFAULT_PERIOD
    since: date | None = None  # with `until`, for period "custom" only
    until: date | None = None
    comparison_key: str = DEFAULT_COMPARISON
    filters: tuple[Filter, ...] = ()
    tabs: Mapping[str, str] = field(default_factory=dict)  # panel to the tab shown

    def overview(self) -> str:
        """Return the page as it is."""
        return self._address(f"/sites/{quote(self.site_name, safe='')}")

    def site(self, name: str) -> str:
        """Return another site's page, for the same period; filters stay behind."""
        return replace(self, site_name=name, filters=()).overview()

    def with_filter(self, dimension: str, operator: FilterOperator, value: str) -> str:
        """Return the page with one condition more; the same one is not added twice."""
        if operator not in get_args(FilterOperator):
            raise ValueError(f"operator {operator!r}: expected one of {get_args(FilterOperator)}")
        added = Filter(dimension, operator, (value,), (value,))
        kept = tuple(f for f in self.filters if _key(f) != _key(added))
        return replace(self, filters=(*kept, added)).overview()

    def without_filter(self, removed: Filter) -> str:
        """Return the page without this condition."""
        kept = tuple(f for f in self.filters if _key(f) != _key(removed))
        return replace(self, filters=kept).overview()

    def without_filters(self) -> str:
        """Return the page without any condition."""
        return replace(self, filters=()).overview()

    def period(self, key: str, since: date | None = None, until: date | None = None) -> str:
        """Return the page for another period; `since` and `until` go with "custom"."""
        return replace(self, period_key=key, since=since, until=until).overview()

    def compare(self, key: str) -> str:
        """Return the page compared with "previous", "year" or "none"."""
        return replace(self, comparison_key=key).overview()

    def tab(self, panel: str, tab: str) -> str:
        """Return the page with another tab of a panel."""
        return replace(self, tabs={**self.tabs, panel: tab}).overview()

    def details(
        self,
        panel: str,
        *,
        tab: str = "",
        search: str = "",
        sort: str = "",
        descending: bool = True,
        page: int = 1,
        as_file: bool = False,
    ) -> str:
        """Return the page, or the file, of a panel's rows, in its tab; `sort` "" is by visitors."""
        view = replace(self, tabs={panel: tab}) if tab else self
        extra = []
        if search:
            extra.append(("q", search))
        if sort:
            extra.append(("sort", f"-{sort}" if descending else sort))
        if page > 1:
            extra.append(("page", str(page)))
        name = quote(panel, safe="") + (".csv" if as_file else "")
        return view._address(f"/sites/{quote(self.site_name, safe='')}/details/{name}", extra)

    def dropped(self) -> str:
        """Return the page of what was not counted."""
        return self._address(f"/sites/{quote(self.site_name, safe='')}/dropped")

    def export(self) -> str:
        """Return the page that asks what to export of this view's days."""
        return self._address(f"/sites/{quote(self.site_name, safe='')}/export")

    def export_file(self) -> str:
        """Return where the form of the export page goes."""
        return f"/sites/{quote(self.site_name, safe='')}/export/file"

    def start(self) -> str:
        """Return the page with the site's snippet."""
        return f"/sites/{quote(self.site_name, safe='')}/start"

    def live_stream(self) -> str:
        """Return the address of the server-sent events."""
        return f"/api/live?{urlencode({'site': self.site_name})}"

    def query(self) -> list[tuple[str, str]]:
        """Return the URL parameters of the view, defaults left out."""
        pairs = []
        if self.period_key != DEFAULT_PERIOD:
            pairs.append(("period", self.period_key))
        if self.period_key == "custom" and self.since and self.until:
            pairs += [("from", self.since.isoformat()), ("until", self.until.isoformat())]
        if self.comparison_key != DEFAULT_COMPARISON:
            pairs.append(("compare", self.comparison_key))
        pairs += [("f", filter_text(condition)) for condition in self.filters]
        return pairs + [(panel, tab) for panel, tab in sorted(self.tabs.items())]

    def _address(self, path: str, extra: list[tuple[str, str]] | None = None) -> str:
        query = urlencode(self.query() + (extra or []), safe=":/|", quote_via=quote)
        return f"{path}?{query}" if query else path


def filter_text(condition: Filter) -> str:
    """Return a condition as `dimension:operator:value|value`, as the URL's `f` holds it."""
    values = "|".join(value.translate(_ESCAPES) for value in condition.values)
    return f"{condition.dimension}:{condition.operator}:{values}"


def _key(condition: Filter) -> tuple[str, str, tuple[str, ...]]:
    return condition.dimension, condition.operator, condition.values
