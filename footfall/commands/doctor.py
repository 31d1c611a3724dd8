"""Doctor command: what is well with an installation, what is not, and what to do about it."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from collector.journal.journal import segment_sequences
from footfall.commands.context import Context
from footfall.mailing.reminders import recipients
from footfall.mailing.sent import load_sent
from footfall.mailing.server import MailError, check_server
from footfall.opening import noted_keys
from geoip import Locator
from privacy.errors import PrivacyError
from privacy.plans import read_plans
from privacy.timeline import read_timeline
from schema import StoreError, list_sites, migrations
from schema.engine_config import has_parts
from schema.users import list_users

# Our choice: a day of a busy shop's journal and the database's merges want more than this.
_LOW_DISK_BYTES: Final = 2 * 1024**3
# DB-IP and MaxMind publish monthly or more often.
_OLD_GEO_DAYS: Final = 45
_SECRET_FILES: Final = ("salts", "secret", "session.key", "privacy.key", "erasures.ledger")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    state: Literal["good", "care", "bad"]
    text: str


def examine(context: Context) -> list[dict[str, Any]]:
    """Return the findings, in the order of an event's way."""
    return [asdict(finding) for finding in _findings(context)]


def _findings(context: Context) -> Iterator[Finding]:
    yield _disk(context.paths.root)
    yield _permissions(context.paths.root)
    yield _sites(context)
    yield _geoip(context)
    yield _journal(context.paths.journal)
    yield from _store(context)
    yield _users(context)
    yield _encryption(context)
    yield _mail(context)
    yield _notices(context)


def _disk(root: Path) -> Finding:
    free_bytes = shutil.disk_usage(root).free
    text = f"{free_bytes / 1024**3:.1f} GiB free"
    if free_bytes < _LOW_DISK_BYTES:
        return Finding("disk", "bad", f"{text}: make room, or beacons will be refused")
    return Finding("disk", "good", text)


def _permissions(root: Path) -> Finding:
    open_to_others = [
        path.name
        for path in [root, *root.iterdir()]
        if stat.S_IMODE(path.stat().st_mode) & 0o077 and path.name in {root.name, *_SECRET_FILES}
    ]
    if open_to_others:
        names = ", ".join(open_to_others)
        return Finding("permissions", "bad", f"others may read {names}: run chmod go= on each")
    return Finding("permissions", "good", "only the owner can read the data directory")


def _sites(context: Context) -> Finding:
    sites = list_sites(context.store)
    if not sites:
        return Finding("sites", "care", "none: add one with 'footfall site add NAME'")
    return Finding("sites", "good", ", ".join(site.name for site in sites))


def _geoip(context: Context) -> Finding:
    databases = Locator(context.config.geoip_db, directory=context.paths.geoip).status()
    for database in databases:
        if database.problem:
            return Finding("geoip", "bad", f"{database.path.name}: {database.problem}")
    if not databases:
        return Finding(
            "geoip",
            "care",
            "no database: countries come from browsers' time zones; run 'footfall geoip update'",
        )
    oldest = max(database.age_days for database in databases)
    text = f"{', '.join(database.type for database in databases)}, {oldest} days old"
    if oldest > _OLD_GEO_DAYS:
        return Finding("geoip", "care", f"{text}: run 'footfall geoip update'")
    return Finding("geoip", "good", text)


def _journal(root: Path) -> Finding:
    slots = [path for path in root.glob("*") if path.is_dir()]
    size_bytes = sum(path.stat().st_size for path in root.rglob("*.journal"))
    count = sum(len(segment_sequences(slot)) for slot in slots)
    damaged = len(list(root.rglob("*.quarantine")))
    text = f"{count} segments, {size_bytes / 1024**2:.1f} MiB"
    if damaged:
        return Finding("journal", "bad", f"{text}; {damaged} damaged records in *.quarantine files")
    return Finding("journal", "good", text)


def _store(context: Context) -> Iterator[Finding]:
    try:
        version = context.store.value("SELECT version()")
        offset_s = (
            context.store.value("SELECT toUnixTimestamp(now())") - datetime.now(UTC).timestamp()
        )
    except StoreError as error:
        yield Finding("store", "bad", str(error))
        return
    engine = "server" if context.config.clickhouse_url else "embedded"
    newest = migrations()[-1].version
    yield Finding("store", "good", f"ClickHouse {version}, {engine}, migration {newest}")
    if abs(offset_s) > 5:
        yield Finding(
            "clock", "bad", f"the store's clock differs by {offset_s:.0f} s: set both right"
        )


def _encryption(context: Context) -> Finding:
    keys = context.config.keys
    if not keys:
        return Finding(
            "encryption", "care", "off: set FOOTFALL_ENCRYPTION_KEY, or see that the disk encrypts"
        )
    what = "the journal" if context.config.clickhouse_url else "database, journal and backups"
    text = f"{what} with the key {keys.current.id}"
    if not context.config.clickhouse_url and has_parts(context.paths.database):
        return Finding(
            "encryption", "care", f"{text}; older rows are not: run 'footfall encryption rotate'"
        )
    if len(noted_keys(context.paths)) > 1:
        return Finding(
            "encryption", "care", f"{text}; older keys too: run 'footfall encryption rotate'"
        )
    return Finding("encryption", "good", text)


def _notices(context: Context) -> Finding:
    try:
        announced = read_plans(context.paths.plans).announced()
        read_timeline(context.paths.timeline)
    except (PrivacyError, OSError) as error:
        return Finding("notices", "bad", str(error))
    return Finding("notices", "good", f"{len(announced)} announced change(s)")


def _mail(context: Context) -> Finding:
    config, server = context.config, context.config.mail_server
    if server is None:
        text = "off: nobody is reminded of visitors' requests; set FOOTFALL_SMTP_URL"
        return Finding("mail", "care", text)
    try:
        check_server(server, config.mail_from)
        sent = load_sent(context.paths.mail)
    except MailError as error:
        return Finding("mail", "bad", str(error))
    failed = [f"{each.reason}: {each.count} tries" for each in sent.failures.values()]
    if failed:
        return Finding("mail", "bad", f"not sent, and tried again: {'; '.join(failed)}")
    if not recipients(list_users(context.store)):
        return Finding("mail", "care", "no owner has an address that mail can reach")
    return Finding("mail", "good", f"{server.host}:{server.port} takes it")


def _users(context: Context) -> Finding:
    owners = [user for user in list_users(context.store) if user.role == "owner"]
    if not owners:
        return Finding(
            "users", "care", "no owner: add one with 'footfall user add EMAIL --role owner'"
        )
    if any(owner.one_time for owner in owners):
        return Finding("users", "care", "the first owner has not set a password yet")
    return Finding("users", "good", f"{len(owners)} owner(s)")
