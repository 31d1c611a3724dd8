"""Ingest benchmark: acknowledged beacons a second beside a bare ASGI app, and when they show."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.installation import Installation, installation
from tests.read_store import read_store

ROUND_S = int(os.environ.get("BENCH_SECONDS", "6"))
ROUNDS = 3
CONNECTIONS = 64
VISITORS = 20_000
VISIBLE_SAMPLES = 10
BARE_PORT = 18_999
HERE = Path(__file__).parent


def main() -> None:
    """Print the figures as one JSON object."""
    if shutil.which("wrk") is None:
        sys.exit("bench: wrk is not installed: install it (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(_measure(Path(folder)), indent=2))


def _measure(folder: Path) -> dict[str, Any]:
    data = folder / "data"
    rounds: dict[str, list[dict[str, Any]]] = {"bare": [], "footfall": []}
    with installation(data) as running, _bare() as bare_url:
        running.command("site", "add", "shop.example", "--timezone", "Asia/Baku")
        token = running.command("token", "add", "bench", "--scope", "stats")["token"]
        _wait_until_counted(running)
        # Alternating, so that both see the same machine.
        for _ in range(ROUNDS):
            rounds["bare"].append(_load(bare_url))
            rounds["footfall"].append(_load(running.public))
        memory = running.resident_mb()
        visible_s = _visible_after(running, token)
    acknowledged = sum(r["requests"] - r["refused"] for r in rounds["footfall"])
    extra = VISIBLE_SAMPLES + 1
    return {
        "connections": CONNECTIONS,
        "rounds": rounds,
        "bare_per_s": round(_rate(rounds["bare"])),
        "footfall_per_s": round(_rate(rounds["footfall"])),
        "ratio": round(_rate(rounds["footfall"]) / _rate(rounds["bare"]), 3),
        "acknowledged": acknowledged + extra,
        "stored": _stored(data),
        "visible_after_s": {"median": median(visible_s), "max": max(visible_s)},
        "resident_mb": memory,
    }


def _load(url: str) -> dict[str, Any]:
    script = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{ROUND_S}s", "-s", str(HERE / "beacons.lua")]
    environ = os.environ | {"BENCH_AGENTS": str(HERE / "agents.txt")}
    done = subprocess.run(
        [*script, url, "--", str(VISITORS), secrets.token_hex(4)],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    result: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
    return result


def _rate(rounds: list[dict[str, Any]]) -> float:
    return float(median((r["requests"] - r["refused"]) / r["seconds"] for r in rounds))


@contextmanager
def _bare() -> Iterator[str]:
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
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _posts(url: str) -> bool:
    try:
        urllib.request.urlopen(urllib.request.Request(url, b"{}"), timeout=1).close()
    except OSError:
        return False
    return True


def _beacon(running: Installation, agent: str) -> float:
    """Send one pageview of a new visitor and return when it was acknowledged."""
    body = {"n": "pageview", "u": "https://shop.example/new", "d": "shop.example"}
    address = f"203.0.113.{secrets.randbelow(254) + 1}"
    headers = {"User-Agent": agent, "X-Forwarded-For": address, "Accept-Language": "az"}
    request = urllib.request.Request(
        f"{running.public}/api/event", json.dumps(body).encode(), headers
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        if answer.status != 202 or "X-Footfall-Dropped" in answer.headers:
            raise RuntimeError(f"not counted: {answer.status} {answer.headers}")
    return time.monotonic()


def _wait_until_counted(running: Installation) -> None:
    """Return when the collector has the new site."""
    deadline_s = time.monotonic() + 10
    while True:
        try:
            _beacon(running, _agent("0"))
            return
        except OSError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.05)


def _visible_after(running: Installation, token: str) -> list[float]:
    """Return, for some new visitors, the seconds from the 202 to the live count."""
    _settle(running, token)
    samples = []
    for number in range(VISIBLE_SAMPLES):
        before = _active(running, token)
        acknowledged_s = _beacon(running, _agent(f"{number}.{secrets.token_hex(4)}"))
        while _active(running, token) == before:
            time.sleep(0.02)
        samples.append(round(time.monotonic() - acknowledged_s, 3))
    return samples


def _settle(running: Installation, token: str) -> None:
    """Return when the live count stands still: everything before is in the store."""
    seen = -1
    while (now := _active(running, token)) != seen:
        seen = now
        time.sleep(2)


def _active(running: Installation, token: str) -> int:
    request = urllib.request.Request(
        f"{running.internal}/api/v1/stats/realtime/visitors?site_id=shop.example",
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.read())


def _agent(mark: str) -> str:
    return (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/142.{mark} Safari/537.36"
    )


def _stored(data: Path) -> int:
    return int(read_store(data, "SELECT count() FROM event_rows")[0][0])


if __name__ == "__main__":
    main()
