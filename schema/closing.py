"""Closing: writing a day that is over as plain integers, once nothing more can come for it."""

from __future__ import annotations

from datetime import date, datetime

from schema.sites import Site
from schema.statements import statement
from schema.store import Store

_QUERIES = "schema.queries"


def days_to_close(store: Store, site: Site, now: datetime) -> list[date]:
    """Return the site's days before its current one that are to be closed, oldest first.

    A day that got events after it was closed is among them; one that lost events is not: its
    figures stay as they are, after an erasure as after retention.
    """
    rows = store.run(_QUERIES, "days_to_close", site=site.name, today=site.day_at(now))
    return [day for (day,) in rows]


def close_day(store: Store, site: Site, day: date, now: datetime) -> None:
    """Write one day's figures in place of any earlier ones, and note that it is closed.

    Safe to repeat: the newest rows of a value win.  A day that never was closed is read from
    its events until the note stands, so a crash between the two shows nothing wrong.
    """
    (event_count,) = store.run(_QUERIES, "count_events_of_day", site=site.name, day=day)[0]
    values = {"site": site.name, "day": day, "closed_at": now}
    store.command(statement(_QUERIES, "close_day"), values)
    store.insert(
        "day_closes",
        ["site", "day", "event_rows", "closed_at"],
        [[site.name, day, event_count, now]],
    )


def refresh_shown_places(store: Store, site: Site, day: date, now: datetime) -> None:
    """Note which regions and cities of a day have reached the site's small number.

    Written again it adds what came since; a place once shown stays shown.
    """
    store.command(
        statement(_QUERIES, "refresh_shown_places"),
        {"site": site.name, "day": day, "small_number": site.small_number, "shown_at": now},
    )
