"""Rights: what a visitor may ask about, from what the browser shows to what was done.

Pages and the JSON API both stand on this.  Whatever changes rows goes through the journal, so that
it is done in order and also when the store is down.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from collector.errors import NotReadyError
from collector.facts.ids import consent_hash, page_hash
from collector.intake import Clock, Intake
from collector.journal.journal import Journal
from collector.listener.connection import Connection
from collector.rules.site import SiteRules
from collector.settings import AskStore
from privacy.claims import Claim, open_claim, seal
from privacy.errors import ClaimError
from privacy.objections import Objections
from privacy.records import (
    Correction,
    Erasure,
    Hold,
    Release,
    Request,
    RequestKind,
    RowRecord,
    new_id,
)
from privacy.scope import Scope
from privacy.signing import SigningKey, open_signing_key

# GDPR, Art. 12(3): within one month.
ANSWERED_WITHIN: Final = timedelta(days=30)

# Below the minute that is promised, with what the way there and back takes.
_WAIT_S: Final = 25.0
_LOOK_AGAIN_S: Final = 0.2
# A store that hangs keeps so many threads waiting, and so many visitors.
_ASKING_AT_ONCE: Final = 4
_MOST_WAITING: Final = 64

# What makes 128 random bits has 22 characters at least (base64); a shorter id could be guessed, and
# a guess must prove nothing.
_SHORTEST_ID: Final = 22
_LONGEST_ID: Final = 200
_MOST_PROOFS: Final = 20


@dataclass(frozen=True, slots=True)
class Claimant:
    """Whoever asks, as far as the browser shows it."""

    rules: SiteRules
    scope: Scope  # today's pseudonym, and what was proved
    claim: Claim  # what was proved
    has_signal: bool  # GPC or DNT: events of such a browser are nobody's

    @property
    def has_proof(self) -> bool:
        """Tell whether anything was proved beside the pseudonym."""
        return bool(self.claim.page_ids or self.claim.consent_ids)


@dataclass(frozen=True, slots=True)
class Pending:
    """A wish that is safe in the journal and not known to be done yet."""

    id: str
    due: date


class Rights:
    """What one collector process needs to answer visitors; use it from one event loop."""

    def __init__(
        self,
        data: Path,
        intake: Intake,
        journal: Journal,
        objections: Objections,
        ask: AskStore | None,
        clock: Clock,
    ) -> None:
        self._intake = intake
        self._journal = journal
        self._objections = objections
        self._ask_store = ask
        self._clock = clock
        self._data = data
        self._key: SigningKey | None = None
        self._threads = ThreadPoolExecutor(_ASKING_AT_ONCE, thread_name_prefix="ask-store")
        self._waiting = 0

    @property
    def key(self) -> SigningKey:
        """Return the key that receipts are signed with; raises KeyFileError."""
        if self._key is None:
            self._key = open_signing_key(self._data)
        return self._key

    def close(self) -> None:
        """Give the threads up."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def claimant(self, site: str, connection: Connection, proofs: Sequence[str]) -> Claimant | None:
        """Return who asks; None for a site that is none.

        `proofs` are "page=ID", "consent=ID" and "claim=TOKEN".  Raises ClaimError for one that
        says nothing, and NotReadyError.
        """
        rules = self._intake.site(site)
        if rules is None:
            return None
        if len(proofs) > _MOST_PROOFS:
            raise ClaimError(f"{len(proofs)} proofs: expected at most {_MOST_PROOFS}")
        claim = Claim(site)
        for proof in proofs:
            claim = claim.joined(self._proved(site, proof))
        day, visitor = self._intake.visitor_today(rules, connection)
        scope = Scope(site, self._clock(), visitor, day, claim.page_ids, claim.consent_ids)
        return Claimant(rules, scope, claim, connection.has_signal)

    async def look(self, claimant: Claimant) -> dict[str, Any]:
        """Return `summary` and, against proof, `events` and a `claim`; raises NotReadyError."""
        found = await self._ask("privacy_look", scope=msgspec.to_builtins(claimant.scope))
        summary = found["summary"] | {
            "signal": claimant.has_signal,
            "objection": self.has_objected(claimant),
        }
        if not claimant.has_proof:
            return {"summary": summary}
        token = seal(self.key, claimant.claim)
        return {"summary": summary, "events": found["events"], "claim": token}

    async def erase(self, claimant: Claimant) -> dict[str, Any] | Pending:
        """Delete what is meant; return what was done, or that it will be.

        Raises JournalError: then nothing was asked for.
        """
        scope = claimant.scope
        return await self._do(Erasure(id=new_id(), received_at=scope.until, scope=scope))

    async def correct(self, claimant: Claimant, **changes: Any) -> dict[str, Any] | Pending:
        """Correct what was proved, as the fields of Correction say."""
        scope = claimant.scope.proved
        return await self._do(
            Correction(id=new_id(), received_at=scope.until, scope=scope, **changes)
        )

    async def restrict(self, claimant: Claimant) -> dict[str, Any] | Pending:
        """Keep what is meant where nothing sees it."""
        scope = claimant.scope
        return await self._do(Hold(id=new_id(), received_at=scope.until, scope=scope))

    async def release(self, claimant: Claimant) -> dict[str, Any] | Pending:
        """End a visitor's own restrictions."""
        scope = claimant.scope
        return await self._do(Release(id=new_id(), received_at=scope.until, scope=scope))

    async def request(self, site: str, kind: RequestKind, contact: str, message: str) -> Pending:
        """Put a question or complaint into the inbox; raises JournalError, NotReadyError."""
        now = self._clock()
        due = self._due(site, now)
        record = Request(
            id=new_id(), received_at=now, site=site, kind=kind, due=due, contact=contact,
            message=message,
        )  # fmt: skip
        await self._journal.append([record])
        return Pending(record.id, due)

    async def receipt(self, site: str, receipt_id: str) -> dict[str, Any] | None:
        """Return an erasure's receipt and signature; None when it is not known, or not yet."""
        found: dict[str, Any] | None = await self._ask("privacy_receipt", site=site, id=receipt_id)
        return found

    def has_objected(self, claimant: Claimant) -> bool:
        """Tell whether today's pseudonym is not counted."""
        return claimant.scope.visitor in self._objections.of_site(claimant.scope.site)

    async def object(self, claimant: Claimant, *, objects: bool) -> None:
        """Count today's pseudonym no more, or (`objects` false) again; raises OSError."""
        change = self._objections.add if objects else self._objections.remove
        scope = claimant.scope
        await asyncio.to_thread(change, scope.site, scope.day, scope.visitor)

    def _proved(self, site: str, proof: str) -> Claim:
        kind, _, value = proof.strip().partition("=")
        if kind == "claim":
            return open_claim(self.key, site, value)
        if kind not in ("page", "consent") or not _SHORTEST_ID <= len(value) <= _LONGEST_ID:
            raise ClaimError(
                "expected page=ID, consent=ID or claim=TOKEN, with an id of"
                f" {_SHORTEST_ID} to {_LONGEST_ID} characters"
            )
        if kind == "page":
            return Claim(site, page_ids=(page_hash(value),))
        return Claim(site, consent_ids=(consent_hash(value),))

    async def _do(self, record: RowRecord) -> dict[str, Any] | Pending:
        """Journal a wish and wait for what comes of it."""
        await self._journal.append([record])
        deadline_s = time.monotonic() + _WAIT_S
        while time.monotonic() < deadline_s:
            try:
                outcome: dict[str, Any] | None = await self._ask("privacy_outcome", id=record.id)
            except NotReadyError:
                break
            if outcome is not None:
                return outcome
            await asyncio.sleep(_LOOK_AGAIN_S)
        return Pending(record.id, self._due(record.scope.site, record.received_at))

    def _due(self, site: str, now: datetime) -> date:
        rules = self._intake.site(site)
        day = now.date() if rules is None else rules.site.day_at(now)
        return day + ANSWERED_WITHIN

    async def _ask(self, command: str, **arguments: Any) -> Any:
        """Ask the store process; raises NotReadyError while it does not answer."""
        if self._ask_store is None or self._waiting >= _MOST_WAITING:
            raise NotReadyError("the store does not answer now: ask again later")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            call = partial(self._ask_store, command, arguments)
            return await loop.run_in_executor(self._threads, call)
        finally:
            self._waiting -= 1
