"""Judge: which rules a beacon breaks, and what becomes of it by each rule's mode."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from collector.event import PAGEVIEW, Drop
from collector.facts.device import NO_HINTS
from collector.facts.referrer import referrer_of
from collector.listener.address import parse_address
from collector.rules.bot import bot_family
from collector.rules.details import Details
from collector.rules.headers import HEADLESS, contradiction
from collector.rules.hosting import hosting_provider
from collector.rules.modes import REASONS, SHADOWS, Rule
from collector.rules.pace import Pace
from collector.rules.site import SiteRules
from collector.rules.spam import spam_host
from collector.validate import Beacon
from geoip import Locator


class Verdict(NamedTuple):
    """What becomes of a beacon on one site."""

    drop: Drop | None = None  # None: it counts, unless its visitor objected
    shadows: tuple[Drop, ...] = ()  # what rules in shadow would have done; only when it counts


_COUNTS: Final = Verdict()


class Judge:
    """One collector process's; it remembers paces and details, and nothing that names anybody."""

    def __init__(self, locator: Locator) -> None:
        self._locator = locator
        self._pace = Pace()
        self._details = Details()

    def judge(self, beacon: Beacon, rules: SiteRules, now: datetime, now_s: float) -> Verdict:
        """Return the verdict at an aware UTC instant, the same as `now_s` of a monotonic clock.

        Raises nothing.
        """
        shadows: tuple[Drop, ...] = ()
        for rule, detail in self._broken(beacon, rules, now_s):
            mode = rules.modes[rule]
            if mode == "off":
                continue
            reason = REASONS[rule] if mode == "drop" else SHADOWS[rule]
            drop = Drop(site=rules.site.name, received_at=now, reason=reason, detail=detail)
            if mode == "drop":
                return Verdict(self._details.bounded(drop))
            shadows += (drop,)
        return Verdict(None, tuple(map(self._details.bounded, shadows))) if shadows else _COUNTS

    def _broken(self, beacon: Beacon, rules: SiteRules, now_s: float) -> Iterator[tuple[Rule, str]]:
        """Give each rule that the beacon breaks, with a detail that names nobody."""
        page = beacon.page
        if not rules.takes_hostname(page.hostname):
            # A bare address may be the visitor's own.
            bare = parse_address(page.hostname.strip("[]")) is not None
            yield "hostname", "" if bare else page.hostname
        if rules.excluded_paths is not None and (pattern := rules.excluding_pattern(page.path)):
            yield "path", pattern
        if rules.excluded_networks and rules.excludes_address(beacon.address):
            yield "address", ""
        if beacon.is_automated:
            yield "automation", "webdriver"
        # A shop's own server may call with any program; what it claims for a visitor is looked at.
        if not beacon.is_vouched and (family := bot_family(beacon.user_agent)):
            yield "declared", family
        if not beacon.is_from_server:
            yield from self._broken_by_browser(beacon, rules, now_s)
        if beacon.referrer and (host := referrer_of(beacon.referrer).host):
            spam = spam_host(host)
            if spam and not rules.is_own_hostname(host):
                yield "spam", spam

    def _broken_by_browser(
        self, beacon: Beacon, rules: SiteRules, now_s: float
    ) -> Iterator[tuple[Rule, str]]:
        """Give the rules about a connection that is a browser's own, not a server's."""
        connection = beacon.connection
        if connection.hints is not NO_HINTS:
            found = contradiction(connection.user_agent, connection.hints)
            if found:
                yield "automation" if found == HEADLESS else "headers", found
        if not connection.accept_language:
            yield "language", "no Accept-Language"
        if self._locator.has_networks and rules.modes["hosting"] != "off":
            network = self._locator.network_of(beacon.address)
            if network and (provider := hosting_provider(network.number, network.organisation)):
                yield "hosting", provider
        # Who sends a signal is not followed from page to page, not for this either.
        if (
            beacon.name == PAGEVIEW
            and not beacon.has_signal
            and self._pace.is_inhuman(rules.site.name, beacon.address, connection.user_agent, now_s)
        ):
            yield "rate", "pageviews"
