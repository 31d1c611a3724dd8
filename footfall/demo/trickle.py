"""Trickle: visits of the demonstration shop that happen now, told to the collector by beacons."""

from __future__ import annotations

import asyncio
import http.client
import re
import signal
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import structlog

from collector.event import ENGAGEMENT, PAGEVIEW
from footfall.demo.people import Agent, Arrival, Home, People
from footfall.demo.records import vitals_of, walk_of
from footfall.demo.shop import Shop, load_shop
from footfall.demo.walks import Step
from footfall.process import child_arguments

# Our choice: beacons under way at once; a collector answers in milliseconds.
_CONNECTIONS: Final = 4
_TIMEOUT_S: Final = 10.0
_ACCEPTED: Final = 202
_ID_BITS: Final = 128

# How often a shop that is not open yet is looked at.
_LOOK_AGAIN_S: Final = 0.2

# All visits come from this machine's address, so the user agent alone makes them different
# visitors. The build's number does: nothing that is counted reads it.
_BUILD: Final = re.compile(r"((?:Chrome|CriOS)/\d+|AppleWebKit/605)[\d.]*")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Guest:
    """Somebody who visits the shop."""

    arrival: Arrival
    agent: Agent
    user_agent: str
    home: Home
    language: str
    width: int


class Trickle:
    """Visits at random instants, some number a minute; use it from one event loop."""

    def __init__(self, collector_url: str, shop: Shop, rng: Random, *, pace: float = 1.0) -> None:
        """Take the collector's URL, such as http://127.0.0.1:8000.

        `pace` scales how long visitors stay on a page.
        """
        self._address = urlsplit(collector_url).netloc
        self._shop = shop
        self._people = People()
        self._rng = rng
        self._pace = pace
        self._connections = asyncio.Semaphore(_CONNECTIONS)
        self._is_refused = False

    async def run(self, visits_a_minute: int, stop: asyncio.Event) -> None:
        """Let visitors come once the shop is open, until `stop` is set.

        Those who are in the shop then just vanish.
        """
        visits: set[asyncio.Task[int]] = set()
        while not stop.is_set() and not await asyncio.to_thread(self._is_open):
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_AGAIN_S)
        while not stop.is_set():
            task = asyncio.create_task(self.visit())
            visits.add(task)
            task.add_done_callback(visits.discard)
            wait_s = self._rng.expovariate(visits_a_minute / 60)
            try:
                await asyncio.wait_for(stop.wait(), wait_s)
            except TimeoutError:
                continue
        for task in visits:
            task.cancel()

    async def visit(self) -> int:
        """Make one visit and return how many beacons were accepted."""
        guest = self._guest()
        page_id = ""
        now_ms = accepted = 0
        for step in walk_of(self._shop, guest.arrival, self._rng):
            await asyncio.sleep((step.at_ms - now_ms) / 1_000 * self._pace)
            now_ms = step.at_ms
            if step.name == PAGEVIEW:
                page_id = self._random_id()
            if not await self._send(guest, self._beacon(guest, step, page_id)):
                break
            accepted += 1
        return accepted

    def _guest(self) -> _Guest:
        rng, people = self._rng, self._people
        arrival, home = people.arrival(rng), people.home(rng)
        agent = people.agent(arrival.source, rng)
        return _Guest(
            arrival,
            agent,
            own_build(agent.user_agent, rng),
            home,
            people.language(home.country, rng),
            rng.choice(agent.widths),
        )

    def _beacon(self, guest: _Guest, step: Step, page_id: str) -> dict[str, Any]:
        """Return a step as the beacon script sends it."""
        is_landing = step.page == 0
        query = f"?{guest.arrival.query}" if is_landing and guest.arrival.query else ""
        beacon: dict[str, Any] = {
            "n": step.name,
            "u": f"https://{self._shop.site}{step.path}{query}",
            "d": self._shop.site,
            "k": page_id,
            "w": guest.width,
            "tz": guest.home.timezone,
            "l": guest.language,
            "id": self._random_id(),
        }
        if step.props:
            beacon["p"] = step.props
        if step.revenue is not None:
            beacon["$"] = {"amount": str(step.revenue), "currency": self._shop.currency}
        if step.name == PAGEVIEW and is_landing:
            beacon["r"] = guest.arrival.referrer_text or None
        if step.name == ENGAGEMENT:
            beacon |= {"e": step.engaged_ms, "sd": step.scroll_depth}
            if step.is_last_look:
                vitals = vitals_of(guest.agent, self._rng)
                beacon["v8"] = {name.removesuffix("_ms"): each for name, each in vitals.items()}
        return beacon

    def _random_id(self) -> str:
        return f"{self._rng.getrandbits(_ID_BITS):032x}"

    async def _send(self, guest: _Guest, beacon: dict[str, Any]) -> bool:
        """Tell the collector; return whether it took the beacon."""
        async with self._connections:
            answer: int | str
            try:
                answer = await asyncio.to_thread(self._post, guest, beacon)
            except (OSError, http.client.HTTPException) as error:
                answer = type(error).__name__
        if (answer != _ACCEPTED) != self._is_refused:
            self._is_refused = not self._is_refused
            _log.warning(
                "trickle_refused" if self._is_refused else "trickle_goes_on", answer=answer
            )
        return answer == _ACCEPTED

    def _is_open(self) -> bool:
        """Tell whether the collector takes beacons: at the first start there is no site yet."""
        connection = http.client.HTTPConnection(self._address, timeout=_TIMEOUT_S)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _post(self, guest: _Guest, beacon: dict[str, Any]) -> int:
        hints = guest.agent.hints
        headers = {
            "Content-Type": "text/plain",
            "User-Agent": guest.user_agent,
            "Accept-Language": guest.language,
        }
        if hints.brands:
            headers |= {
                "Sec-CH-UA": hints.brands.decode(),
                "Sec-CH-UA-Mobile": hints.mobile.decode(),
                "Sec-CH-UA-Platform": hints.platform.decode(),
            }
        connection = http.client.HTTPConnection(self._address, timeout=_TIMEOUT_S)
        try:
            connection.request("POST", "/api/event", msgspec.json.encode(beacon), headers)
            return connection.getresponse().status
        finally:
            connection.close()


def own_build(user_agent: str, rng: Random) -> str:
    """Return the user agent of another build of the same version."""
    build, patch = rng.randint(1_000, 9_999), rng.randint(1, 250)
    return _BUILD.sub(rf"\g<1>.0.{build}.{patch}", user_agent)


def main() -> None:
    """Run until SIGTERM."""
    arguments = child_arguments("the demonstration's visitors", "collector", "rate")
    asyncio.run(_run(arguments.collector, int(arguments.rate)))


async def _run(collector_url: str, visits_a_minute: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Trickle(collector_url, load_shop(), Random()).run(visits_a_minute, stop)


if __name__ == "__main__":
    main()
