"""Notice commands: changes of what a notice says, announced before they take effect."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Final

from collector.rights.page.notice import Facts, Section, change_of, texts_of, with_sections
from collector.rights.page.versions import Versions
from collector.rights.page.words import LANGUAGES, words_of
from footfall.commands.context import Context
from footfall.errors import CommandError, UsageError
from footfall.notices import covering, facts_with, site_facts, site_reach
from privacy.errors import PrivacyError
from privacy.plans import Plan, Plans, open_plans, read_plans
from privacy.signing import open_signing_key
from schema import Site, UnknownSiteError, get_site, list_sites

# 32 bits name one of the few plans that an installation has.
_ID_BYTES: Final = 4


def announce(context: Context, name: str, starts_on: str, changes: Sequence[str]) -> dict[str, Any]:
    """Announce changes of a site from a day on; return the plan with what visitors are told."""
    now = datetime.now(UTC)
    site = _site(context, name)
    day = _day(starts_on, site.day_at(now))
    with _errors(), open_plans(context.paths.plans) as plans:
        before = _facts(context, site, plans)
        for earlier in plans.announced(name):
            if earlier.starts_on <= day:
                before = facts_with(before, earlier.changes, context.config)
        told = _told(before, changes, day, context, "en")
        plan = Plan(
            id=secrets.token_hex(_ID_BYTES),
            site=name,
            starts_on=day,
            changes=tuple(changes),
            announced_at=now,
        )
        plans.plans.append(plan)
    return _shown(plan) | {"told": list(told.items)}


def listing(context: Context, name: str = "") -> list[dict[str, Any]]:
    """Return announced changes, then earlier ones, then the wordings that were in force."""
    sites = [_site(context, name)] if name else list_sites(context.store)
    named = {site.name for site in sites}
    with _errors():
        plans = read_plans(context.paths.plans)
        ended = [plan for plan in reversed(plans.plans) if plan.state != "announced"]
        rows = [_shown(plan) for plan in [*plans.announced(), *ended] if plan.site in named]
        for site in sites:
            rows += _versions(context, site)
    return rows


def show(context: Context, name: str, version: str = "", language: str = "en") -> dict[str, Any]:
    """Return an earlier wording in one language, or what is read now with what will change."""
    if language not in LANGUAGES:
        raise UsageError(f"language {language[:10]!r}: expected one of {', '.join(LANGUAGES)}")
    site = _site(context, name)
    with _errors():
        if not version:
            return {"markdown": _read_now(context, site, language)}
        found = Versions(context.paths.root).find(site.name, version)
    if found is None:
        raise CommandError(f"no wording has the name {version[:20]!r}: see 'footfall notice list'")
    return {"markdown": found.texts[language]}


def cancel(context: Context, id: str) -> dict[str, Any]:
    """Take an announced change back; it stays on record as cancelled."""
    with _errors(), open_plans(context.paths.plans) as plans:
        plan = next((each for each in plans.announced() if each.id == id), None)
        if plan is None:
            raise CommandError(
                f"no announced change has the id {id[:20]!r}: see 'footfall notice list'"
            )
        ended = plans.end(plan, "cancelled", datetime.now(UTC))
    context.audit.record(
        actor="cli", action="setting", site=plan.site, detail=f"notice cancel: {plan.id}"
    )
    return _shown(ended)


def _told(
    before: Facts, changes: Sequence[str], day: date, context: Context, language: str
) -> Section:
    """Return what visitors will read; raises UsageError."""
    try:
        after = facts_with(before, changes, context.config)
    except ValueError as error:
        raise UsageError(f"--set {error}") from error
    section = change_of(before, after, day, words_of(language))
    if not section.items:
        raise UsageError("nothing would change: expected a --set that is not so by then")
    return section


def _read_now(context: Context, site: Site, language: str) -> str:
    plans = read_plans(context.paths.plans)
    facts = _facts(context, site, plans)
    text, sections = texts_of(facts)[language], []
    for plan in plans.announced(site.name):
        after = facts_with(facts, plan.changes, context.config)
        sections.append(change_of(facts, after, plan.starts_on, words_of(language)))
        facts = after
    return with_sections(text, sections)


def _facts(context: Context, site: Site, plans: Plans) -> Facts:
    key = open_signing_key(context.paths.root).public_key
    return site_facts(site, plans, context.config, b64encode(key).decode())


def _versions(context: Context, site: Site) -> list[dict[str, Any]]:
    reach = site_reach(site, context.config)
    return [
        {
            "site": site.name,
            "what": "wording",
            "day": version.since.isoformat(),
            "id": version.name,
            "says": "consents to it hold" if covering(version.reach, reach) else "asked again",
        }
        for version in Versions(context.paths.root).all(site.name)
    ]


def _shown(plan: Plan) -> dict[str, Any]:
    return {
        "site": plan.site,
        "what": plan.state,
        "day": plan.starts_on.isoformat(),
        "id": plan.id,
        "says": ", ".join(plan.changes),
    }


def _site(context: Context, name: str) -> Site:
    try:
        return get_site(context.store, name)
    except UnknownSiteError as error:
        raise UsageError(str(error)) from error


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--from {text[:20]!r}: expected a day such as 2027-01-31") from None
    if day <= today:
        raise UsageError(f"--from {text}: expected a day after {today}, the site's today")
    return day


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (PrivacyError, OSError) as error:
        raise CommandError(str(error)) from error
