"""Steady benchmark: a day's rate and a rush hour's, how soon beacons show, and what it takes."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from bench.load import city_databases, send
from bench.probe import PROBE_SITE, SITE, count_events, visible_after_s, wait_until_counted
from bench.reader import signed_in
from tests.installation import Installation, installation

QUIET_PER_S: Final = 500
QUIET_S: Final = 20
RUSH_PER_S: Final = int(os.environ.get("BENCH_RUSH_PER_S", "10000"))
RUSH_S: Final = int(os.environ.get("BENCH_RUSH_SECONDS", "300"))
BESIDE_PER_S: Final = 2_000
BESIDE_S: Final = 20
CONNECTIONS: Final = 64
_SAMPLE_EVERY_S: Final = 1.0


def main() -> None:
    """Print the figures as one JSON object."""
    os.environ["FOOTFALL_GEOIP_DB"] = city_databases()
    with (
        tempfile.TemporaryDirectory() as folder,
        installation(Path(folder) / "data", FOOTFALL_API_REQUESTS_PER_HOUR="1000000") as running,
    ):
        print(json.dumps(_measure(running), indent=2))


def _measure(running: Installation) -> dict[str, Any]:
    for site in (PROBE_SITE, SITE):
        running.command("site", "add", site, "--timezone", "Asia/Baku")
    # Not at the probe's site: a visitor who leaves its live count as another comes would hide it.
    wait_until_counted(running, SITE)
    token = running.command("token", "add", "bench", "--scope", "stats")["token"]
    before = send(running.public, seconds=3, connections=CONNECTIONS)  # warms every cache
    quiet = send(running.public, seconds=QUIET_S, connections=CONNECTIONS, per_s=QUIET_PER_S)
    rush, visible, memory = _rush(running, token)
    alone = send(running.public, seconds=BESIDE_S, connections=CONNECTIONS, per_s=BESIDE_PER_S)
    beside, looks_ms = _beside_the_dashboard(running)
    sent = [before, quiet, rush, alone, beside]
    return {
        f"at_{QUIET_PER_S}_per_s": quiet,
        f"at_{RUSH_PER_S}_per_s": rush,
        "visible_after_s": visible,
        "resident_mb": memory,
        f"at_{BESIDE_PER_S}_per_s": alone,
        f"at_{BESIDE_PER_S}_per_s_beside_dashboard": beside,
        "dashboard_page_ms": looks_ms,
        "acknowledged": sum(s["requests"] - s["refused"] for s in sent) + 2 + visible["samples"],
        "stored": count_events(running),
        "unread_at_most": len(sent) * CONNECTIONS,
    }


def _rush(running: Installation, token: str) -> tuple[dict[str, Any], ...]:
    """Return what the load saw, how soon probes showed, and each process's memory."""
    seen_s: list[float] = []
    memory: list[dict[str, float]] = []

    def sample() -> None:
        seen_s.append(visible_after_s(running, token))
        memory.append(running.resident_mb())
        time.sleep(_SAMPLE_EVERY_S)

    with _repeated(sample):
        load = send(running.public, seconds=RUSH_S, connections=CONNECTIONS, per_s=RUSH_PER_S)
    visible = {
        "samples": len(seen_s),
        "median": round(median(seen_s), 3),
        "p95": round(quantiles(seen_s, n=20)[-1], 3),
        "max": max(seen_s),
    }
    return load, visible, {name: _growth(memory, name) for name in memory[0]}


def _growth(memory: list[dict[str, float]], name: str) -> dict[str, float]:
    """Return the median of the first fifth and of the last, and the most."""
    series = [each[name] for each in memory if name in each]
    fifth = max(1, len(series) // 5)
    return {
        "first_fifth": median(series[:fifth]),
        "last_fifth": median(series[-fifth:]),
        "max": max(series),
    }


def _beside_the_dashboard(running: Installation) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the load saw while the overview was opened again and again, and its times."""
    open_page = signed_in(running)
    times_ms: list[float] = []

    def look() -> None:
        begun_s = time.monotonic()
        open_page(f"/sites/{SITE}")
        times_ms.append((time.monotonic() - begun_s) * 1_000)

    with _repeated(look):
        load = send(running.public, seconds=BESIDE_S, connections=CONNECTIONS, per_s=BESIDE_PER_S)
    pages = {"pages": len(times_ms), "median": round(median(times_ms)), "max": round(max(times_ms))}
    return load, pages


@contextmanager
def _repeated(action: Callable[[], None]) -> Iterator[None]:
    """Do something again and again on a thread until the block ends."""
    is_over = threading.Event()
    errors: list[Exception] = []

    def repeat() -> None:
        try:
            while not is_over.is_set():
                action()
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
    if errors:
        raise errors[0]


if __name__ == "__main__":
    main()
