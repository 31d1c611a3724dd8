"""Ingest benchmark: beacons a second beside a bare ASGI app, with one worker and with two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.load import city_databases, cpu_s, send
from bench.probe import SITE, count_events, wait_until_counted
from tests.installation import installation

ROUND_S = int(os.environ.get("BENCH_SECONDS", "6"))
ROUNDS = 3
CONNECTIONS = 64
BARE_PORT = 18_999


def main() -> None:
    """Print the figures as one JSON object."""
    os.environ["FOOTFALL_GEOIP_DB"] = city_databases()
    result = {f"workers_{workers}": _measure(workers) for workers in (1, 2)}
    print(json.dumps({"connections": CONNECTIONS, **result}, indent=2))


def _measure(workers: int) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory() as folder,
        installation(Path(folder) / "data", "--workers", str(workers)) as running,
        _bare() as (bare_url, bare_pid),
    ):
        running.command("site", "add", SITE, "--timezone", "Asia/Baku")
        wait_until_counted(running, SITE)
        collectors = running.process_ids("footfall.collector_process")
        bare, ours = [], []
        # Alternating, so that both see the same machine.
        for _ in range(ROUNDS):
            bare.append(_round(bare_url, lambda: cpu_s(bare_pid)))
            ours.append(_round(running.public, lambda: cpu_s(*collectors)))
        resident_mb = running.resident_mb()
        acknowledged = sum(each["requests"] - each["refused"] for each in ours)
        return {
            "bare": bare,
            "footfall": ours,
            **_compared(bare, ours),
            "acknowledged": acknowledged + 1,
            "stored": count_events(running),
            # When a round ends, wrk leaves the last answer of each connection unread.
            "unread_at_most": ROUNDS * CONNECTIONS,
            "resident_mb": resident_mb,
        }


def _round(url: str, cpu: Callable[[], float]) -> dict[str, Any]:
    begun_s = cpu()
    result = send(url, seconds=ROUND_S, connections=CONNECTIONS)
    acknowledged = result["requests"] - result["refused"]
    return {
        **result,
        "per_s": round(acknowledged / result["seconds"]),
        "per_cpu_s": round(acknowledged / (cpu() - begun_s)),
    }


def _compared(bare: list[dict[str, Any]], ours: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians of each, and ours over the bare app's."""
    compared: dict[str, Any] = {}
    for figure in ("per_s", "per_cpu_s"):
        of_bare = median(each[figure] for each in bare)
        of_ours = median(each[figure] for each in ours)
        compared[figure] = {"bare": of_bare, "footfall": of_ours}
        compared[figure]["ratio"] = round(of_ours / of_bare, 3)
    compared["p99_ms"] = {
        "bare": median(each["p99_ms"] for each in bare),
        "footfall": median(each["p99_ms"] for each in ours),
    }
    return compared


@contextmanager
def _bare() -> Iterator[tuple[str, int]]:
    """Run the bare app under uvicorn, with the loop and parser that the collector has."""
    options = ["--host", "127.0.0.1", "--port", str(BARE_PORT), "--no-access-log"]
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "bench.bare:app", *options, "--log-level", "error"]
    )
    url = f"http://127.0.0.1:{BARE_PORT}"
    deadline_s = time.monotonic() + 10
    while time.monotonic() < deadline_s and not _posts(url):
        time.sleep(0.05)
    try:
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(timeout=10)


def _posts(url: str) -> bool:
    try:
        urllib.request.urlopen(urllib.request.Request(url, b"{}"), timeout=1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
