"""Queue: whose question runs next; each reader in turn, few at one time, nobody for ever."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

from dashboard.sql.errors import RefusedError
from dashboard.sql.limits import Limits

TOO_MANY: Final = 202
QUOTA: Final = 201
_HOUR_S: Final = 3600


class Queue:
    """Places for questions, of one event loop.

    The longest-waiting question of each reader waits in a ring of readers; a place that becomes
    free goes round it, so that a reader with many questions delays only itself.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._spent: dict[str, deque[tuple[float, float]]] = {}

    @asynccontextmanager
    async def place(self, reader: str) -> AsyncIterator[None]:
        """Hold a place for one question; raises RefusedError when there is none in time."""
        self._check_quota(reader)
        await self._enter(reader)
        started = monotonic()
        try:
            yield
        finally:
            self._spent.setdefault(reader, deque()).append((monotonic(), monotonic() - started))
            self._running[reader] -= 1
            self._pass_on()

    def _check_quota(self, reader: str) -> None:
        spent = self._spent.get(reader, deque())
        while spent and spent[0][0] < monotonic() - _HOUR_S:
            spent.popleft()
        if sum(seconds for _, seconds in spent) > self._limits.seconds_an_hour:
            allowed = f"{self._limits.seconds_an_hour} seconds of queries an hour"
            raise RefusedError("this token's time is used up", allowed, QUOTA)

    async def _enter(self, reader: str) -> None:
        if self._is_free(reader) and not self._waiting.get(reader):
            self._running[reader] += 1
            return
        if sum(map(len, self._waiting.values())) >= self._limits.waiting:
            raise self._too_many()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(reader, deque()).append(turn)
        try:
            await asyncio.wait_for(turn, self._limits.wait_s)
        except TimeoutError:
            raise self._too_many() from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # The place came with the cancellation: it goes to the next.
                self._running[reader] -= 1
                self._pass_on()
            raise

    def _is_free(self, reader: str) -> bool:
        return (
            self._running.total() < self._limits.at_once
            and self._running[reader] < self._limits.at_once_for_reader
        )

    def _pass_on(self) -> None:
        for reader in list(self._waiting):
            turns = self._waiting[reader]
            while turns and turns[0].done():
                turns.popleft()
            if turns and self._is_free(reader):
                self._running[reader] += 1
                turns.popleft().set_result(None)
                self._waiting.move_to_end(reader)
            if not turns:
                del self._waiting[reader]

    def _too_many(self) -> RefusedError:
        limits = self._limits
        allowed = f"{limits.at_once} at once, {limits.at_once_for_reader} for a token; try again"
        return RefusedError("too many queries are running", allowed, TOO_MANY)
