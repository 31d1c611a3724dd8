"""Consent: the body in which a page tells what a visitor decided, to the receipt that is kept."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Final, NamedTuple, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from collector.errors import BeaconError
from collector.facts.ids import consent_hash
from collector.facts.scrub import scrubbed
from privacy.records import ConsentReceipt, ConsentState, ConsentWay, Erasure, new_id
from privacy.scope import Scope
from schema.sites import Site

# What makes 128 random bits has 22 characters at least (base64): a shorter id could be guessed, and
# a guess must prove nothing.  At most twice what the longest usual form of them takes.
SHORTEST_ID: Final = 22
_RandomId: TypeAlias = Annotated[str, Meta(min_length=SHORTEST_ID, max_length=256)]
# Our choice: the words of a version or a purpose, no room for a story.
_Words: TypeAlias = Annotated[str, Meta(max_length=100)]

_UUID_BYTES: Final = 16


class DecisionBody(msgspec.Struct, frozen=True, gc=False):
    """The fields of a body."""

    state: ConsentState
    how: ConsentWay = "call"
    id: _RandomId | None = None
    consent_id: _RandomId | None = None
    text: str | None = None
    text_hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None
    version: _Words | None = None
    scope: _Words | None = None
    erase: bool | str | None = None


_decode: Final = msgspec.json.Decoder(DecisionBody).decode


class Decided(NamedTuple):
    """What goes into the journal."""

    receipt: ConsentReceipt
    erasure: Erasure | None  # when a withdrawal takes its history along


def read_decision(body: bytes, site: Site, now: datetime) -> Decided:
    """Return the receipt of a decision on one site; raises BeaconError."""
    if site.consent == "cookieless":
        raise BeaconError(
            f"{site.name} asks for no consent, so that there is none to be kept:"
            f" 'footfall site set {site.name} --consent consent' changes that"
        )
    try:
        sent = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BeaconError(
            'expected one JSON object with "state" ("granted", "denied" or "withdrawn") and, as'
            f' strings, "consent_id" and "id" (at least {SHORTEST_ID} characters), "how" ("call",'
            ' "tcf" or "gcm"), "text" or "text_hash" (64 hex digits), "version" and "scope" (at'
            " most 100 characters)"
        ) from None
    if sent.state != "denied" and not sent.consent_id:
        raise BeaconError(f'"{sent.state}" is about an id: expected it as "consent_id"')
    receipt = ConsentReceipt(
        id=_receipt_id(site, sent),
        received_at=now,
        site=site.name,
        state=sent.state,
        how=sent.how,
        consent_id=consent_hash(sent.consent_id or "") if sent.state != "denied" else 0,
        text_hash=hashlib.sha256(sent.text.encode("utf-8", "replace")).hexdigest()
        if sent.text
        else sent.text_hash or "",
        version=scrubbed(sent.version or ""),
        scope=scrubbed(sent.scope or ""),
    )
    is_erased = sent.state == "withdrawn" and sent.erase not in (None, False)
    return Decided(receipt, _erasure(receipt) if is_erased else None)


def _receipt_id(site: Site, sent: DecisionBody) -> str:
    """Return the same id for a repeat, which a page sends when it had no answer."""
    if not sent.id:
        return new_id()
    told = f"{site.name} {sent.state} {sent.consent_id} {sent.id}".encode("utf-8", "replace")
    digest = hashlib.blake2b(told, digest_size=_UUID_BYTES, person=b"decision").digest()
    return UUID(bytes=digest, version=4).hex


def _erasure(receipt: ConsentReceipt) -> Erasure:
    scope = Scope(site=receipt.site, until=receipt.received_at, consent_ids=(receipt.consent_id,))
    # By the receipt's id, so that a repeat is not carried out again.
    return Erasure(id=receipt.id, received_at=receipt.received_at, scope=scope)
