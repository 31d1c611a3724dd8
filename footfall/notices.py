"""Notices: what each site's notice says now, and what of before it must not be forgotten.

The store process writes down each wording and how far it goes as soon as a setting changes, whether
or not anybody reads it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

import structlog

from collector.rights.page.notice import PURPOSES, Facts, facts_reach, texts_of
from collector.rights.page.versions import Versions
from collector.rules.published import Planned, SiteNotice
from collector.writer.event_rows import COLUMNS
from footfall.config import Config
from footfall.paths import DataPaths
from footfall.site_changes import with_changes
from privacy.errors import PrivacyError
from privacy.plans import Plan, Plans, read_plans
from privacy.reach import Reach, grown, reach_of
from privacy.retention_policy import retention_of
from privacy.signing import open_signing_key
from privacy.timeline import Timeline
from schema.sites import Site

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Told:
    """What was published of a site, and of what it was made."""

    facts: Facts
    plans: tuple[Plan, ...]
    notice: SiteNotice


class NoticeBook:
    """The store process's; hold `lock` from reading the sites to publishing them.

    Raises nothing that would keep rules from being published.
    """

    def __init__(self, config: Config, paths: DataPaths) -> None:
        self._config = config
        self._paths = paths
        self._versions = Versions(paths.root)
        self._timeline = Timeline(paths.timeline)
        self._told: dict[str, _Told] = {}
        self._failure = ""
        # Commands and routine work publish at the same time: what is noted last must be newest.
        self.lock = Lock()

    def notices(self, sites: Iterable[Site], now: datetime) -> dict[str, SiteNotice] | None:
        """Return what collectors are told of each site; None when it cannot be said now."""
        try:
            key = b64encode(open_signing_key(self._paths.root).public_key).decode()
            plans = read_plans(self._paths.plans)
            found = {site.name: self._notice(site, plans, key, now) for site in sites}
        except (PrivacyError, OSError) as error:
            # It is tried every other second, and told once.
            if str(error) != self._failure:
                _log.warning("notices_not_published", reason=str(error))
            self._failure = str(error)
            return None
        self._failure = ""
        return found

    def _notice(self, site: Site, plans: Plans, key: str, now: datetime) -> SiteNotice:
        facts = site_facts(site, plans, self._config, key)
        announced = tuple(plans.announced(site.name))
        told = self._told.get(site.name)
        if told is not None and (told.facts, told.plans) == (facts, announced):
            return told.notice
        reach = facts_reach(facts)
        self._versions.keep(site.name, texts_of(facts), site.day_at(now), reach)
        notice = SiteNotice(
            controller=facts.controller,
            planned=tuple(self._planned(facts, announced)),
            covered_since=self._timeline.note(site.name, reach, now),
        )
        self._told[site.name] = _Told(facts, announced, notice)
        return notice

    def _planned(self, facts: Facts, plans: Iterable[Plan]) -> Iterator[Planned]:
        for plan in plans:
            try:
                facts = facts_with(facts, plan.changes, self._config)
            except ValueError as error:
                _log.warning("plan_not_understood", plan=plan.id, reason=str(error))
            else:
                yield Planned(plan.starts_on, facts.site, facts.controller)


def site_facts(site: Site, plans: Plans, config: Config, public_key: str) -> Facts:
    """Return what a site's notice depends on."""
    return Facts(
        site=site,
        policy=retention_of(site, config.retention_days),
        controller=plans.controllers.get(site.name) or config.privacy_contact,
        # A server's disk is its own.
        is_encrypted=bool(config.encryption_key) and not config.clickhouse_url,
        public_key=public_key,
    )


def site_reach(site: Site, config: Config) -> Reach:
    """Return how far a site goes."""
    return reach_of(site, retention_of(site, config.retention_days), COLUMNS, PURPOSES)


def facts_with(facts: Facts, changes: Iterable[str], config: Config) -> Facts:
    """Return the facts after announced changes; raises ValueError that says what was expected."""
    site, controller = with_changes(facts.site, facts.controller, changes)
    return replace(
        facts,
        site=site,
        policy=retention_of(site, config.retention_days),
        controller=controller or config.privacy_contact,
    )


def covering(agreed: Reach | None, now: Reach) -> bool:
    """Tell whether a consent to a wording covers what is done now; None is unknown, so not."""
    return agreed is not None and not grown(agreed, now)
