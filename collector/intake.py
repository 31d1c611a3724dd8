"""Intake: the way of one beacon from its payload into the journal."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Final

from collector.decode import Payload, Problems
from collector.enrich import enrich
from collector.errors import NotReadyError
from collector.event import Drop, Event
from collector.facts.salt import SaltBook
from collector.facts.visitor import VisitorId, visitor_id
from collector.journal.frames import JournalRecord
from collector.journal.journal import Journal
from collector.listener.connection import Connection
from collector.listener.rate import RateLimit
from collector.metrics import CollectorMeter
from collector.rules.judge import Judge
from collector.rules.published import PublishedRules, Rules
from collector.rules.site import Door, SiteRules, prepare
from collector.validate import Beacon, is_known_token, validate
from geoip import Locator
from privacy.objections import Objections

Clock = Callable[[], datetime]

# The system's clock, UTC.
utc_now: Clock = partial(datetime.now, UTC)

# Beacons that wait for the disk.  Our choice: at a few KiB each they cost what one browser tab
# does; a disk that hangs must not cost the machine's memory.
MOST_WAITING: Final = 10_000

_random_byte = partial(random.SystemRandom().getrandbits, 8)


class Intake:
    """What one collector process needs to decide about beacons; use it from one event loop."""

    def __init__(
        self,
        journal: Journal,
        rules: PublishedRules,
        salts: SaltBook,
        locator: Locator,
        clock: Clock = utc_now,
        meter: CollectorMeter | None = None,
        objections: Objections | None = None,
    ) -> None:
        self._journal = journal
        self._published = rules
        self._salts = salts
        self._locator = locator
        self._clock = clock
        self._objections = objections
        self._objections_seen = 0
        self._meter = meter or CollectorMeter()
        self._judge = Judge(locator)
        self._rate = RateLimit()
        self._rules: Rules | None = None
        self._door = Door({}, {})
        self._waiting = 0

    @property
    def is_ready(self) -> bool:
        """Tell whether events can be made safe now."""
        return self._journal.healthy and self._published.current(time.monotonic()) is not None

    async def take(self, payload: Payload, problems: Problems, connection: Connection) -> str:
        """Put a beacon into the journal, once for each of its sites, and return when it is safe.

        Returns "" when it counts for any site, else the reasons why not, as the header has them.
        Raises BeaconError, RateError, NotReadyError, JournalError or OSError: nothing was kept.
        """
        door = self._current_door()
        # A shop's own server, which a token vouches for, speaks for many visitors.
        if not (connection.token and is_known_token(connection.token, door)):
            self._rate.take(connection.address, time.monotonic())
        now = self._clock()
        begun_s = time.perf_counter()
        beacon = validate(payload, problems, connection, door, now)
        validated_s = time.perf_counter()
        records: list[Event | Drop] = []
        for name in beacon.sites:
            records += self._decide(beacon, door.sites[name], now)
        enriched_s = time.perf_counter()
        await self.keep(records)
        self._meter.kept(records, begun_s, validated_s, enriched_s, time.perf_counter())
        reasons = [record.reason for record in records if isinstance(record, Drop)]
        # What a rule in shadow would have dropped has its event beside it.
        return ", ".join(dict.fromkeys(reasons)) if len(reasons) == len(records) else ""

    def site(self, name: str) -> SiteRules | None:
        """Return a site's rules; None for a name that is none's.  Raises NotReadyError."""
        return self._current_door().sites.get(name)

    def visitor_today(self, rules: SiteRules, connection: Connection) -> tuple[date, VisitorId]:
        """Return the site's day and the pseudonym that a beacon of this connection has on it."""
        _, salt = self._salts.current(rules.site, self._clock())
        name = rules.site.name
        return salt.day, visitor_id(salt, name, connection.address, connection.user_agent)

    def limit(self, connection: Connection) -> None:
        """Count one call that is no beacon; raises RateError when it is one too many."""
        self._rate.take(connection.address, time.monotonic())

    def now(self) -> datetime:
        """Return the instant that records of now carry."""
        return self._clock()

    def expire_salts(self) -> None:
        """Destroy the salts, and forget the objections, of days that are over and of sites that
        were removed."""
        # Until rules were read, no site is known, and all would seem removed.
        if self._published.current(time.monotonic()) is None:
            return
        now = self._clock()
        sites = [rules.site for rules in self._current_door().sites.values()]
        self._salts.expire(now, sites)
        if self._objections is not None:
            self._objections.expire({site.name: site.day_at(now) for site in sites})

    def _decide(self, beacon: Beacon, rules: SiteRules, now: datetime) -> Sequence[Event | Drop]:
        """Return what goes into the journal for one site."""
        verdict = self._judge.judge(beacon, rules, now, time.monotonic())
        if verdict.drop is not None:
            return (verdict.drop,)
        _, salt = self._salts.current(rules.site, now)
        record = enrich(beacon, rules, salt, self._locator, now, _random_byte)
        return (record, *verdict.shadows) if isinstance(record, Event) else (record,)

    async def keep(self, records: Sequence[JournalRecord]) -> None:
        """Return when the records are on the disk; raises NotReadyError or JournalError."""
        if self._waiting >= MOST_WAITING:
            raise NotReadyError("too many beacons wait for the disk: send it again later")
        self._waiting += 1
        try:
            await self._journal.append(records)
        finally:
            self._waiting -= 1

    def _current_door(self) -> Door:
        rules = self._published.current(time.monotonic())
        if rules is None:
            raise NotReadyError("no sites are known yet: the store process has not started")
        objections = self._objections
        seen = 0 if objections is None else objections.refresh(time.monotonic())
        if rules is not self._rules or seen != self._objections_seen:
            self._door = prepare(rules, None if objections is None else objections.of_site)
            self._rules, self._objections_seen = rules, seen
        return self._door
