"""Storage benchmark: how many bytes an event takes on disk, at a million realistic events.

The events are the demonstration shop's month with more visitors, written by the real writer.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.journal.journal import write_segments
from collector.writer.writer import Writer
from footfall.demo.records import DAYS, demo_records
from footfall.demo.shop import load_shop
from schema import Site, Store, migrate, open_embedded

# Makes a million events and some.
VISITORS = 120_000


def main() -> None:
    """Print the figures as one JSON object."""
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(_measure(Path(folder)), indent=2))


def _measure(folder: Path) -> dict[str, Any]:
    shop = load_shop()
    site = Site(name=shop.site, timezone="Asia/Baku")
    records = demo_records(site, shop, datetime.now(UTC), days=DAYS, visitors=VISITORS)
    write_segments(folder / "journal" / "bench", records)
    journal_bytes = sum(path.stat().st_size for path in folder.rglob("*.journal"))
    store = open_embedded(folder / "clickhouse")
    try:
        migrate(store)
        begun_s = time.monotonic()
        written = drain(Writer(store, folder / "journal", folder / "writer.json"))
        seconds = time.monotonic() - begun_s
        return {
            "records": written,
            "written_per_s": round(written / seconds),
            "journal_bytes_per_record": round(journal_bytes / written, 1),
            **_sizes(store),
        }
    finally:
        store.close()


def drain(writer: Writer) -> int:
    """Take the whole journal into the store and return how many records it had."""
    writer.start()
    written = 0
    while taken := writer.step():
        written += taken
    return written


def _sizes(store: Store) -> dict[str, Any]:
    """Return rows and bytes of both tables, merged to one part a month as time would."""
    for table in ("event_rows", "session_rows"):
        store.command("OPTIMIZE TABLE {table:Identifier} FINAL", {"table": table})
    found = {
        table: (rows, size)
        for table, rows, size in store.rows(
            "SELECT table, sum(rows), sum(bytes_on_disk) FROM system.parts"
            " WHERE active AND database = currentDatabase()"
            " AND table IN ('event_rows', 'session_rows') GROUP BY table"
        )
    }
    events, event_bytes = found["event_rows"]
    sessions, session_bytes = found["session_rows"]
    return {
        "events": events,
        "sessions": sessions,
        "bytes_per_event": round(event_bytes / events, 1),
        "bytes_per_event_with_sessions": round((event_bytes + session_bytes) / events, 1),
        "columns": dict(_largest_columns(store, events)),
    }


def _largest_columns(store: Store, events: int) -> list[tuple[str, float]]:
    """Return the ten columns that take most, with their bytes for each event."""
    rows = store.rows(
        "SELECT name, data_compressed_bytes FROM system.columns"
        " WHERE database = currentDatabase() AND table = 'event_rows'"
        " ORDER BY data_compressed_bytes DESC LIMIT 10"
    )
    return [(name, round(size / events, 2)) for name, size in rows]


if __name__ == "__main__":
    main()
