"""Exchange: how fast an export of many rows is, and what memory it takes beside the engine's own.

    python -m bench.exchange [ROWS]

Rows are made in the engine, 100,000 a day.  Prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from typing import Final

import psutil

from schema import Site, Store, migrate, open_embedded
from schema.exporting import Dataset, Format, extract, parts, read

ROWS: Final = 10_000_000
_ROWS_A_DAY: Final = 100_000
_SITE: Final = Site(name="shop.example")
_SINCE, _UNTIL = date(2026, 1, 1), date(2026, 12, 31)
_EXPORTS: Final[tuple[tuple[Dataset, Format], ...]] = (
    ("events", "csv"),
    ("events", "ndjson"),
    ("events", "parquet"),
    ("sessions", "ndjson"),
)
_LOOK_EACH_S: Final = 0.02

# A month at a time: a part's columns are in memory until it is written.
_MAKE: Final = """
INSERT INTO event_rows (site, day, time, received_at, sample, name, visitor, session, starts,
    page_id, hostname, path, referrer, source, channel, device, browser, browser_version, os,
    country, region, city, timezone, language, screen, props)
SELECT 'shop.example', toDate('2026-01-01') + intDiv(n, {a_day:UInt64}) AS day,
    toDateTime64(day, 3, 'UTC') + (n % {a_day:UInt64}) * 0.8, toDateTime(day, 'UTC'), v % 256,
    ['pageview', 'pageview', 'engagement', 'Add to cart'][n % 4 + 1], v, cityHash64(v, 's'),
    n % 4 = 0,
    cityHash64(n), 'shop.example', concat('/products/', toString(cityHash64(n, 'p') % 2000)),
    if(n % 4 = 0, 'https://www.google.com/', ''), if(n % 4 = 0, 'Google', ''),
    if(n % 4 = 0, 'Organic Search', 'Direct'), 'Mobile', 'Chrome', '142', 'Android', 'AZ', 'AZ-BA',
    'Baku', 'Asia/Baku', 'az', '<576',
    if(n % 4 = 3, map('size', toString(n % 9)), map())
FROM (SELECT number AS n, cityHash64(intDiv(number, 4)) AS v
    FROM numbers({first:UInt64}, {count:UInt64}))
"""


def main() -> None:
    """Make rows, export them in every format, and print the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as directory:
        store = open_embedded(Path(directory) / "clickhouse")
        migrate(store)
        _make_rows(store, rows)
        found = {
            f"{dataset} {output_format}": _measure(store, dataset, output_format)
            for dataset, output_format in _EXPORTS
        }
        store.close()
    print(json.dumps({"rows": rows, "exports": found}, indent=2))


def _make_rows(store: Store, rows: int) -> None:
    step = 20 * _ROWS_A_DAY
    for first in range(0, rows, step):
        count = min(step, rows - first)
        store.command(_MAKE, {"a_day": _ROWS_A_DAY, "first": first, "count": count})


def _measure(store: Store, dataset: Dataset, output_format: Format) -> dict[str, float]:
    """Export all days into one file, as the command does, and return the figures."""
    found = parts(store, dataset, _SITE, _SINCE, _UNTIL)
    rows = sum(part.rows for part in found)
    spans = [(part.since, part.until) for part in found]
    if output_format == "parquet":
        spans = [(spans[0][0], spans[-1][1])]
    with tempfile.TemporaryFile() as file, _Peak() as peak:
        began_s, began_cpu_s = time.monotonic(), time.process_time()
        for number, (since, until) in enumerate(spans):
            wanted = extract(dataset, _SITE, since, until)
            for piece in read(store, wanted, output_format, has_head=number == 0):
                file.write(piece)
        took_s, cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
        size_mb = file.tell() / 1e6
    return {
        "rows": rows,
        "seconds": round(took_s, 1),
        "rows_per_s": round(rows / took_s),
        # On a machine that does other things, too, this one holds.
        "rows_per_cpu_s": round(rows / cpu_s),
        "file_mb": round(size_mb),
        "extra_memory_mb": round(peak.extra_mb),
    }


class _Peak:
    """The most memory this process took above what it had at the start."""

    def __init__(self) -> None:
        self.extra_mb = 0.0
        self._process = psutil.Process()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> _Peak:
        self._before_mb = self._resident_mb()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK_EACH_S):
            self.extra_mb = max(self.extra_mb, self._resident_mb() - self._before_mb)

    def _resident_mb(self) -> float:
        return float(self._process.memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
