"""Making: an event from what a file says, through the same functions as a beacon goes through."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from collector.event import NOBODY, PAGEVIEW, Event
from collector.facts.attribution import attribute
from collector.facts.campaign import Campaign, campaign_of
from collector.facts.device import Device
from collector.facts.language import language_of
from collector.facts.page import page_of, split_url
from collector.facts.referrer import NO_REFERRER, referrer_of
from collector.facts.screen import screen_class
from collector.facts.scrub import scrubbed
from collector.facts.visitor import VisitorId, sample_of
from collector.rules.site import SiteRules
from collector.rules.spam import spam_host

_LONGEST_NAME: Final = 120
_LONGEST_VALUE: Final = 2_000
_UNKNOWN_DEVICE: Final = Device()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a file says of one event; "" is unknown."""

    time: datetime  # aware
    visitor: VisitorId
    url: str  # the page's path, or its whole address, with or without query
    hostname: str = ""  # where `url` has none; the site's own when that is unknown, too
    name: str = PAGEVIEW
    referrer: str = ""  # with or without a scheme
    campaign: Campaign | None = None  # None: it is read from the url's query
    device: Device = _UNKNOWN_DEVICE
    country: str = ""
    region: str = ""
    city: str = ""
    language: str = ""
    screen_width: float | None = None
    props: dict[str, str] = field(default_factory=dict)


class LeftOutError(Exception):
    """A row that is well formed and does not come in; the text says why, and names nobody."""


def make_event(said: Said, rules: SiteRules) -> Event:
    """Return the event, or raise LeftOutError."""
    site = rules.site
    location, query = split_url(said.url)
    if "://" not in location:
        host = said.hostname or site.name
        location = f"https://{host}/{location.lstrip('/')}"
    page = page_of(location)
    if page is None:
        raise LeftOutError("pages whose address cannot be read")
    modes = rules.modes
    if modes["hostname"] == "drop" and not rules.takes_hostname(page.hostname):
        raise LeftOutError("pages of other hostnames")
    if modes["path"] == "drop" and rules.excluding_pattern(page.path):
        raise LeftOutError("pages that the site excludes")
    text = said.referrer
    referrer = referrer_of(text if not text or "://" in text else f"https://{text}")
    if referrer.host == page.hostname or rules.is_own_hostname(referrer.host):
        referrer = NO_REFERRER
    if modes["spam"] == "drop" and referrer.host and spam_host(referrer.host):
        raise LeftOutError("referrer spam")
    campaign = campaign_of(query) if said.campaign is None else said.campaign
    attribution = attribute(referrer.host, campaign)
    time = said.time.astimezone(UTC)
    is_somebody = said.visitor != NOBODY
    return Event(
        site=site.name,
        received_at=time,
        time=time,
        day=site.day_at(time),
        name=scrubbed(said.name.strip()[:_LONGEST_NAME]),
        visitor=said.visitor,
        sample=sample_of(said.visitor) if is_somebody else secrets.randbelow(256),
        hostname=page.hostname,
        path=page.path,
        referrer=referrer.url,
        source=attribution.source,
        channel=attribution.channel,
        utm_source=campaign.source,
        utm_medium=campaign.medium,
        utm_campaign=campaign.campaign,
        utm_term=campaign.term,
        utm_content=campaign.content,
        device=said.device.device,
        browser=said.device.browser,
        browser_version=said.device.browser_version,
        os=said.device.os,
        os_version=said.device.os_version,
        country=said.country,
        region=said.region if is_somebody else "",
        city=said.city if is_somebody else "",
        language=language_of(said.language),
        screen=screen_class(said.screen_width),
        props={
            scrubbed(key[:_LONGEST_NAME]): scrubbed(value[:_LONGEST_VALUE])
            for key, value in said.props.items()
        },
    )


def region_code(country: str, region: str) -> str:
    """Return a region as ISO 3166-2, also when a file has it without its country."""
    if not region or not country:
        return ""
    return region if region.startswith(f"{country}-") else f"{country}-{region}"


def day_of(text: str) -> date:
    """Return the day in "2026-01-31" or "20260131"; raises ValueError."""
    if len(text) == 8 and text.isdigit():
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return date.fromisoformat(text)
