"""Consent: what a visitor agreed to, refused or took back, as a receipt they can have again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from privacy.records import ConsentReceipt, ConsentState, ConsentWay
from schema import Store

# Of the table of receipts.
CONSENT_COLUMNS: Final = (
    "site", "consent_id", "id", "state", "received_at", "text_hash", "version", "scope", "how",
)  # fmt: skip


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A consent receipt for its visitor: without the id, which their browser alone has."""

    kind: str = "consent"
    id: str
    site: str
    state: ConsentState
    received_at: datetime
    text_hash: str
    version: str
    scope: str
    how: ConsentWay


def save_receipts(store: Store, receipts: Sequence[ConsentReceipt]) -> None:
    """Keep receipts; one that is saved again is one."""
    if receipts:
        store.insert("consent_receipts", CONSENT_COLUMNS, [_row(receipt) for receipt in receipts])


def find_decisions(store: Store, site: str, consent_id: int) -> list[Decision]:
    """Return what was decided under a consent id, given as rows have it; oldest first."""
    rows = store.run("privacy.queries", "consent_receipts", site=site, consent_id=consent_id)
    return [
        Decision(
            id=id,
            site=site,
            state=state,
            received_at=received_at,
            text_hash=text_hash,
            version=version,
            scope=scope,
            how=how,
        )
        for id, state, received_at, text_hash, version, scope, how in rows
    ]


def decision_of(receipt: ConsentReceipt) -> Decision:
    """Return what a receipt says."""
    return Decision(
        id=receipt.id,
        site=receipt.site,
        state=receipt.state,
        received_at=receipt.received_at,
        text_hash=receipt.text_hash,
        version=receipt.version,
        scope=receipt.scope,
        how=receipt.how,
    )


def _row(receipt: ConsentReceipt) -> list[object]:
    return [
        UUID(receipt.id) if name == "id" else getattr(receipt, name) for name in CONSENT_COLUMNS
    ]
