"""View: what one reader looks at: a site's days, a comparison, filters and how much may show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from dashboard.figures.dimensions import DIMENSIONS
from dashboard.figures.filters import is_by_place
from dashboard.figures.model import Filter, Period
from dashboard.figures.period import Comparison
from dashboard.figures.query import NEVER, Scope, scope_of_days, visitors
from privacy.small_numbers import is_guarded, is_view_hidden
from schema import Site, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view, before any figure of it is read."""

    site: Site
    now: datetime  # aware, in the site's zone
    period: Period
    comparison: Comparison | None = None
    filters: tuple[Filter, ...] = ()
    path_prefixes: tuple[str, ...] = ()  # a seller's pages; empty: all

    @property
    def sees_part(self) -> bool:
        """Return whether the reader is a seller, for whom everything folds."""
        return bool(self.path_prefixes)

    @property
    def is_guarded(self) -> bool:
        """Return whether the small-number rule holds for all of the view."""
        by_place = any(map(is_by_place, self.filters))
        return is_guarded(len(self.filters), by_place=by_place, sees_part=self.sees_part)

    def folds(self, dimension: str) -> bool:
        """Return whether a breakdown by this dimension folds small rows."""
        return self.is_guarded or DIMENSIONS[dimension].is_place

    def scope(self, store: Store) -> Scope:
        """Return what to read for the view's period."""
        return self._scope(store, self.period, NEVER)

    def compared_scope(self, store: Store) -> Scope | None:
        """Return what to read for the comparison; None when nothing is compared."""
        if self.comparison is None:
            return None
        return self._scope(store, self.comparison.period, self.comparison.before)

    def _scope(self, store: Store, period: Period, before: datetime) -> Scope:
        return scope_of_days(
            store,
            self.site.name,
            period.since,
            period.until,
            filters=self.filters,
            path_prefixes=self.path_prefixes,
            before=before,
        )


def is_hidden(store: Store, scope: Scope, view: View) -> bool:
    """Return whether a scope has so few visitors that the view shows nothing of it."""
    if not view.is_guarded:
        return False
    here = visitors(store, scope)
    wider = (visitors(store, other) for other in _without_each_filter(scope))
    return is_view_hidden(here, wider, view.site.small_number)


def _without_each_filter(scope: Scope) -> list[Scope]:
    """Return the scope without each of its filters in turn, and without the seller's own."""
    wider = [
        replace(scope, filters=tuple(f for f in scope.filters if f != removed))
        for removed in scope.filters
    ]
    return [*wider, replace(scope, path_prefixes=())] if scope.path_prefixes else wider
