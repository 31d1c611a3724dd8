"""Ledger: what was left out of every count, by reason, and what a rule on trial would leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from dashboard.figures.model import LeftOut, Reason
from dashboard.figures.period import day_start
from dashboard.figures.view import View
from schema import Store

# How the ledger marks what was counted all the same: a rule in shadow mode found it.
TRIAL: Final = "shadow:"
# Our choice: enough to tell a wrong rule from a right one.
SAMPLES: Final = 5

_QUERIES: Final = "dashboard.queries"


def read_left_out(store: Store, view: View) -> LeftOut:
    """Return what was left out in a view's period; filters do not reach it; raises StoreError.

    A seller learns how many there were: whose pages they were for is not in the ledger.
    """
    rows = store.run(_QUERIES, "left_out", samples=SAMPLES, **_span(view))
    found = [
        Reason(name, of_reason, None, [(detail, n) for _, _, detail, n in of_one if detail])
        for (name, of_reason), of_one in groupby(rows, key=lambda row: (row[0], row[1]))
    ]
    dropped = [reason for reason in found if not reason.name.startswith(TRIAL)]
    total = sum(reason.beacons for reason in dropped)
    if view.sees_part:
        return LeftOut(total, [], [])
    return LeftOut(
        beacons=total,
        reasons=[replace(reason, share=reason.beacons / total) for reason in dropped],
        on_trial=[
            replace(reason, name=reason.name.removeprefix(TRIAL))
            for reason in found
            if reason.name.startswith(TRIAL)
        ],
    )


def read_left_out_days(store: Store, view: View) -> list[tuple[date, int, int]]:
    """Return each day of a view's period with its bots and the others, days with none left out."""
    timezone = str(view.now.tzinfo)
    rows = store.run(_QUERIES, "left_out_days", timezone=timezone, trial=TRIAL, **_span(view))
    return [(day, bots, others) for day, bots, others in rows]


def _span(view: View) -> Mapping[str, Any]:
    def instant(day: date) -> datetime:
        return day_start(view.site, day).astimezone(UTC)

    until = instant(view.period.until + timedelta(days=1))
    return {"site": view.site.name, "since": instant(view.period.since), "until": until}
