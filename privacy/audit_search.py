"""Audit search: the records that match who, what, where and when, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from schema import Store

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; "" is any."""

    actor: str = ""
    action: str = ""
    site: str = ""
    since: datetime = EARLIEST
    until: datetime = LATEST  # excluded
    sites: tuple[str, ...] = ()  # records of others are left out; empty: none is


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One record as it is shown."""

    at: datetime  # aware, UTC
    actor: str
    action: str
    site: str
    rows: int
    purpose: str
    detail: str
    chain: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the records that match."""

    records: list[AuditRecord]
    total: int


def search_audit(store: Store, asked: Search, *, limit: int, offset: int = 0) -> Found:
    """Return the records that match, newest first, and how many there are in all.

    Beyond the last of them the total is 0.
    """
    rows = store.run(
        "privacy.queries",
        "audit_search",
        actor=asked.actor,
        action=asked.action,
        site=asked.site,
        since=asked.since,
        until=asked.until,
        sites=list(asked.sites),
        row_limit=limit,
        row_offset=offset,
    )
    return Found([AuditRecord(*row[:-1]) for row in rows], rows[0][-1] if rows else 0)


def audit_actions(store: Store) -> list[str]:
    """Return every action on record, by name."""
    return [action for (action,) in store.run("privacy.queries", "audit_actions")]
