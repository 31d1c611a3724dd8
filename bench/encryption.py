"""Encryption benchmark: what a sealed journal and an encrypted disk cost beside plain ones.

Both ways take turns in one run, so that what else the machine does falls on both.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.storage import drain
from collector.journal.frames import JournalRecord, encode_frame, journal_sealer
from collector.journal.journal import write_segments
from collector.writer.writer import Writer
from footfall.demo.records import DAYS, demo_records
from footfall.demo.shop import load_shop
from schema import Site, Store, migrate, open_embedded
from schema.keys import NO_KEYS, Keys, parse_key

# Makes some 170,000 events.
VISITORS = 20_000
ROUNDS = 3
QUERY_ROUNDS = 15
QUERIES = {
    "totals": "SELECT uniqExact(visitor), count() FROM event_rows",
    "paths": "SELECT path, uniqExact(visitor) AS v FROM event_rows GROUP BY path ORDER BY v DESC"
    " LIMIT 10",
}
WAYS = {"plain": NO_KEYS, "encrypted": Keys((parse_key("0a" * 32),))}


def main() -> None:
    """Print the figures as one JSON object."""
    shop = load_shop()
    site = Site(name=shop.site, timezone="Asia/Baku")
    records: list[JournalRecord] = list(
        demo_records(site, shop, datetime.now(UTC), days=DAYS, visitors=VISITORS)
    )
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, keys in WAYS.items():
            with tempfile.TemporaryDirectory() as folder:
                found[way].append(_measure(Path(folder), records, keys))
    figures = {way: _medians(rounds) for way, rounds in found.items()}
    plain, encrypted = figures["plain"], figures["encrypted"]
    ratios = {name: round(encrypted[name] / plain[name], 2) for name in plain}
    print(json.dumps({"records": len(records), **figures, "ratios": ratios}, indent=2))


def _measure(folder: Path, records: list[Any], keys: Keys) -> dict[str, float]:
    sealer = journal_sealer(keys)
    encoding_s = _timed(lambda: [encode_frame(record, sealer) for record in records])
    write_segments(folder / "journal" / "bench", records, keys=keys)
    size_bytes = sum(path.stat().st_size for path in folder.rglob("*.journal"))
    store = open_embedded(folder / "clickhouse", keys)
    try:
        migrate(store)
        writer = Writer(store, folder / "journal", folder / "writer.json", keys=keys)
        return {
            "frame_us": encoding_s / len(records) * 1e6,
            "journal_bytes_per_record": size_bytes / len(records),
            "writer_s": _timed(lambda: drain(writer)),
            **{f"{name}_ms": _query_ms(store, sql) for name, sql in QUERIES.items()},
        }
    finally:
        store.close()


def _query_ms(store: Store, sql: str) -> float:
    return median(_timed(lambda: store.rows(sql)) for _ in range(QUERY_ROUNDS)) * 1e3


def _timed(call: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    call()
    return time.perf_counter() - begun_s


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(median(each[name] for each in rounds), 2) for name in rounds[0]}


if __name__ == "__main__":
    main()
