"""Traffic: pageviews sent over keep-alive connections until told to stop, with each one's answer.

A pageview without an answer is sent again with the same `id`, as the beacon script does, so that
in the end each has one.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlsplit

from tests.faults.load import pageview, read_answer

# Longer than a collector, a supervisor or a disk is away in any of the faults.
_GIVE_UP_S = 60.0
_ANSWER_WITHIN_S = 30.0

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Traffic:
    """Numbered pageviews: number N is the path /n/N."""

    def __init__(
        self, url: str, *, per_s: float, connections: int, domain: str, id_every: int
    ) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._per_s, self._connections, self._domain = per_s, connections, domain
        self._id_every = id_every
        self._numbers = count()
        self._stopping = threading.Event()
        self._begun_s = time.monotonic()
        self.statuses: dict[int, int] = {}  # the last answer to each
        self.retry_after: Counter[str] = Counter()  # of the answers 503
        self.unanswered = 0  # tries whose connection broke first; each was sent again

    @property
    def answers(self) -> Counter[int]:
        """Count the answers by status."""
        return Counter(self.statuses.copy().values())

    def run(self) -> None:
        """Send until stopped and everything sent was answered."""
        self._begun_s = time.monotonic()
        asyncio.run(self._run())

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self._connections):
                group.create_task(self._connection())

    async def _connection(self) -> None:
        streams: _Streams | None = None
        while not self._stopping.is_set():
            number = next(self._numbers)
            due_s = self._begun_s + number / self._per_s
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            async with asyncio.timeout(_GIVE_UP_S):
                streams = await self._send(number, streams)
        if streams is not None:
            streams[1].close()

    async def _send(self, number: int, streams: _Streams | None) -> _Streams:
        """Send one pageview until it is answered; return the connection that is open then."""
        beacon = pageview(number, visitors=1_000)
        beacon.body["d"] = self._domain
        if number % self._id_every:
            del beacon.body["id"]
        request = beacon.request(f"{self._host}:{self._port}")
        while True:
            try:
                if streams is None:
                    streams = await asyncio.open_connection(self._host, self._port)
                streams[1].write(request)
                async with asyncio.timeout(_ANSWER_WITHIN_S):
                    status, retry_after = await read_answer(streams[0])
                self.statuses[number] = status
                if status == 503:
                    self.retry_after[retry_after] += 1
                return streams
            except (OSError, EOFError, TimeoutError):
                if streams is not None:
                    streams[1].close()
                    self.unanswered += 1
                streams = None
                await asyncio.sleep(0.05)


@contextmanager
def traffic(
    url: str,
    *,
    per_s: float = 400.0,
    connections: int = 16,
    domain: str = "shop.example",
    id_every: int = 1,
) -> Iterator[Traffic]:
    """Send pageviews in the background; on the way out all that was sent gets its answer.

    Only each `id_every`th has an `id`: more than one only where no connection breaks.
    """
    found = Traffic(url, per_s=per_s, connections=connections, domain=domain, id_every=id_every)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            found.run()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="traffic", daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.stop()
        thread.join(2 * _GIVE_UP_S)
    if errors:
        raise errors[0]
