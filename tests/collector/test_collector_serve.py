"""Promise: a collector process loses nothing it answered, and says so when it can keep nothing."""

from __future__ import annotations

import json
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from collector.journal.frames import decode_frames
from collector.rules.published import Rules, publish, rules_path
from tests.build import CHROME, SITE, a_site

LIMIT_S = 60.0
BODY = json.dumps({"n": "pageview", "u": f"https://{SITE}/", "d": SITE})

PROGRAM = """
import socket, sys
from pathlib import Path
from collector.serve import run
from collector.settings import CollectorSettings
listener = socket.socket(fileno=int(sys.argv[2]))
run(CollectorSettings(data=Path(sys.argv[1]), journal_slot="c0"), listener)
"""


@dataclass
class Process:
    """A collector process."""

    running: subprocess.Popen[bytes]
    port: int
    data: Path

    def client(self) -> httpx.Client:
        headers = {"user-agent": CHROME, "accept-language": "az"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers)

    def limit_files(self, size_bytes: int) -> None:
        """Let the process write no file beyond this size, as if the disk were full."""
        hard = resource.RLIM_INFINITY
        resource.prlimit(self.running.pid, resource.RLIMIT_FSIZE, (size_bytes, hard))

    def paths(self) -> list[str]:
        found = []
        for segment in sorted((self.data / "journal" / "c0").glob("*.journal")):
            frames, damage, _ = decode_frames(segment.read_bytes(), 0, 100_000)
            assert damage == []
            found += [getattr(frame.record, "path", "") for frame in frames]
        return found


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    publish(rules_path(tmp_path), Rules(published_at=datetime.now(UTC), sites={SITE: a_site()}))
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        running = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path), str(listener.fileno())],
            pass_fds=[listener.fileno()],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    found = Process(running, port, tmp_path)
    with found.client() as client:
        client.get("/health", timeout=LIMIT_S)  # the socket listens before the process runs
    yield found
    running.kill()
    running.wait()


def test_a_request_under_way_is_finished_after_sigterm(process: Process) -> None:
    body = BODY.encode()
    with closing(socket.create_connection(("127.0.0.1", process.port), LIMIT_S)) as connection:
        head = f"POST /api/event HTTP/1.1\r\nHost: x\r\nUser-Agent: {CHROME}\r\n"
        head += "Accept-Language: az\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
        with process.client() as client:  # the half request was read: this one came after it
            assert client.get("/health").status_code == 200
        process.running.send_signal(signal.SIGTERM)
        _until_refused(process.port)
        connection.sendall(body[5:])
        assert connection.recv(4096).startswith(b"HTTP/1.1 202")
    process.running.wait(LIMIT_S)
    assert process.paths() == ["/"]


def test_a_full_disk_means_not_now_and_nothing_kept(process: Process) -> None:
    with process.client() as client:
        assert client.post("/api/event", content=BODY).status_code == 202
        process.limit_files(1)
        refused = client.post("/api/event", content=BODY)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert client.get("/health").status_code == 503
        assert process.paths() == ["/"]
        process.limit_files(resource.RLIM_INFINITY)
        assert client.post("/api/event", content=BODY).status_code == 202
        assert client.get("/health").status_code == 200
    assert process.paths() == ["/", "/"]


def _until_refused(port: int) -> None:
    """Wait until the process takes no new connection."""
    give_up_at_s = time.monotonic() + LIMIT_S
    while time.monotonic() < give_up_at_s:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return
        time.sleep(0.02)
    raise AssertionError("the process went on listening")
