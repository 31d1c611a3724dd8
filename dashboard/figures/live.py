"""Live: who is on a site now, read once a second for all who look, and told as it changes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from anyio import to_thread

from dashboard.figures.model import Live, LivePath
from dashboard.figures.period import zone_at
from privacy.small_numbers import fold, is_small
from schema import Site, Store, StoreError

# CONTRACT: a visitor is there with an event in the last five minutes.
ACTIVE: Final = timedelta(minutes=5)
MINUTES: Final = 30
# An event is inserted within half a second of its answer, so this shows it within two.
POLL_INTERVAL_S: Final = 0.8
# Server calls may be a minute ahead, CONTRACT.
_AHEAD: Final = timedelta(minutes=1)


def read_live(store: Store, site: Site, now: datetime, path_prefixes: tuple[str, ...] = ()) -> Live:
    """Return who is on a site at `now`; to a seller small paths fold, as everywhere."""
    local = now.astimezone(zone_at(site, site.day_at(now)))
    common = {
        "site": site.name,
        "days": [local.date() + timedelta(days=n) for n in (-1, 0, 1)],
        "until": now + _AHEAD,
        "path_prefixes": list(path_prefixes),
    }
    minutes_since = now.replace(second=0, microsecond=0) - timedelta(
        minutes=MINUTES - 1, milliseconds=1
    )
    found = store.run("dashboard.queries", "live_paths", since=now - ACTIVE, **common)
    minutes = Counter(
        dict(store.run("dashboard.queries", "live_minutes", since=minutes_since, **common))
    )
    minute_now = int(now.timestamp()) // 60
    live = Live(
        visitors=sum(visitors for _, visitors in found),
        paths=[LivePath(path, visitors) for path, visitors in found],
        pageviews_per_minute=[
            minutes[minute] for minute in range(minute_now - MINUTES + 1, minute_now + 1)
        ],
        at=local,
    )
    return _folded(live, site.small_number) if path_prefixes else live


def _folded(live: Live, level: int) -> Live:
    """Return what a seller may see: nothing of few visitors, and no path of few."""
    if is_small(live.visitors, level):
        quiet = [0] * len(live.pageviews_per_minute)
        return replace(live, visitors=0, paths=[], pageviews_per_minute=quiet, hidden_below=level)
    return replace(live, paths=fold(live.paths, lambda row: row.visitors, level).shown)


@dataclass(frozen=True, slots=True)
class _Topic:
    """What a poller reads; all who may see the same share one."""

    site: Site
    path_prefixes: tuple[str, ...]


class _Poller:
    """Reads one topic again and again while anybody listens."""

    def __init__(self, store: Store, topic: _Topic, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._topic = topic
        self._clock = clock
        self._changed = asyncio.Condition()
        self._number = 0
        self.listeners = 0
        self.latest: Live | None = None
        self.task = asyncio.create_task(self._poll())

    async def after(self, number: int) -> int:
        """Wait for a state newer than `number` and return its own."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._number > number)
            return self._number

    async def _poll(self) -> None:
        while True:
            try:
                live = await to_thread.run_sync(self._read)
            except StoreError:
                pass  # the last state stays; the page shows from when it is
            else:
                await self._tell(live)
            await asyncio.sleep(POLL_INTERVAL_S)

    def _read(self) -> Live:
        return read_live(self._store, self._topic.site, self._clock(), self._topic.path_prefixes)

    async def _tell(self, live: Live) -> None:
        if self.latest is None or replace(live, at=self.latest.at) != self.latest:
            async with self._changed:
                self.latest = live
                self._number += 1
                self._changed.notify_all()


class LiveHub:
    """One poller for each site that somebody looks at; none for the others."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._clock = clock
        self._pollers: dict[_Topic, _Poller] = {}

    @property
    def poller_count(self) -> int:
        """Return how many sites are being read."""
        return len(self._pollers)

    async def stream(
        self, site: Site, path_prefixes: tuple[str, ...], heartbeat_s: float
    ) -> AsyncIterator[bytes]:
        """Yield server-sent events: the state at once and at each change, comments between."""
        async with self._poller(_Topic(site, path_prefixes)) as poller:
            number = 0
            while True:
                try:
                    number = await asyncio.wait_for(poller.after(number), heartbeat_s)
                    yield b"event: live\ndata: " + msgspec.json.encode(poller.latest) + b"\n\n"
                except TimeoutError:
                    yield b": still here\n\n"

    @asynccontextmanager
    async def _poller(self, topic: _Topic) -> AsyncIterator[_Poller]:
        poller = self._pollers.get(topic)
        if poller is None:
            poller = self._pollers[topic] = _Poller(self._store, topic, self._clock)
        poller.listeners += 1
        try:
            yield poller
        finally:
            poller.listeners -= 1
            if not poller.listeners:
                del self._pollers[topic]
                poller.task.cancel()
