"""Governance commands: whether the promises to visitors are kept, and what is processed how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final, get_args
from urllib.parse import urlsplit

from collector.facts.salt import SaltBook
from footfall.commands.context import Context
from footfall.finding import Finding, find_versions
from privacy.audit_check import is_empty, verify_signed
from privacy.errors import PrivacyError
from privacy.holds import OPERATOR_KINDS, list_holds
from privacy.processing import Installed, record_of_processing
from privacy.retention import run_retention
from privacy.retention_policy import retention_of, shown_policy
from privacy.roles import DUTIES
from schema import list_sites
from schema.users import Role, list_users

# They are made each night; one night may pass without the machine.
_RUNS_MAY_BE_LATE: Final = timedelta(days=2)
# Where a day ends last.
_LAST_ZONE: Final = timezone(timedelta(hours=-12))


def report(context: Context) -> list[dict[str, Any]]:
    """Return the findings that the store's side can tell."""
    now = datetime.now(UTC)
    return [asdict(finding) for finding in _findings(context, now)]


def full_report(context: Context) -> list[dict[str, Any]]:
    """Return all findings, those about the installed packages too; it may take two minutes."""
    return [*report(context), asdict(find_versions())]


def record(context: Context) -> dict[str, Any]:
    """Return the record of processing activities, as Markdown, of this installation as it is."""
    config = context.config
    counts = dict.fromkeys(get_args(Role), 0)
    for user in list_users(context.store):
        counts[user.role] += 1
    sites = list_sites(context.store)
    installed = Installed(
        made_on=datetime.now(UTC).date(),
        sites=sites,
        kept={site.name: shown_policy(retention_of(site, config.retention_days)) for site in sites},
        columns=_columns(context),
        roles={role: (counts[role], sorted(DUTIES[role])) for role in counts},
        is_encrypted=bool(config.encryption_key),
        has_tls=bool(config.tls_cert),
        store=urlsplit(config.clickhouse_url).hostname or "",
        audit_days=config.audit_retention_days,
    )
    return {"markdown": record_of_processing(installed)}


def _findings(context: Context, now: datetime) -> Iterator[Finding]:
    yield _salts(context, now)
    yield _requests(context, now.date())
    yield _audit(context)
    yield _at_rest(context)
    yield _in_transit(context)
    yield _retention(context, now)
    yield _holds(context, now)


def _salts(context: Context, now: datetime) -> Finding:
    oldest = SaltBook(context.paths.salts).oldest_day()
    if oldest is not None and oldest < now.astimezone(_LAST_ZONE).date():
        return Finding("salts destroyed", "broken", f"the salt of {oldest} is still there")
    return Finding("salts destroyed", "kept", "none is left of a day that is over everywhere")


def _requests(context: Context, today: date) -> Finding:
    [(open_count, overdue)] = context.store.run(
        "footfall.commands.queries", "requests_overdue", today=today
    )
    if overdue:
        return Finding("requests in time", "broken", f"{overdue} of {open_count} open are overdue")
    return Finding("requests in time", "kept", f"{open_count} open, none overdue")


def _audit(context: Context) -> Finding:
    try:
        if is_empty(context.store, context.paths.root):
            return Finding("audit log whole", "kept", "nothing was recorded yet")
        broken = verify_signed(context.store, context.paths.root)
    except PrivacyError as error:
        return Finding("audit log whole", "broken", str(error))
    if broken:
        text = f"{len(broken)} places: see 'footfall audit verify'"
        return Finding("audit log whole", "broken", text)
    return Finding("audit log whole", "kept", "every record and checkpoint is as it was written")


def _at_rest(context: Context) -> Finding:
    if context.config.encryption_key:
        return Finding("encrypted at rest", "kept", "FOOTFALL_ENCRYPTION_KEY is set")
    if context.config.clickhouse_url:
        text = "FOOTFALL_ENCRYPTION_KEY is not set; ask the ClickHouse server about its own disk"
        return Finding("encrypted at rest", "not checked", text)
    return Finding("encrypted at rest", "broken", "FOOTFALL_ENCRYPTION_KEY is not set")


def _in_transit(context: Context) -> Finding:
    url = urlsplit(context.config.clickhouse_url)
    if url.scheme == "http" and url.hostname not in ("localhost", "127.0.0.1", "::1"):
        text = "FOOTFALL_CLICKHOUSE_URL begins with http://: use https://"
        return Finding("encrypted in transit", "broken", text)
    if context.config.tls_cert:
        return Finding("encrypted in transit", "kept", "FOOTFALL_TLS_CERT is set")
    text = "no certificate is set: a proxy before the listeners must have one"
    return Finding("encrypted in transit", "not checked", text)


def _holds(context: Context, now: datetime) -> Finding:
    """Look for holds whose end came before the last nights and that go on."""
    active = [
        hold
        for hold in list_holds(context.store)
        if hold.released_at is None and hold.kind in OPERATOR_KINDS
    ]
    latest = (now - _RUNS_MAY_BE_LATE).astimezone(_LAST_ZONE).date()
    late = [hold for hold in active if hold.is_over(latest)]
    if late:
        text = f"{len(late)} of {len(active)} should have ended: see 'footfall privacy hold list'"
        return Finding("holds ended in time", "broken", text)
    ends = sorted(hold.ends_on for hold in active if hold.ends_on is not None)
    following = f", the next one ends after {ends[0]}" if ends else ""
    return Finding("holds ended in time", "kept", f"{len(active)} active{following}")


def _retention(context: Context, now: datetime) -> Finding:
    """Look for what the runs of the last nights should have removed."""
    late = run_retention(
        context.store,
        list_sites(context.store, with_removed=True),
        now - _RUNS_MAY_BE_LATE,
        events_days=context.config.retention_days,
        dry=True,
    )
    left = {f"{report.site}: {report.found} {report.kind}" for report in late if report.found}
    if left:
        return Finding("retention met", "broken", f"past its time: {', '.join(sorted(left))}")
    return Finding("retention met", "kept", "nothing is there that is past its time")


def _columns(context: Context) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for table, column in context.store.run("footfall.commands.queries", "view_columns"):
        columns.setdefault(table, []).append(column)
    return columns
