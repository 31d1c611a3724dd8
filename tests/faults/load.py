"""Load: beacons sent over keep-alive connections on loopback, with the answer to each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from collector.journal.journal import read_synced
from tests.installation import Installation, wait_until

# An answer that never came: the connection broke first.
NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class Beacon:
    """One request: its JSON body and the headers beside the usual ones."""

    body: dict[str, Any]
    headers: dict[str, str]

    def request(self, host: str) -> bytes:
        """Return the bytes of the request."""
        body = json.dumps(self.body).encode()
        lines = [
            "POST /api/event HTTP/1.1",
            f"Host: {host}",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body


def pageview(number: int, *, visitors: int, site: str = "shop.example") -> Beacon:
    """Return the `number`th of many pageviews, each of its own path."""
    visitor = number % visitors
    version = f"{100 + visitor // 250}.0"
    return Beacon(
        {
            "n": "pageview",
            "u": f"https://{site}/n/{number}",
            "d": site,
            "k": f"{number:032x}",
            "id": f"{number}",
        },
        {
            "X-Forwarded-For": f"198.51.100.{visitor % 250 + 1}",
            "User-Agent": f"Mozilla/5.0 (X11; Linux x86_64; rv:{version}) Gecko/20100101"
            f" Firefox/{version}",
            "Accept-Language": "az",
        },
    )


def wait_until_counted(running: Installation, *, domain: str = "shop.example") -> None:
    """Return when every collector has the sites; leaves the pageview /n/1000000000 there."""
    probe = pageview(10**9, visitors=1)
    probe.body["d"] = domain
    probes = [probe] * 32

    def all_count() -> bool:
        return set(asyncio.run(send(running.public, probes, connections=16))) == {202}

    def each_has_one() -> bool:
        # One of several collectors may have taken all the connections.
        slots = (running.data / "journal").iterdir()
        return all(any(file.stat().st_size for file in slot.glob("*.journal")) for slot in slots)

    wait_until(lambda: all_count() and each_has_one())


def wait_until_drained(running: Installation) -> None:
    """Return when the writer has begun with each journal's last record; a stop waits for it."""
    journal = running.data / "journal"

    def has_read_all() -> bool:
        checkpoint = json.loads((running.data / "writer.json").read_bytes())
        read = checkpoint["next"] or checkpoint["done"]
        return all(
            read[slot.name] == [synced.segment, synced.offset]
            for slot in journal.iterdir()
            if slot.is_dir()
            for synced in [read_synced(slot)]
        )

    wait_until(has_read_all)


async def send(
    url: str,
    beacons: Sequence[Beacon],
    *,
    connections: int = 64,
    after: Callable[[int], None] = lambda answered: None,
) -> list[int]:
    """Send every beacon once and return the status of each, in order.

    `after` is called with the number of answers so far, after each of them.
    """
    parts = urlsplit(url)
    statuses = [NO_ANSWER] * len(beacons)
    numbers = iter(range(len(beacons)))
    answered = 0

    async def connection() -> None:
        nonlocal answered
        async for number, reader, writer in _turns(parts.hostname or "", parts.port or 80, numbers):
            try:
                writer.write(beacons[number].request(parts.netloc))
                statuses[number] = await read_status(reader)
            except (OSError, asyncio.IncompleteReadError, ValueError):
                writer.close()
                continue
            answered += 1
            after(answered)

    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(connection())
    return statuses


async def _turns(
    host: str, port: int, numbers: Any
) -> AsyncIterator[tuple[int, asyncio.StreamReader, asyncio.StreamWriter]]:
    """Give each number a connection, a new one when the last was closed."""
    writer: asyncio.StreamWriter | None = None
    for number in numbers:
        if writer is None or writer.is_closing():
            reader, writer = await _connect(host, port)
        yield number, reader, writer
    if writer is not None:
        writer.close()


async def _connect(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(30):
        while True:
            try:
                return await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(0.05)


async def read_status(reader: asyncio.StreamReader) -> int:
    """Read one whole answer and return its status; raises EOFError when the connection ends."""
    return (await read_answer(reader))[0]


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, str]:
    """Read one whole answer and return its status and what its `Retry-After` says, or ""."""
    head = await reader.readuntil(b"\r\n\r\n")
    retry_after = ""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            await reader.readexactly(int(value))
        elif name.lower() == b"retry-after":
            retry_after = value.strip().decode()
    return int(head.split(b" ", 2)[1]), retry_after
