"""Installation: Footfall running on loopback for a test or a benchmark, in a given directory."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from urllib.error import URLError

READY_S = 60.0


@dataclass(frozen=True, slots=True)
class Installation:
    """A running installation."""

    data: Path
    public: str
    internal: str
    process: subprocess.Popen[bytes]

    def command(self, *arguments: str, stdin: str = "") -> Any:
        """Run a `footfall` command and return its JSON; raises CalledProcessError."""
        done = footfall(*arguments, "--json", "--data", str(self.data), stdin=stdin)
        done.check_returncode()
        return json.loads(done.stdout)

    def process_id(self, module: str) -> int:
        """Return the id of the supervised process that runs a module; raises LookupError."""
        for child in self.process_ids(module):
            return child
        raise LookupError(f"no process runs {module}")

    def process_ids(self, module: str) -> list[int]:
        """Return the ids of all supervised processes that run a module."""
        return [
            child
            for child in _children(self.process.pid)
            if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        ]

    def log(self) -> str:
        """Return what the processes said so far."""
        return (self.data.parent / "serve.log").read_text(encoding="utf-8")

    def resident_mb(self) -> dict[str, float]:
        """Return the resident memory of each process, in MB, by its module."""
        found = {}
        for child in _children(self.process.pid):
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            name = next((w.decode() for w in words if w.startswith(b"footfall.")), "other")
            slot = words[words.index(b"--slot") + 1].decode() if b"--slot" in words else ""
            found[f"{name} {slot}".strip()] = _resident_mb(child)
        return found | {"supervisor": _resident_mb(self.process.pid)}


def footfall(*arguments: str, stdin: str = "", **environ: str) -> CompletedProcess[str]:
    """Run the `footfall` command and return how it ended."""
    return subprocess.run(
        [sys.executable, "-m", "footfall", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environ,
    )


@contextmanager
def installation(data: Path, *options: str, **environ: str) -> Iterator[Installation]:
    """Run `footfall serve` on free ports, believing forwarded addresses from loopback."""
    public, internal = free_port(), free_port()
    log = (data.parent / "serve.log").open("wb")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "footfall", "serve", "--data", str(data)),
            *("--collector", f"127.0.0.1:{public}", "--dashboard", f"127.0.0.1:{internal}"),
            *options,
        ],
        env=os.environ | {"FOOTFALL_TRUSTED_PROXIES": "127.0.0.0/8", **environ},
        stdout=log,
        stderr=log,
    )
    try:
        urls = (f"http://127.0.0.1:{public}", f"http://127.0.0.1:{internal}")
        for url in urls:
            wait_until(partial(answers, f"{url}/health"))
        yield Installation(data, *urls, process)
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def wait_until(condition: Callable[[], object], within_s: float = READY_S) -> None:
    """Return when the condition holds; raises TimeoutError.  A LookupError is a not yet."""
    deadline_s = time.monotonic() + within_s
    while time.monotonic() < deadline_s:
        with suppress(LookupError):
            if condition():
                return
        time.sleep(0.02)
    raise TimeoutError(f"the condition did not hold within {within_s:.0f} s")


def answers(url: str) -> bool:
    """Tell whether the URL answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (URLError, OSError):
        return False


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _children(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
