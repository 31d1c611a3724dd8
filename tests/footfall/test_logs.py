"""Promise: no log line holds an address, a user agent or a query, whatever goes wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from tests.build import SITE
from tests.faults.load import wait_until_counted
from tests.installation import Installation, answers, installation, wait_until

ADDRESS = "203.0.113.86"
ADDRESS_6 = "2001:db8:ca4a:7e58::86"
AGENT = "AgentMarkQ8"
QUERY = "QueryMarkQ8"
FIELD = "FieldMarkQ8"
MARKS = (ADDRESS, ADDRESS_6, AGENT, QUERY, FIELD)

# Each way an exception that quotes a beacon may reach standard error.
WAYS = {
    "a caught exception": "log.exception('failed')",
    "one with a cause": """
        try:
            int(mark)
        except ValueError as cause:
            try:
                raise KeyError(mark) from cause
            except KeyError:
                log.exception('failed')
    """,
    "a library's": "logging.getLogger('uvicorn.error').exception('failed')",
    "nobody's": "raise",
    "a thread's": """
        thread = threading.Thread(target=lambda: int(mark))
        thread.start(); thread.join()
    """,
    "a task's": """
        async def fail(): int(mark)
        async def main():
            task = asyncio.create_task(fail())
            await asyncio.sleep(0)
            del task
            gc.collect()
        asyncio.run(main())
    """,
    "a callback's": """
        async def main():
            asyncio.get_running_loop().call_soon(int, mark)
            await asyncio.sleep(0.01)
        asyncio.run(main())
    """,
    "a destructor's": """
        class Odd:
            def __del__(self): int(mark)
        Odd()
    """,
}
PROGRAM = """
import asyncio, gc, logging, sys, threading
import structlog
from footfall.logs import configure_logs
configure_logs()
log = structlog.get_logger()
mark = sys.argv[1]
try:
    int(mark)
except ValueError:
    WAY
"""


@pytest.mark.parametrize("way", WAYS)
def test_an_exceptions_message_and_values_stay_out_of_the_log(way: str) -> None:
    lines = WAYS[way].strip("\n")
    indented = lines if "\n" not in lines else lines.strip().replace("\n        ", "\n    ")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("WAY", indented), FIELD],
        capture_output=True,
        text=True,
        check=False,
    )
    assert FIELD not in done.stdout + done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert told
    assert all("Error at" in line["exception"] for line in told), told


def test_no_line_of_any_process_tells_who_it_was(tmp_path: Path) -> None:
    with installation(tmp_path / "data") as running:
        running.command("site", "add", SITE)
        wait_until_counted(running)
        statuses = _good_and_bad_traffic(running)
        _ask_the_dashboard(running)
        _break_salts(running)
        os.kill(running.process_id("footfall.store_process"), signal.SIGKILL)
        wait_until(lambda: answers(f"{running.internal}/health"))
    log = running.log()
    assert statuses == {200, 202, 400, 404, 413, 415}
    assert [mark for mark in MARKS if mark in log] == []
    # It did tell what happened: what was no HTTP, the salts, and the process that died.
    assert "Invalid HTTP request" in log
    assert "beacon_not_safe" in log
    assert "process_died" in log
    # The access log, which has an address in each line, is off.
    assert not re.search(r"(GET|POST) /|127\.0\.0\.1:\d+ ", log)


def _good_and_bad_traffic(running: Installation) -> set[int]:
    """Send marks in every place of a request; return the statuses."""
    headers = {"user-agent": AGENT, "x-forwarded-for": ADDRESS, "referer": f"https://{QUERY}/"}
    url = f"https://{SITE}/?q={QUERY}"
    statuses = set()
    with httpx.Client(base_url=running.public, headers=headers) as client:
        for body in (
            {"n": "pageview", "u": url, "d": SITE},
            {"n": FIELD, "u": url, "d": SITE, "p": {FIELD: FIELD}, "r": url},
            {"n": "pageview", "u": FIELD, "d": FIELD, "sd": FIELD, "v8": FIELD, "$": FIELD},
            {"n": FIELD * 30, "u": url * 90, "d": SITE},
        ):
            statuses.add(client.post("/api/event", json=body).status_code)
            six = client.post("/api/event", json=body, headers={"x-forwarded-for": ADDRESS_6})
            statuses.add(six.status_code)
        for content, more in (
            (FIELD.encode(), {}),
            (FIELD.encode() * 2_000, {}),
            (FIELD.encode(), {"content-encoding": "gzip"}),
            (b"{}", {"authorization": f"Bearer {FIELD}"}),
        ):
            answer = client.post("/api/event", content=content, headers=more)
            statuses.add(answer.status_code)
        for path in ("/pixel.gif", f"/{FIELD}", "/beacon.js", f"/beacon.{FIELD}.js", "/health"):
            statuses.add(client.get(path, params={"site": QUERY, "url": QUERY}).status_code)
    for lines in (
        f"GET /?{QUERY} HTTP/1.1\r\nHost: [{FIELD}\r\n\r\n",
        f"{FIELD} /?{QUERY} HTTP/1.1\r\n\r\n",
        f"POST /api/event?{QUERY} HTTP/1.1\r\n{FIELD}\r\n\r\n",
    ):
        _send_raw(running.public, lines)
    return statuses


def _send_raw(base: str, lines: str) -> None:
    url = httpx.URL(base)
    with closing(socket.create_connection((url.host, url.port or 80), 5)) as connection:
        connection.sendall(lines.encode())
        with suppress(ConnectionError):
            connection.recv(4_096)


def _ask_the_dashboard(running: Installation) -> None:
    headers = {"user-agent": AGENT, "x-forwarded-for": ADDRESS}
    with httpx.Client(base_url=running.internal, headers=headers) as client:
        client.post("/login", data={"email": f"{FIELD}@example.com", "password": FIELD})
        for path in ("/", f"/{FIELD}", "/api/live", "/metrics", f"/sites/{SITE}"):
            client.get(path, params={"q": QUERY, "site": FIELD})


def _break_salts(running: Installation) -> None:
    """Have the collector fail: a new site wants a salt, and their file cannot be read."""
    salts = running.data / "salts"
    salts.unlink()
    salts.mkdir()
    running.command("site", "add", "new.example")
    body = {"n": "pageview", "u": f"https://new.example/?{QUERY}", "d": "new.example"}
    headers = {"user-agent": AGENT, "x-forwarded-for": ADDRESS}

    def fails() -> bool:
        answer = httpx.post(f"{running.public}/api/event", json=body, headers=headers)
        return answer.status_code == 503

    wait_until(fails)
    salts.rmdir()
