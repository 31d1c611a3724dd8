"""Returning: how many of the browsers that agreed to a lasting id came back.

These figures know a browser for longer than a day, and no other does: none of them is added to, or
divided by, a figure of the cookieless pseudonyms.
"""

from __future__ import annotations

from dashboard.figures.model import Returning
from dashboard.figures.query_text import QUERIES
from dashboard.figures.view import View
from privacy.small_numbers import is_small
from schema import Store


def shows_returning(view: View) -> bool:
    """Return whether a view has these figures: all of a site that asks for consent."""
    return view.site.consent != "cookieless" and not view.filters and not view.sees_part


def read_returning(store: Store, view: View) -> Returning:
    """Return the figures of a view's period, small ones left out; raises StoreError."""
    ((consented, returning, fresh_7, back_7, fresh_30, back_30),) = store.run(
        QUERIES,
        "returning",
        site=view.site.name,
        since=view.period.since,
        until=view.period.until,
        today=view.now.date(),
    )
    level = view.site.small_number
    return Returning(
        consented=_total(consented, level),
        returning=_part(returning, consented, level),
        back_in_7_days=_rate(back_7, fresh_7, level),
        back_in_30_days=_rate(back_30, fresh_30, level),
        hidden_below=level,
    )


def _total(number: int, level: int) -> int | None:
    return None if is_small(number, level) else number


def _part(number: int, whole: int, level: int) -> int | None:
    """Return a part of a whole; None when it, or the rest of the whole, is few."""
    if is_small(whole, level) or is_small(number, level) or is_small(whole - number, level):
        return None
    return number


def _rate(number: int, whole: int, level: int) -> float | None:
    """Return a fraction; None when it is of nobody, or tells of few."""
    part = _part(number, whole, level)
    return None if part is None or not whole else part / whole
