"""Records: the demonstration's traffic as the collector would have put it into the journal."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from math import exp
from operator import attrgetter
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from collector.event import ENGAGEMENT, NOBODY, PAGEVIEW, Drop, DropReason, Event
from collector.rules.bot import bot_family
from collector.rules.spam import spam_host
from footfall.demo.people import Agent, Arrival, People
from footfall.demo.rhythm import Day, days_until, instant_ms
from footfall.demo.shop import Shop
from footfall.demo.tables import Weighted, read_facts
from footfall.demo.walks import Step, bounce, stroll
from schema import Site

DAYS: Final = 30
# Of all days together, today as if it were over.
VISITORS: Final = 14_600

# The traffic of a day follows from its date and what is around it alone.
_SEED: Final = "Etir Evi"

# Our choice, as rare as they are in a shop's real traffic; all in 0..1.
_SIGNALS: Final = 0.03  # browsers that ask not to be tracked
_RETURNS: Final = 0.12  # visitors who come back on the same day
_RETURNS_DIRECT: Final = 0.3
DROPPED: Final = 0.06  # of all records

# No earlier than the session's gap behind the first walk.
_RETURN_AFTER_S: Final = (2_400, 25_000)

# Medians in milliseconds: largest paint, answer, interaction. Our choice, inside what web.dev calls
# good for most; phones are slower.
_VITALS: Final = {"Desktop": (1_350, 180, 48), "Mobile": (2_050, 290, 120)}
_TOLD_VITALS: Final = 0.86

# What the table of drops calls a reason, and how the collector finds its detail.
_REASONS: Final[dict[str, tuple[DropReason, Callable[[str], str]]]] = {
    "bot": ("bot", bot_family),
    "spam": ("spam", spam_host),
    "hostname": ("hostname", str),
}

_by_time = attrgetter("received_at")


def demo_records(
    site: Site, shop: Shop, now: datetime, *, days: int = DAYS, visitors: int = VISITORS
) -> Iterator[Event | Drop]:
    """Yield the records of the last days up to `now`, an aware UTC instant, in the order of time.

    The same for the same arguments.
    """
    people = People()
    drops = _drops()
    for day in days_until(site.day_at(now), ZoneInfo(site.timezone), days, visitors):
        yield from _records_of_day(day, site.name, shop, people, drops, now)


def _records_of_day(
    day: Day,
    site: str,
    shop: Shop,
    people: People,
    drops: Weighted[tuple[DropReason, str]],
    now: datetime,
) -> list[Event | Drop]:
    rng = Random(f"{_SEED} {day.day}")
    until = min(day.ends_at, now)
    records: list[Event | Drop] = []
    for _ in range(day.visitors):
        visit = _Visitor(day, site, shop, people, rng)
        records.extend(event for event in visit.events() if event.time < until)
    records.extend(_dropped(day, site, drops, len(records), until, rng))
    records.sort(key=_by_time)
    return records


class _Visitor:
    """One visitor's day."""

    def __init__(self, day: Day, site: str, shop: Shop, people: People, rng: Random) -> None:
        self._day = day
        self._shop = shop
        self._people = people
        self._rng = rng
        self._arrival = people.arrival(rng, is_sale=rng.random() < day.sale_share)
        self._agent = people.agent(self._arrival.source, rng)
        self._is_nobody = rng.random() < _SIGNALS
        self._common = self._facts(site)

    def events(self) -> Iterator[Event]:
        """Yield everything that the visitor does, in the order of time."""
        rng = self._rng
        at_ms = instant_ms(rng)
        at_ms = yield from self._session(at_ms, self._arrival)
        if rng.random() < _RETURNS:
            arrival = self._people.direct if rng.random() < _RETURNS_DIRECT else self._arrival
            yield from self._session(at_ms + rng.randint(*_RETURN_AFTER_S) * 1_000, arrival)

    def _facts(self, site: str) -> dict[str, Any]:
        """Return what all events of the visitor say alike."""
        rng, agent = self._rng, self._agent
        home = self._people.home(rng)
        visitor = NOBODY if self._is_nobody else rng.getrandbits(64) or 1
        return {
            "site": site,
            "day": self._day.day,
            "visitor": visitor,
            "sample": visitor >> 56,
            "hostname": site,
            "device": agent.device.device,
            "browser": agent.device.browser,
            "browser_version": agent.device.browser_version,
            "os": agent.device.os,
            "os_version": agent.device.os_version,
            "country": home.country,
            "region": "" if self._is_nobody else home.region,
            "city": "" if self._is_nobody else home.city,
            "timezone": home.timezone,
            "language": self._people.language(home.country, rng),
            "screen": rng.choice(agent.screens),
        }

    def _session(self, begins_ms: int, arrival: Arrival) -> Generator[Event, None, int]:
        """Yield one session's events; return when it ends, in milliseconds of the day."""
        rng = self._rng
        steps = walk_of(self._shop, arrival, rng)
        begins_at = self._day.begins_at
        page_id = 0
        for step in steps:
            if step.name == PAGEVIEW:
                page_id = rng.getrandbits(64)
            if self._is_nobody and step.name == ENGAGEMENT:
                continue
            at = begins_at + timedelta(milliseconds=begins_ms + step.at_ms)
            yield self._event(step, at, page_id, arrival)
        return begins_ms + steps[-1].at_ms

    def _event(self, step: Step, at: datetime, page_id: int, arrival: Arrival) -> Event:
        said: dict[str, Any] = self._common
        if self._is_nobody:
            page_id = 0
            said = said | {"sample": self._rng.getrandbits(8)}
        if step.page == 0:
            said = said | _brought(arrival, is_pageview=step.name == PAGEVIEW)
        if step.props:
            said = said | {"props": step.props}
        if step.revenue is not None:
            said = said | {"revenue": step.revenue, "currency": self._shop.currency}
        if step.name == ENGAGEMENT:
            said = said | {"engaged_ms": step.engaged_ms, "scroll_depth": step.scroll_depth}
            if step.is_last_look and self._rng.random() < _TOLD_VITALS:
                said |= vitals_of(self._agent, self._rng)
        return Event(
            received_at=at, time=at, name=step.name, page_id=page_id, path=step.path, **said
        )


def walk_of(shop: Shop, arrival: Arrival, rng: Random) -> list[Step]:
    """Return what somebody who arrived like this does."""
    landing = arrival.landings.pick(rng)
    # What is not found is told by an event, which ends a bounce.
    if landing != "notfound" and rng.random() < arrival.bounce_rate:
        return bounce(shop, landing, rng)
    return stroll(shop, landing, rng)


def vitals_of(agent: Agent, rng: Random) -> dict[str, Any]:
    """Return how fast and steady a page was, under the names of the event's fields."""
    lcp, ttfb, inp = _VITALS.get(agent.device.device, _VITALS["Mobile"])
    lcp_ms = int(lcp * exp(rng.gauss(0.0, 0.42)))
    return {
        "lcp_ms": lcp_ms,
        "fcp_ms": int(lcp_ms * rng.uniform(0.5, 0.85)),
        "ttfb_ms": min(int(ttfb * exp(rng.gauss(0.0, 0.5))), lcp_ms // 2),
        "inp_ms": int(inp * exp(rng.gauss(0.0, 0.6))),
        "cls": round(min(rng.expovariate(28.0), 0.9), 3),
    }


def _brought(arrival: Arrival, *, is_pageview: bool) -> dict[str, str]:
    """Return what events on the first page say of where the visitor came from."""
    attribution = arrival.landed if is_pageview else arrival.tagged
    campaign = arrival.campaign
    return {
        "referrer": arrival.referrer.url if is_pageview else "",
        "source": attribution.source,
        "channel": attribution.channel,
        "utm_source": campaign.source,
        "utm_medium": campaign.medium,
        "utm_campaign": campaign.campaign,
        "utm_term": campaign.term,
        "utm_content": campaign.content,
    }


def _drops() -> Weighted[tuple[DropReason, str]]:
    """Return reasons with their details, as the collector finds them."""
    return Weighted(
        ((_REASONS[reason][0], _REASONS[reason][1](text)), float(share))
        for share, reason, text in read_facts("drops.tsv")
    )


def _dropped(
    day: Day,
    site: str,
    drops: Weighted[tuple[DropReason, str]],
    event_count: int,
    until: datetime,
    rng: Random,
) -> Iterator[Drop]:
    """Yield the drops of a day; programs know no evening."""
    span_s = (until - day.begins_at).total_seconds()
    for _ in range(round(event_count * DROPPED / (1 - DROPPED))):
        reason, detail = drops.pick(rng)
        at = day.begins_at + timedelta(milliseconds=int(rng.random() * span_s * 1_000))
        yield Drop(site=site, received_at=at, reason=reason, detail=detail)
