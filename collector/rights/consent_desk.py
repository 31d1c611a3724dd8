"""Consent desk: where pages tell what visitors decided, and browsers ask for their own receipts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from ipaddress import IPv6Address
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collector.errors import BeaconError, JournalError, NotReadyError, RateError
from collector.facts.ids import consent_hash
from collector.intake import Intake
from collector.journal.frames import JournalRecord
from collector.listener.connection import connection_of
from collector.listener.own_origin import ForeignOriginError, preflight_headers, reading_headers
from collector.listener.rate import RateLimit
from collector.request import ClientGoneError, read_body
from collector.rights.consent import SHORTEST_ID, read_decision
from collector.rules.site import SiteRules
from collector.settings import CollectorSettings
from privacy.consent import decision_of
from privacy.errors import KeyFileError
from privacy.receipts import signed
from privacy.signing import SigningKey, open_signing_key

PATH: Final = "/api/privacy/{site}/consent"
COVERED_PATH: Final = f"{PATH}/covered"
CLAIM_HEADER: Final = "footfall-claim"

_METHODS: Final = ["GET", "POST", "OPTIONS"]
_HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "vary": "Origin, Footfall-Claim",
}

# Erasures by all addresses together: each holds the writer up for some tens of milliseconds.
_ERASURES_PER_S: Final = 5.0
_ERASURES_AT_ONCE: Final = 100
_EVERYBODY: Final = IPv6Address("::")

# Our choice: a reader waits no longer; a store that restarts is back by then.
_ANSWER_WITHIN_S: Final = 25.0
_RETRY_AFTER_S: Final = "5"


class ConsentDesk:
    """One collector process's."""

    def __init__(self, settings: CollectorSettings, intake: Callable[[], Intake]) -> None:
        """`intake` raises NotReadyError before the start."""
        self._settings = settings
        self._intake = intake
        self._erasures = RateLimit(_ERASURES_PER_S, _ERASURES_AT_ONCE)
        self._opened: SigningKey | None = None

    def routes(self) -> list[Route]:
        """Return the desk's routes."""
        return [
            Route(PATH, self._answer, methods=_METHODS),
            Route(COVERED_PATH, self._answer, methods=["GET", "OPTIONS"]),
        ]

    async def _answer(self, request: Request) -> Response:
        headers = dict(_HEADERS)
        try:
            rules = self._rules(request)
            headers |= reading_headers(request.headers, rules, self._settings.public_url)
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=headers | preflight_headers(_METHODS))
            self._intake().limit(connection_of(request.scope, self._settings.proxies))
            if request.url.path.endswith("/covered"):
                return _json(200, _covered(rules), headers)
            if request.method == "POST":
                return await self._take(request, rules, headers)
            return await self._show(request, rules, headers)
        except ForeignOriginError as error:
            return _refusal(403, error, headers)
        except BeaconError as error:
            return _refusal(error.status, error, headers)
        except RateError as error:
            retry = {"retry-after": str(error.retry_after_s)}
            return _refusal(429, error, headers | retry)
        except (NotReadyError, JournalError, KeyFileError, OSError):
            return _unavailable("this cannot be kept now, and was not: try later", headers)

    async def _take(
        self, request: Request, rules: SiteRules, headers: Mapping[str, str]
    ) -> Response:
        """Keep a decision, and answer with its receipt once it is safe."""
        intake = self._intake()
        try:
            body = await read_body(request.receive)
        except ClientGoneError:
            return Response(status_code=400)
        receipt, erasure = read_decision(body, rules.site, intake.now())
        records: list[JournalRecord] = [receipt]
        if erasure is not None:
            self._erasures.take(_EVERYBODY, time.monotonic())
            records.append(erasure)
        key = await self._key()
        await intake.keep(records)
        return _json(201, signed(decision_of(receipt), key), headers)

    async def _show(
        self, request: Request, rules: SiteRules, headers: Mapping[str, str]
    ) -> Response:
        """Answer with what was decided under the id that the browser shows."""
        kind, _, consent_id = request.headers.get(CLAIM_HEADER, "").partition("=")
        if kind != "consent" or len(consent_id) < SHORTEST_ID:
            raise BeaconError("expected the header 'Footfall-Claim: consent=ID'", status=401)
        values = {"site": rules.site.name, "consent_id": consent_hash(consent_id)}
        try:
            ask = self._settings.ask_store
            if ask is None:
                raise NotReadyError("there is no store process to ask")
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                found = await asyncio.to_thread(ask, "consent_receipts", values)
        except Exception:
            # Whatever it is, it is not the asker's fault, and may be over soon.
            return _unavailable("the store does not answer now: ask again later", headers)
        return _json(200, {"receipts": found}, headers)

    def _rules(self, request: Request) -> SiteRules:
        rules = self._intake().site(request.path_params["site"])
        if rules is None:
            raise BeaconError("no site has this name", status=404)
        return rules

    async def _key(self) -> SigningKey:
        if self._opened is None:
            self._opened = await asyncio.to_thread(open_signing_key, self._settings.data)
        return self._opened


def _covered(rules: SiteRules) -> Mapping[str, object]:
    """Return from when on consents cover what is done now; null: all do."""
    since = rules.notice.covered_since
    return {"covered_since": since and since.astimezone(UTC).isoformat(timespec="milliseconds")}


def _unavailable(message: str, headers: Mapping[str, str]) -> Response:
    return _refusal(503, message, {**headers, "retry-after": _RETRY_AFTER_S})


def _refusal(status: int, reason: object, headers: Mapping[str, str]) -> Response:
    """Return a refusal in the shape of all of the listener's."""
    return _json(status, {"error": str(reason), "fields": {}}, headers)


def _json(status: int, value: object, headers: Mapping[str, str]) -> Response:
    return Response(
        msgspec.json.encode(value), status, dict(headers), media_type="application/json"
    )
