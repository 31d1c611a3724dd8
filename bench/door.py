"""Door: what the ClickHouse door adds to the engine's own time, and what a long answer takes.

Prints JSON.  Everything is in this process: a store with a month of one shop's events, the door on
a free port, and a client beside it.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import chdb
import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from dashboard.door.app import Door
from dashboard.sql import Desk
from dashboard.sql.limits import Limits
from privacy.audit import AuditLog
from schema import Store, migrate, open_embedded
from schema.tokens import new_token, save_token

RUNS: Final = 200
EVENTS: Final = 200_000
ROWS: Final = 10_000_000
_SMALL: Final = (
    "SELECT path, count() FROM events WHERE day = '2026-06-01' GROUP BY path ORDER BY path"
)
_FILL: Final = """
INSERT INTO event_rows (site, day, time, name, visitor, session, path)
SELECT
    'shop.example', toDate('2026-06-01') + number % 30,
    toDateTime64('2026-06-01 12:00:00', 3, 'UTC') + number, 'pageview', number % 5000,
    number % 9000, concat('/', toString(number % 50))
FROM numbers({events:UInt64})
"""
_LONG: Final = f"SELECT number, toString(number) AS text FROM numbers({ROWS}) FORMAT "  # noqa: S608


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "database"
        store = open_embedded(path)
        migrate(store)
        store.command(_FILL, {"events": EVENTS})
        token, secret = new_token("bench", "sql", ("shop.example",))
        save_token(store, token)
        limits = Limits(seconds_an_hour=10**6)
        server, port, thread = _serve(Starlette(routes=[
            Mount("/clickhouse", Door(store, Desk(store, AuditLog(store), limits)))
        ]))  # fmt: skip
        headers = {"Authorization": f"Bearer {secret}"}
        figures = _added(path, port, headers) | _long(store, port, headers)
        server.should_exit = True
        # The last questions are noted before the store closes.
        thread.join()
        print(json.dumps(figures, indent=2))
        store.close()


def _serve(app: Starlette) -> tuple[uvicorn.Server, int, threading.Thread]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    return server, server.servers[0].sockets[0].getsockname()[1], thread


def _added(path: Path, port: int, headers: dict[str, str]) -> dict[str, float]:
    """Return the medians of a small question, asked of the engine and of the door by turns."""
    engine = chdb.connect(str(path.resolve()))
    engine.query("USE footfall")
    client = HTTPConnection("127.0.0.1", port)
    direct_ms, door_ms = [], []
    for _ in range(RUNS):
        began = time.perf_counter()
        engine.query(_SMALL, "TabSeparated").bytes()
        direct_ms.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        client.request("POST", "/clickhouse/", _SMALL, headers)
        client.getresponse().read()
        door_ms.append((time.perf_counter() - began) * 1000)
    engine.close()
    direct, through = statistics.median(direct_ms), statistics.median(door_ms)
    return {
        "engine_p50_ms": round(direct, 2),
        "door_p50_ms": round(through, 2),
        "added_p50_ms": round(through - direct, 2),
    }


def _long(store: Store, port: int, headers: dict[str, str]) -> dict[str, float]:
    """Return the rate of long answers and by how much they make this process grow."""
    figures: dict[str, float] = {}
    for output_format in ("Native", "TabSeparated", "JSONEachRow", "Parquet"):
        before = psutil.Process().memory_info().rss
        highest = before
        began = time.perf_counter()
        client = HTTPConnection("127.0.0.1", port)
        client.request("POST", "/clickhouse/", _LONG + output_format, headers)
        answer = client.getresponse()
        while answer.read(1024 * 1024):
            highest = max(highest, psutil.Process().memory_info().rss)
        taken_s = time.perf_counter() - began
        client.close()
        figures[f"{output_format}_rows_per_s"] = round(ROWS / taken_s)
        figures[f"{output_format}_grown_mib"] = round((highest - before) / 2**20)
    return figures


if __name__ == "__main__":
    main()
