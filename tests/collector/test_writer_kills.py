"""Writer under kills: any order of failures and restarts gives what one calm run would."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.event import Drop, Event
from collector.writer.writer import Writer
from schema import Store, StoreError
from tests.collector.journals import FaultyStore, a_drop, an_event, append, minute


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_killed_when_every_event_counts_once_in_its_session(
    store: Store, tmp_path: Path, seed: int
) -> None:
    """Random events, collectors, batch sizes, failures and restarts; sessions by another way."""
    root, chance = tmp_path / "journal", random.Random(seed)
    faulty = FaultyStore(store)
    writer = Writer(faulty, root, tmp_path / "checkpoint.json")
    appended: list[Event | Drop] = []
    now = minute(0)
    for _ in range(9):
        records: list[Event | Drop] = []
        for _ in range(chance.randrange(1, 12)):
            now += timedelta(minutes=chance.choice([0, 0.1, 3, 14.9]), milliseconds=1)
            records.append(_some_record(chance, now, len(appended) + len(records)))
        append(root, records, slot=chance.choice("01"), segment_bytes=2000)
        appended += records
        fault = (chance.choice(["event_rows", "dropped_rows"]), chance.choice(["before", "after"]))
        faulty.faults = [fault] if chance.random() < 0.5 else []
        for _ in range(chance.randrange(1, 4)):
            if chance.random() < 0.4:
                writer = Writer(faulty, root, tmp_path / "checkpoint.json")
            try:
                writer.step(limit=chance.randrange(1, 9))
            except StoreError:
                continue
    faulty.faults = []
    while writer.step():
        pass
    counted, found, left_out = _expected(appended)
    assert [path for (path,) in store.rows("SELECT path FROM events ORDER BY path")] == counted
    assert (
        store.rows(
            "SELECT visitor, started_at, ended_at, pageviews, events FROM sessions"
            " ORDER BY visitor, started_at"
        )
        == found
    )
    drops = store.rows("SELECT reason, sum(count) FROM dropped GROUP BY reason")
    assert dict(drops) == left_out
    assert store.value("SELECT countIf(starts) FROM event_rows") == len(found)


def _some_record(chance: random.Random, at: datetime, number: int) -> Event | Drop:
    if chance.random() < 0.1:
        return a_drop(at)
    return an_event(
        at,
        visitor=chance.randrange(0, 5),
        name=chance.choice(["pageview", "pageview", "engagement", "Add to cart"]),
        path=f"/{number:04d}",
        resend_id=chance.choice([0, 0, 1, 2, 3]),
    )


def _expected(
    records: Sequence[Event | Drop],
) -> tuple[list[str], list[tuple[Any, ...]], dict[str, int]]:
    """Return paths, sessions and drops, worked out from the whole list, visitor by visitor."""
    left_out: dict[str, int] = {}
    accepted: list[Event] = []
    last_seen: dict[int, datetime] = {}
    for record in records:
        reason = record.reason if isinstance(record, Drop) else ""
        if isinstance(record, Event):
            seen = last_seen.get(record.resend_id)
            if record.resend_id and seen and record.time - seen < timedelta(minutes=10):
                reason = "duplicate"
            last_seen[record.resend_id] = record.time
            if not reason:
                accepted.append(record)
        if reason:
            left_out[reason] = left_out.get(reason, 0) + 1
    counted: list[str] = []
    found: list[tuple[Any, ...]] = []
    for visitor in range(5):
        groups: list[list[Event]] = []
        for event in (e for e in accepted if e.visitor == visitor):
            if visitor and groups and event.time - groups[-1][-1].time < timedelta(minutes=30):
                groups[-1].append(event)
            elif event.name == "engagement":
                left_out["no_session"] = left_out.get("no_session", 0) + 1
            else:
                groups.append([event])
        counted += [event.path for group in groups for event in group]
        if visitor:
            found += [
                (
                    visitor,
                    group[0].time,
                    group[-1].time,
                    sum(event.name == "pageview" for event in group),
                    sum(event.name != "engagement" for event in group),
                )
                for group in groups
            ]
    return sorted(counted), found, left_out
