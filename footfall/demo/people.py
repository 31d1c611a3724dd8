"""People: where the demonstration's visitors are, what they browse with and what brings them.

Names of devices, browsers, sources and channels come from the collector's own functions, so that
they equal those of live traffic.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import Final

from collector.facts.attribution import Attribution, attribute
from collector.facts.campaign import Campaign, campaign_of
from collector.facts.device import NO_HINTS, Device, Hints, device_of
from collector.facts.referrer import Referrer, referrer_of
from collector.facts.screen import screen_class
from footfall.demo.tables import Weighted, read_facts, shares

# Visitors who come from apps hold a phone; the others make up for it, so that all together are
# 71 % phones, 24 % desktops, 3 % tablets. Our choice, after what is known of Azerbaijan.
_APP_SOURCES: Final = frozenset({"Instagram", "TikTok", "WhatsApp", "Facebook", "Telegram"})
_CLASSES_FROM_APPS: Final = Weighted([("Mobile", 96), ("Desktop", 3), ("Tablet", 1)])
_CLASSES_ELSEWHERE: Final = Weighted(
    [("Mobile", 58.1), ("Desktop", 34.8), ("Tablet", 4.0), ("TV", 2.4), ("Console", 0.7)]
)
# Of an app's visitors on a phone, those who stay in its own browser.
_IN_APP: Final = 0.72
_ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody is."""

    country: str
    region: str
    city: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Agent:
    """A browser, as it sends itself and as the collector names it."""

    user_agent: str
    hints: Hints
    device: Device
    widths: tuple[int, ...]  # of the screens it is seen on, CSS pixels
    screens: tuple[str, ...]  # their classes


@dataclass(frozen=True, slots=True)
class Arrival:
    """What brings somebody."""

    source: str
    bounce_rate: float  # in 0..1
    referrer_text: str  # as the browser sends it
    query: str
    landings: Weighted[str]  # kinds of page
    referrer: Referrer
    campaign: Campaign
    landed: Attribution  # of the first pageview
    tagged: Attribution  # of what else happens on that page: its query is there, no referrer


class People:
    """Picks visitors."""

    def __init__(self) -> None:
        self._homes = Weighted((Home(*row[1:]), float(row[0])) for row in read_facts("places.tsv"))
        self._languages = {country: shares(text) for country, text in read_facts("languages.tsv")}
        self._arrivals = Weighted(_arrivals(""))
        self._sale_arrivals = Weighted(_arrivals("sale"))
        self._agents = _agents()

    @property
    def agents(self) -> list[Agent]:
        """Return every browser there is."""
        return [agent for weighted in self._agents.values() for agent in weighted.items]

    @property
    def direct(self) -> Arrival:
        """Return the arrival of those who know the shop's address."""
        return next(each for each in self._arrivals.items if not each.source)

    def home(self, rng: Random) -> Home:
        """Return where a visitor is."""
        return self._homes.pick(rng)

    def language(self, country: str, rng: Random) -> str:
        """Return what a visitor's browser prefers, a primary subtag."""
        return self._languages.get(country, self._languages[_ANY]).pick(rng)

    def arrival(self, rng: Random, *, is_sale: bool = False) -> Arrival:
        """Return what brings a visitor; with `is_sale` it is the sale's campaign."""
        return (self._sale_arrivals if is_sale else self._arrivals).pick(rng)

    def agent(self, source: str, rng: Random) -> Agent:
        """Return a browser that visitors from this source use."""
        classes = _CLASSES_FROM_APPS if source in _APP_SOURCES else _CLASSES_ELSEWHERE
        kind = classes.pick(rng)
        in_app = self._agents.get((source, kind))
        if in_app is not None and rng.random() < _IN_APP:
            return in_app.pick(rng)
        return self._agents[_ANY, kind].pick(rng)


def _arrivals(when: str) -> list[tuple[Arrival, float]]:
    return [
        (_arrival(*rest), float(share))
        for share, of, *rest in read_facts("arrivals.tsv")
        if of == when
    ]


def _arrival(source: str, bounce_rate: str, referrer: str, query: str, landings: str) -> Arrival:
    came_from, campaign = referrer_of(referrer), campaign_of(query)
    return Arrival(
        source=source,
        bounce_rate=float(bounce_rate),
        referrer_text=referrer,
        query=query,
        landings=shares(landings),
        referrer=came_from,
        campaign=campaign,
        landed=attribute(came_from.host, campaign),
        tagged=attribute("", campaign),
    )


def _agents() -> dict[tuple[str, str], Weighted[Agent]]:
    """Return the browsers by source ("*" is any) and class of device."""
    found: defaultdict[tuple[str, str], list[tuple[Agent, float]]] = defaultdict(list)
    for share, source, kind, widths, brand, platform, user_agent in read_facts("agents.tsv"):
        hints = _hints(brand, platform, is_mobile=kind == "Mobile")
        sizes = tuple(int(width) for width in widths.split(","))
        screens = tuple(screen_class(width) for width in sizes)
        agent = Agent(user_agent, hints, device_of(user_agent, hints), sizes, screens)
        found[source, kind].append((agent, float(share)))
    return {key: Weighted(agents) for key, agents in found.items()}


def _hints(brand: str, platform: str, *, is_mobile: bool) -> Hints:
    """Return the client hints of a browser; none for those that send none."""
    if not brand:
        return NO_HINTS
    name, _, version = brand.partition(":")
    brands = f'"Chromium";v="{version}", "{name}";v="{version}", "Not/A)Brand";v="24"'
    return Hints(brands.encode(), b"?1" if is_mobile else b"?0", f'"{platform}"'.encode())
