"""Metrics: what `/metrics` says of one installation, in Prometheus' text format.

Totals only: no label is a site, a visitor or anything that a sender could choose.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from collector.event import DROP_REASONS
from collector.facts.salt import SaltBook
from collector.journal.backlog import backlogs
from collector.journal.quarantine import QUARANTINE_SUFFIX
from collector.metrics import (
    ANSWER_STATUSES,
    BATCH_RECORDS,
    CLOSINGS,
    COLLECTOR_NAMES,
    INSERT_S,
    JOURNAL_REFUSALS,
    JOURNAL_WAIT_S,
    LATE_REASONS,
    STEPS,
    WRITER_NAMES,
    read_numbers,
)
from collector.settings import metrics_directory
from footfall.paths import DataPaths
from geoip import Locator
from schema.keys import NO_KEYS, Keys

WRITER_FILE: Final = "writer"

# A collector writes each second; one that has not for so long is gone or hangs.
_LIVING_S: Final = 10.0
# Files of collectors that an installation no longer has: they say nothing about it.
_FORGOTTEN_S: Final = 86_400.0

_Numbers = Mapping[str, float]


def render_metrics(paths: DataPaths, places: Locator, keys: Keys = NO_KEYS) -> bytes:
    """Return the metrics of a data directory's processes."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Source(paths, places, keys))
    return generate_latest(registry)


@dataclass(frozen=True, slots=True)
class _Source(Collector):
    """The library's way to ask."""

    paths: DataPaths
    places: Locator
    keys: Keys

    def collect(self) -> Iterable[Metric]:
        now_s = time.time()
        directory = metrics_directory(self.paths.root)
        collectors = dict(_written_lately(directory, now_s))
        yield InfoMetricFamily("footfall_build", "The version.", {"version": version("footfall")})
        yield from _collector_metrics(collectors, now_s)
        writer = read_numbers(directory / WRITER_FILE, WRITER_NAMES)
        if writer is not None:
            yield from _writer_metrics(writer)
        yield from _journal_metrics(self.paths, self.keys, writer, now_s)
        yield from _salt_metrics(self.paths, now_s)
        yield from _geo_metrics(self.places)


def _written_lately(directory: Path, now_s: float) -> Iterator[tuple[str, _Numbers]]:
    """Yield the numbers of each collector, by its slot."""
    for path in sorted(directory.glob("c*")):
        numbers = read_numbers(path, COLLECTOR_NAMES)
        if numbers is not None and now_s - numbers["written_at"] < _FORGOTTEN_S:
            yield path.name, numbers


def _collector_metrics(collectors: Mapping[str, _Numbers], now_s: float) -> Iterator[Metric]:
    ready = GaugeMetricFamily(
        "footfall_collector_ready",
        f"1 while a collector makes events safe; 0 also when it was silent for {_LIVING_S:.0f} s.",
        labels=["collector"],
    )
    steps = SummaryMetricFamily(
        "footfall_step_seconds", "Time of a beacon's steps.", labels=["collector", "step"]
    )
    waits = HistogramMetricFamily(
        "footfall_journal_wait_seconds", "From enriched to safe on disk.", labels=["collector"]
    )
    for slot, numbers in collectors.items():
        is_living = now_s - numbers["written_at"] < _LIVING_S
        ready.add_metric([slot], numbers["ready"] if is_living else 0)
        buckets = _buckets(numbers, "journal_wait", JOURNAL_WAIT_S)
        waits.add_metric([slot], buckets, numbers["journal_wait.sum"])
        for step in STEPS:
            count = numbers["decode.count"] if step == "decode" else buckets[-1][1]
            steps.add_metric([slot, step], int(count), numbers[f"{step}.sum"])
    yield ready
    accepted = CounterMetricFamily(
        "footfall_events_accepted", "Events taken into the journal.", labels=["collector"]
    )
    for slot, numbers in collectors.items():
        accepted.add_metric([slot], numbers["accepted"])
    yield accepted
    for name, text, label, prefix, values in (
        ("events_dropped", "Drops taken into the journal.", "reason", "dropped", DROP_REASONS),
        ("answers", "Answers to beacons.", "status", "answered", ANSWER_STATUSES),
        ("connections_refused", "Closed before a request.", "cause", "closed", CLOSINGS),
        ("journal_refused", "Beacons not made safe.", "cause", "refused", JOURNAL_REFUSALS),
    ):
        yield _counter(collectors, f"footfall_{name}", text, label, prefix, values)
    yield steps
    yield waits


def _counter(
    collectors: Mapping[str, _Numbers],
    name: str,
    text: str,
    label: str,
    prefix: str,
    values: Iterable[object],
) -> Metric:
    """Return a counter with one more label, whose values are known beforehand."""
    family = CounterMetricFamily(name, text, labels=["collector", label])
    for slot, numbers in collectors.items():
        for value in values:
            family.add_metric([slot, str(value)], numbers[f"{prefix}.{value}"])
    return family


def _writer_metrics(numbers: _Numbers) -> Iterator[Metric]:
    yield CounterMetricFamily("footfall_writer_events", "Events inserted.", numbers["rows"])
    late = CounterMetricFamily(
        "footfall_writer_dropped", "Events that the writer dropped.", labels=["reason"]
    )
    for reason in LATE_REASONS:
        late.add_metric([reason], numbers[f"dropped.{reason}"])
    yield late
    yield CounterMetricFamily(
        "footfall_writer_errors", "Inserts to be tried again.", numbers["errors"]
    )
    yield CounterMetricFamily(
        "footfall_writer_refused", "Events that the store refused for good.", numbers["refused"]
    )
    for name, text, prefix, bounds in (
        ("insert_seconds", "Time of a batch's insert.", "insert", INSERT_S),
        ("batch_records", "Records of a batch.", "batch_records", BATCH_RECORDS),
    ):
        yield HistogramMetricFamily(
            f"footfall_{name}", text, _buckets(numbers, prefix, bounds), numbers[f"{prefix}.sum"]
        )
    yield GaugeMetricFamily(
        "footfall_sessions_open", "Visitors whose session may go on.", numbers["sessions"]
    )


def _journal_metrics(
    paths: DataPaths, keys: Keys, writer: _Numbers | None, now_s: float
) -> Iterator[Metric]:
    sizes = GaugeMetricFamily(
        "footfall_journal_bytes", "The journal on disk.", labels=["collector"]
    )
    unread = GaugeMetricFamily(
        "footfall_journal_unread_bytes", "What the store does not have yet.", labels=["collector"]
    )
    ages = GaugeMetricFamily(
        "footfall_journal_oldest_unread_seconds",
        "Age of the oldest record that the store does not have yet; 0 without any.",
        labels=["collector"],
    )
    oldest_s = 0.0
    for slot, found in backlogs(paths.journal, paths.checkpoint, keys=keys).items():
        received_at = found.oldest_unread_at
        age_s = 0.0 if received_at is None else max(0.0, now_s - received_at.timestamp())
        oldest_s = max(oldest_s, age_s)
        sizes.add_metric([slot], found.journal_bytes)
        unread.add_metric([slot], found.unread_bytes)
        ages.add_metric([slot], age_s)
    yield from (sizes, unread, ages)
    if writer is not None and writer["caught_up_at"]:
        yield GaugeMetricFamily(
            "footfall_writer_lag_seconds",
            "Since the writer last had everything in the store.",
            max(0.0, now_s - writer["caught_up_at"]),
        )
    quarantined = sum(1 for _ in paths.journal.rglob(f"*{QUARANTINE_SUFFIX}"))
    yield GaugeMetricFamily(
        "footfall_quarantine_files", "Files of records that were damaged or refused.", quarantined
    )
    yield GaugeMetricFamily(
        "footfall_disk_free_bytes", "Free where the data is.", shutil.disk_usage(paths.root).free
    )


def _salt_metrics(paths: DataPaths, now_s: float) -> Iterator[Metric]:
    day = SaltBook(paths.salts).oldest_day()
    if day is not None:
        begun_at = datetime.combine(day, datetime.min.time(), UTC)
        yield GaugeMetricFamily(
            "footfall_salt_oldest_seconds",
            "Since the oldest salt's day began in UTC.",
            now_s - begun_at.timestamp(),
        )


def _geo_metrics(places: Locator) -> Iterator[Metric]:
    databases = places.status()
    built = [each.built_at for each in databases if each.built_at is not None and not each.problem]
    if built:
        yield GaugeMetricFamily(
            "footfall_geo_database_age_seconds",
            "Age of the oldest geo database in use.",
            (datetime.now(UTC) - min(built)).total_seconds(),
        )
    yield GaugeMetricFamily("footfall_geo_databases", "Geo databases in use.", len(built))
    yield GaugeMetricFamily(
        "footfall_geo_database_problems",
        "Geo databases that cannot be used.",
        sum(1 for each in databases if each.problem),
    )


def _buckets(numbers: _Numbers, prefix: str, bounds: Sequence[float]) -> list[tuple[str, float]]:
    """Return a histogram's buckets as the format has them: each holds those below it."""
    names = [*map(str, bounds), "+Inf"]
    counts = accumulate(numbers[f"{prefix}.le.{bound}"] for bound in (*bounds, float("inf")))
    return list(zip(names, counts, strict=True))
