"""Enrichment: a beacon to an event that names nobody, or to a drop with its reason.

The beacon's address and user agent end here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from collector.decode import Vitals
from collector.event import ENGAGEMENT, NOBODY, Drop, DropReason, Event
from collector.facts.attribution import attribute
from collector.facts.campaign import campaign_of
from collector.facts.device import device_of
from collector.facts.ids import consent_hash, page_hash, resend_hash
from collector.facts.language import language_of
from collector.facts.referrer import NO_REFERRER, Referrer, referrer_of
from collector.facts.salt import Salt
from collector.facts.screen import screen_class
from collector.facts.visitor import VisitorId, sample_of, visitor_id
from collector.rules.site import SiteRules
from collector.validate import Beacon
from geoip import Locator

_NOBODY: Final = VisitorId(NOBODY)


def enrich(
    beacon: Beacon,
    rules: SiteRules,
    salt: Salt,
    locator: Locator,
    now: datetime,
    random_byte: Callable[[], int],
) -> Event | Drop:
    """Return what becomes of a beacon on one site.

    What the rules say of it was asked before, see judge.py.  `salt` is of the site's day at `now`,
    an aware UTC instant; `random_byte` gives 0..255, the sample of what is counted for nobody.
    Raises nothing.
    """
    # Who did not agree is not looked at, not for an objection either.
    if rules.site.consent == "strict" and not beacon.consent_id:
        return _drop(rules, now, "no_consent")
    referrer = _referrer(beacon, rules)
    if beacon.has_signal:
        # An engagement of nobody belongs to nothing.
        if rules.site.signal == "drop" or beacon.name == ENGAGEMENT:
            return _drop(rules, now, "signal")
        # The pseudonym is made for nothing but to find an objection, and forgotten.
        if rules.objections and _visitor(beacon, rules, salt) in rules.objections:
            return _drop(rules, now, "objection")
        return _event(beacon, rules, salt, locator, now, referrer, _NOBODY, random_byte())
    visitor = _visitor(beacon, rules, salt)
    if visitor in rules.objections:
        return _drop(rules, now, "objection")
    return _event(beacon, rules, salt, locator, now, referrer, visitor, sample_of(visitor))


def _referrer(beacon: Beacon, rules: SiteRules) -> Referrer:
    """Return where the visitor came from; nowhere, when that is the site itself."""
    referrer = referrer_of(beacon.referrer)
    if referrer.host == beacon.page.hostname or rules.is_own_hostname(referrer.host):
        return NO_REFERRER
    return referrer


def _drop(rules: SiteRules, now: datetime, reason: DropReason) -> Drop:
    return Drop(site=rules.site.name, received_at=now, reason=reason)


def _visitor(beacon: Beacon, rules: SiteRules, salt: Salt) -> VisitorId:
    return visitor_id(salt, rules.site.name, beacon.address, beacon.user_agent)


def _consent(beacon: Beacon, rules: SiteRules) -> int:
    """Return what is kept of the consent id; a site that asks for no consent has none."""
    return 0 if rules.site.consent == "cookieless" else consent_hash(beacon.consent_id)


def _event(
    beacon: Beacon,
    rules: SiteRules,
    salt: Salt,
    locator: Locator,
    now: datetime,
    referrer: Referrer,
    visitor: VisitorId,
    sample: int,
) -> Event:
    site = rules.site.name
    campaign = campaign_of(beacon.query)
    attribution = attribute(referrer.host, campaign)
    device = device_of(beacon.user_agent, beacon.connection.hints)
    place = locator.locate(beacon.address, beacon.timezone)
    is_somebody = visitor != NOBODY
    is_engagement = beacon.name == ENGAGEMENT
    vitals = beacon.vitals if is_engagement else None
    measures = _NO_MEASURES if vitals is None else _measures(vitals)
    return Event(
        site=site,
        received_at=now,
        time=now if beacon.time is None else min(beacon.time.astimezone(now.tzinfo), now),
        day=salt.day,
        name=beacon.name,
        visitor=visitor,
        sample=sample,
        page_id=page_hash(beacon.page_id) if is_somebody else 0,
        resend_id=resend_hash(site, visitor, beacon.id),
        hostname=beacon.page.hostname,
        path=beacon.page.path,
        referrer=referrer.url,
        source=attribution.source,
        channel=attribution.channel,
        utm_source=campaign.source,
        utm_medium=campaign.medium,
        utm_campaign=campaign.campaign,
        utm_term=campaign.term,
        utm_content=campaign.content,
        device=device.device,
        browser=device.browser,
        browser_version=device.browser_version,
        os=device.os,
        os_version=device.os_version,
        country=place.country,
        region=place.region if is_somebody else "",
        city=place.city if is_somebody else "",
        timezone=place.timezone,
        language=language_of(beacon.language),
        screen=screen_class(beacon.screen_width),
        props=beacon.props,
        revenue=beacon.money.amount,
        currency=beacon.money.currency,
        interactive=beacon.is_interactive,
        engaged_ms=beacon.engaged_ms if is_engagement else 0,
        scroll_depth=beacon.scroll_depth if is_engagement else 0,
        lcp_ms=measures.lcp_ms,
        fcp_ms=measures.fcp_ms,
        ttfb_ms=measures.ttfb_ms,
        inp_ms=measures.inp_ms,
        cls=measures.cls,
        consent_id=_consent(beacon, rules) if is_somebody else 0,
    )


class _Measures(NamedTuple):
    """Vitals as the store takes them; None is not measured."""

    lcp_ms: int | None = None
    fcp_ms: int | None = None
    ttfb_ms: int | None = None
    inp_ms: int | None = None
    cls: float | None = None


_NO_MEASURES: Final = _Measures()


def _measures(vitals: Vitals) -> _Measures:
    return _Measures(
        _rounded(vitals.lcp),
        _rounded(vitals.fcp),
        _rounded(vitals.ttfb),
        _rounded(vitals.inp),
        vitals.cls,
    )


def _rounded(duration_ms: float | None) -> int | None:
    return None if duration_ms is None else round(duration_ms)
