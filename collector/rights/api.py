"""Privacy API: a visitor's rights as plain JSON on the public listener."""

from __future__ import annotations

import csv
import io
import re
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import IPv6Address
from typing import Any, Final

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from collector.errors import BeaconError, JournalError, NotReadyError, RateError
from collector.listener.connection import Connection, connection_of
from collector.listener.own_origin import (
    ForeignOriginError,
    is_listeners,
    preflight_headers,
    reading_headers,
)
from collector.listener.rate import RateLimit
from collector.request import ClientGoneError, read_body
from collector.rights.rights import Claimant, Pending, Rights
from collector.rights.wishes import read_correction, read_request
from collector.settings import CollectorSettings
from privacy.errors import ClaimError, KeyFileError

PREFIX: Final = "/api/privacy"
CLAIM_HEADER: Final = "footfall-claim"

# Our choice: a person clicks a few times; whoever tries ids gets nowhere.
_CALLS_A_MINUTE: Final = 20
# Letters to people, for each address.
_REQUESTS_AN_HOUR: Final = 10
# Changes by all addresses together: each holds the writer up for some tens of milliseconds.
_CHANGES_PER_S: Final = 5.0
_CHANGES_AT_ONCE: Final = 100
_EVERYBODY: Final = IPv6Address("::")

_RETRY_AFTER_S: Final = 10
_HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "vary": "Origin, Footfall-Claim, User-Agent",
    "x-content-type-options": "nosniff",
}
_CHANGING: Final = frozenset({"PATCH", "DELETE", "PUT", "POST"})
_RECORD_ID: Final = re.compile(r"[0-9a-f]{32}")
# What spreadsheets would take for a formula (OWASP, CSV Injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

_log = structlog.get_logger(__name__)

_Handler = Callable[[Request, Claimant], Awaitable[Response]]


class PrivacyApi:
    """The routes of one collector process; they answer once `rights` are set."""

    def __init__(self, settings: CollectorSettings) -> None:
        self.rights: Rights | None = None
        self._settings = settings
        self._calls = RateLimit(_CALLS_A_MINUTE / 60, _CALLS_A_MINUTE)
        self._requests = RateLimit(_REQUESTS_AN_HOUR / 3600, _REQUESTS_AN_HOUR)
        self._changes = RateLimit(_CHANGES_PER_S, _CHANGES_AT_ONCE)

    def routes(self) -> list[Route]:
        """Return the routes to mount on the listener."""
        by_path: dict[str, dict[str, _Handler]] = {
            "/me": {"GET": self._look, "PATCH": self._correct, "DELETE": self._erase},
            "/me/objection": {"PUT": self._object, "DELETE": self._object},
            "/me/restriction": {"PUT": self._restrict, "DELETE": self._restrict},
            "/requests": {"POST": self._request},
            "/receipts/{id}": {"GET": self._receipt},
        }
        of_site = [
            Route(f"{PREFIX}/{{site}}{path}", self._route(handlers), methods=[*handlers, "OPTIONS"])
            for path, handlers in by_path.items()
        ]
        return [Route(f"{PREFIX}/key", self._public_key), *of_site]

    def check_rate(self, connection: Connection, *, changes: bool) -> None:
        """Count one call; raises RateError when it is one too many."""
        now_s = time.monotonic()
        self._calls.take(connection.address, now_s)
        if changes:
            self._changes.take(_EVERYBODY, now_s)

    def check_letters(self, connection: Connection) -> None:
        """Count one letter to a person; raises RateError when it is one too many."""
        self._requests.take(connection.address, time.monotonic())

    def _route(self, handlers: Mapping[str, _Handler]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            response = await self._answer(request, handlers)
            response.headers.update(_HEADERS)
            return response

        return answer

    async def _answer(self, request: Request, handlers: Mapping[str, _Handler]) -> Response:
        """Return the answer to a call; whatever happens, there is one, and it tells nothing."""
        method = "GET" if request.method == "HEAD" else request.method
        allowed: dict[str, str] = {}
        try:
            connection = connection_of(request.scope, self._settings.proxies)
            self.check_rate(connection, changes=method in _CHANGING)
            rights = self.ready()
            proofs = _proofs(request)
            claimant = rights.claimant(request.path_params["site"], connection, proofs)
            if claimant is None:
                return _error(404, "no site has this name")
            public_url = self._settings.public_url
            allowed = reading_headers(request.headers, claimant.rules, public_url)
            if method == "OPTIONS":
                return Response(status_code=204, headers=preflight_headers(handlers) | allowed)
            response = await handlers[method](request, claimant)
        except RateError as error:
            message = f"too many calls from this address: again in {error.retry_after_s} s"
            response = _error(429, message, retry_after_s=error.retry_after_s)
        except ForeignOriginError as error:
            return _error(403, str(error))
        except ClaimError as error:
            response = _error(403, str(error))
        except BeaconError as error:
            response = _error(error.status, str(error), error.fields)
        except (NotReadyError, JournalError, KeyFileError, OSError) as error:
            _log.warning("privacy_call_not_answered", error=type(error).__name__)
            response = _unavailable()
        except ClientGoneError:
            return Response(status_code=400)
        response.headers.update(allowed)
        return response

    def ready(self) -> Rights:
        """Return the rights; raises NotReadyError before the listener has started."""
        if self.rights is None:
            raise NotReadyError("the collector has not started")
        return self.rights

    def is_own_origin(self, request: Request, origin: str) -> bool:
        """Tell whether an origin is this listener's, as browsers reach it."""
        return is_listeners(origin, request.headers, self._settings.public_url)

    async def _look(self, request: Request, claimant: Claimant) -> Response:
        found = await self.ready().look(claimant)
        wanted = request.query_params.get("format") or request.headers.get("accept", "")
        if wanted == "csv" or wanted.startswith("text/csv"):
            return events_csv(found.get("events", []), claimant.scope.site)
        return JSONResponse(found)

    async def _correct(self, request: Request, claimant: Claimant) -> Response:
        changes = read_correction(await read_body(request.receive))
        if not claimant.has_proof:
            raise ClaimError("only what was proved can be corrected: name a page, consent or claim")
        return _done(await self.ready().correct(claimant, **changes), "changed")

    async def _erase(self, _: Request, claimant: Claimant) -> Response:
        outcome = await self.ready().erase(claimant)
        if isinstance(outcome, Pending):
            return _pending(outcome)
        document = outcome["receipt"]
        removed = document["receipt"]["removed"]
        return JSONResponse({"removed": removed, **document})

    async def _object(self, request: Request, claimant: Claimant) -> Response:
        objects = request.method == "PUT"
        await self.ready().object(claimant, objects=objects)
        # By the pseudonym it cannot last longer: tomorrow's is another one.
        return JSONResponse({"objection": objects, "day": claimant.scope.day.isoformat()})

    async def _restrict(self, request: Request, claimant: Claimant) -> Response:
        rights = self.ready()
        if request.method == "PUT":
            return _done(await rights.restrict(claimant), "restricted")
        return _done(await rights.release(claimant), "released")

    async def _request(self, request: Request, claimant: Claimant) -> Response:
        connection = connection_of(request.scope, self._settings.proxies)
        self.check_letters(connection)
        wish = read_request(await read_body(request.receive))
        pending = await self.ready().request(
            claimant.scope.site, wish.kind, wish.contact, wish.message
        )
        return _pending(pending, status=201)

    async def _receipt(self, request: Request, claimant: Claimant) -> Response:
        receipt_id = request.path_params["id"]
        found = None
        if _RECORD_ID.fullmatch(receipt_id):
            found = await self.ready().receipt(claimant.scope.site, receipt_id)
        if found is None:
            return _error(404, "there is no such receipt, or not yet")
        return JSONResponse(found)

    async def _public_key(self, _: Request) -> Response:
        """Answer with the key that receipts are checked with."""
        try:
            key = b64encode(self.ready().key.public_key).decode()
        except (NotReadyError, KeyFileError):
            return _unavailable()
        return JSONResponse({"algorithm": "Ed25519", "key": key})


def _proofs(request: Request) -> list[str]:
    lines = request.headers.getlist(CLAIM_HEADER)
    return [part for line in lines for part in line.split(",") if part.strip()]


def _done(outcome: dict[str, Any] | Pending, verb: str) -> Response:
    if isinstance(outcome, Pending):
        return _pending(outcome)
    counts = {"events": outcome["events"], "sessions": outcome["sessions"]}
    return JSONResponse({verb: counts, "id": outcome["id"]})


def _pending(pending: Pending, *, status: int = 202) -> Response:
    return JSONResponse({"id": pending.id, "due": pending.due.isoformat()}, status)


def _unavailable() -> Response:
    message = "this cannot be answered now, and nothing was changed: try again later"
    return _error(503, message, retry_after_s=_RETRY_AFTER_S)


def _error(
    status: int,
    message: str,
    fields: Mapping[str, Any] | None = None,
    *,
    retry_after_s: int | None = None,
) -> Response:
    headers = {} if retry_after_s is None else {"retry-after": str(retry_after_s)}
    return JSONResponse({"error": message, "fields": fields or {}}, status, headers)


def events_csv(events: list[dict[str, Any]], site: str) -> Response:
    """Return events as CSV, with nothing in a cell that a spreadsheet would run."""
    text = io.StringIO()
    if events:
        writer = csv.DictWriter(text, fieldnames=list(events[0]))
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in events)
    headers = {"content-disposition": f'attachment; filename="{site}.csv"'}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


def _cell(value: object) -> object:
    if isinstance(value, dict):
        value = "; ".join(f"{name}={text}" for name, text in value.items())
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
