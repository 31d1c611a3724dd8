"""Served: a collector in a process of its own, as it runs in an installation."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from collector.rules.published import Rules, publish, rules_path
from schema.sites import Site
from tests.build import CHROME, a_site

LIMIT_S = 60.0

_PROGRAM = """
import socket, sys
from pathlib import Path
from collector.listener import protocol
from collector.serve import run
from collector.settings import CollectorSettings
if sys.argv[3]:
    protocol.HEAD_LIMIT_S = protocol.BODY_LIMIT_S = float(sys.argv[3])
listener = socket.socket(fileno=int(sys.argv[2]))
run(CollectorSettings(data=Path(sys.argv[1]), journal_slot="c0"), listener)
"""


@dataclass
class Served:
    """A collector process."""

    running: subprocess.Popen[bytes]
    port: int
    data: Path
    log: Path  # what it said

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, headers={"user-agent": CHROME, "accept-language": "az"}
        )


@contextmanager
def served(directory: Path, *sites: Site, patience_s: float | None = None) -> Iterator[Served]:
    """Serve a collector on a free port; `patience_s` is how slow a head or a body may be."""
    data, log = directory / "data", directory / "collector.log"
    data.mkdir()
    named = {site.name: site for site in sites or (a_site(),)}
    publish(rules_path(data), Rules(published_at=datetime.now(UTC), sites=named))
    with closing(socket.socket()) as listener, log.open("wb") as said:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        patience = "" if patience_s is None else str(patience_s)
        running = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(data), str(listener.fileno()), patience],
            pass_fds=[listener.fileno()],
            stdout=said,
            stderr=said,
        )
    found = Served(running, port, data, log)
    try:
        with found.client() as client:
            client.get("/health", timeout=LIMIT_S)  # the socket listens before the process runs
        yield found
    finally:
        running.terminate()
        running.wait(LIMIT_S)
