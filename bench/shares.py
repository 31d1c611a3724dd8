"""Shares: where the collector's and the store process's processor time goes, step by step.

py-spy looks every few milliseconds which line holds the interpreter; a sample belongs to the step
of its innermost line that has one.  What the engine does in threads of its own is told beside it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench.load import city_databases, cpu_s, send
from bench.probe import SITE, wait_until_counted
from tests.installation import Installation, installation

PER_S: Final = int(os.environ.get("BENCH_SHARES_PER_S", "5000"))
SECONDS: Final = 20
_LOOKS_PER_S: Final = 200

# A step's name, and what its lines' files are called; the first that fits counts.
_OF_COLLECTOR: Final = {
    "address and connection": ("collector/listener/address.py", "collector/listener/connection.py"),
    "rate limit": ("collector/listener/rate.py",),
    "HTTP": ("collector/listener/", "uvicorn/"),
    "decode": ("collector/decode.py",),
    "validate": ("collector/validate.py", "collector/facts/scrub.py", "collector/request.py"),
    "bot and abuse rules": ("collector/rules/",),
    "pseudonym": tuple(f"collector/facts/{name}.py" for name in ("visitor", "salt", "ids")),
    "device": tuple(f"collector/facts/{name}.py" for name in ("device", "agent", "screen")),
    "place": ("geoip/",),
    "source and channel": ("collector/facts/",),
    "the rest of enrich": ("collector/enrich.py", "collector/event.py"),
    "journal: record": ("collector/journal/frames.py",),
    "journal: write and sync": ("collector/journal/", "schema/files.py"),
    "counts of its own": ("collector/metrics.py",),
    "the way between steps": ("collector/app.py", "collector/intake.py"),
    "event loop": ("asyncio/", "threading.py", "concurrent/"),
}
_OF_STORE: Final = {
    "journal: read": ("collector/journal/",),
    "repeats": ("collector/resend.py", "collector/writer/repeat.py"),
    "sessions": ("collector/writer/session",),
    "columns": ("collector/writer/event_rows.py",),
    "to the engine": ("clickhouse_connect/", "chdb/", "schema/"),
    "the writer's rest": ("collector/writer/",),
    "dashboard": ("dashboard/", "starlette/", "uvicorn/"),
    "routine work": ("footfall/", "privacy/"),
    "event loop": ("asyncio/", "threading.py", "concurrent/"),
}


def main() -> None:
    """Print the shares of each process as one JSON object."""
    os.environ["FOOTFALL_GEOIP_DB"] = city_databases()
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder) / "data") as running:
        running.command("site", "add", SITE, "--timezone", "Asia/Baku")
        wait_until_counted(running, SITE)
        send(running.public, seconds=3)  # warms every cache
        print(json.dumps(_measure(running, Path(folder)), indent=2))


def _measure(running: Installation, folder: Path) -> dict[str, Any]:
    processes = {
        "collector": (running.process_id("footfall.collector_process"), _OF_COLLECTOR),
        "store process": (running.process_id("footfall.store_process"), _OF_STORE),
    }
    sent: list[dict[str, Any]] = []
    load = threading.Thread(
        target=lambda: sent.append(send(running.public, seconds=SECONDS + 4, per_s=PER_S))
    )
    load.start()
    before_s = {name: cpu_s(pid) for name, (pid, _) in processes.items()}
    lookers = [_look_at(pid, folder / name) for name, (pid, _) in processes.items()]
    for looker in lookers:
        looker.wait()
    used_s = {name: cpu_s(pid) - before_s[name] for name, (pid, _) in processes.items()}
    load.join()
    return {
        "load": sent[0],
        "processor_s": {name: round(used, 1) for name, used in used_s.items()},
        "percent_of_samples": {
            name: _shares((folder / name).read_text(), steps)
            for name, (_, steps) in processes.items()
        },
    }


def _look_at(pid: int, output: Path) -> subprocess.Popen[bytes]:
    options = ["--gil", "-d", str(SECONDS), "-r", str(_LOOKS_PER_S), "-f", "raw"]
    command = ["record", *options, "-o", str(output), "--pid", str(pid)]
    spy = Path(sys.executable).with_name("py-spy")
    return subprocess.Popen([str(spy), *command], stdout=sys.stderr)


def _shares(stacks: str, steps: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    """Return each step's percentage; a line holds frames, outermost first, and a count."""
    found = Counter[str]()
    for line in stacks.splitlines():
        frames, _, count = line.rpartition(" ")
        found[_step(frames.split(";"), steps)] += int(count)
    return {step: round(100 * count / found.total(), 1) for step, count in found.most_common()}


def _step(frames: list[str], steps: Mapping[str, tuple[str, ...]]) -> str:
    for frame in reversed(frames):
        for step, places in steps.items():
            if any(place in frame for place in places):
                return step
    return "other"


if __name__ == "__main__":
    main()
