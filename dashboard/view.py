"""View: what one reader looks at: a site's days, a comparison, filters and how much may show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from dashboard.dimensions import DIMENSIONS
from dashboard.model import Filter, Period
from dashboard.period import Comparison
from dashboard.query import NEVER, Scope, by_day, scope_of_days
from privacy.small_numbers import is_guarded, is_view_hidden
from schema import Site, Store

T = TypeVar("T")


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
        by_place = any(DIMENSIONS[f.dimension].is_place for f in self.filters)
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
    visitors = _visitors(store, scope)
    wider = (_visitors(store, other) for other in _without_each_filter(store, scope))
    return is_view_hidden(visitors, wider, view.site.small_number)


def _without_each_filter(store: Store, scope: Scope) -> list[Scope]:
    """Return the scope without each of its filters in turn, or without the seller's own."""
    rescope: Callable[..., Scope] = partial(
        scope_of_days,
        store,
        scope.site,
        min(scope.raw_days),
        max(scope.raw_days),
        before=scope.before,
    )
    wider = [
        rescope(
            filters=tuple(f for f in scope.filters if f != removed),
            path_prefixes=scope.path_prefixes,
        )
        for removed in scope.filters
    ]
    if scope.path_prefixes:
        wider.append(replace(rescope(filters=scope.filters), path_prefixes=()))
    return wider


def _visitors(store: Store, scope: Scope) -> int:
    return sum(figures.visitors for figures in by_day(store, scope).values())
