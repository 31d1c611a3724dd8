"""Application: the public listener, where beacons come in and the script goes out."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from collector.beacon.scripts import find_script
from collector.decode import Payload, Problems, decode
from collector.errors import BeaconError, JournalError, NotReadyError, RateError
from collector.facts.salt import SaltBook
from collector.intake import Clock, Intake, utc_now
from collector.journal.journal import Journal
from collector.listener.answer import (
    CORS_HEADERS,
    DROPPED_HEADER,
    PREFLIGHT_HEADERS,
    Answer,
    accepted,
    failed,
    limited,
    method_not_allowed,
    preflight,
    refused,
    unavailable,
)
from collector.listener.connection import connection_of, encoding_error
from collector.listener.demo import DemoShop
from collector.listener.hardening import Hardening
from collector.listener.lane import EVENT_PATH
from collector.listener.openapi import OPENAPI
from collector.listener.pixel import GIF, GIF_HEADERS, pixel_payload
from collector.metrics import CollectorMeter
from collector.request import ClientGoneError, read_body
from collector.rights.api import PrivacyApi
from collector.rights.consent_desk import ConsentDesk
from collector.rights.page.pages import PrivacyPages
from collector.rights.rights import Rights
from collector.rules.bot import bot_family
from collector.rules.published import PublishedRules, rules_path
from collector.settings import CollectorSettings
from geoip import Locator
from privacy.objections import Objections

# A salt outlives its day by no more than this.
_HOUSEKEEPING_S: Final = 1.0

_log = structlog.get_logger(__name__)


def create_app(
    settings: CollectorSettings, *, clock: Clock = utc_now, meter: CollectorMeter | None = None
) -> Collector:
    """Return the application; its lifespan opens the journal, the salts and the geo database."""
    return Collector(settings, clock, meter or CollectorMeter())


class Collector:
    """One process's public listener, an ASGI application."""

    def __init__(self, settings: CollectorSettings, clock: Clock, meter: CollectorMeter) -> None:
        self._settings = settings
        self._clock = clock
        self._meter = meter
        self._intake: Intake | None = None
        self._privacy = PrivacyApi(settings)
        self._consents = ConsentDesk(settings, self._started)
        self._privacy_pages = PrivacyPages(settings, self._privacy, clock)
        self._pages = Starlette(routes=self._routes(), lifespan=self._lifespan)
        # A redirection repeats the Host header, which is the sender's.
        self._pages.router.redirect_slashes = False
        self._hardened = Hardening(self._pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Beacons, nearly all there is, do not go through the routes: that would take as long again.
        """
        if scope["type"] != "http" or scope["path"] != EVENT_PATH:
            await self._hardened(scope, receive, send)
        elif scope["method"] == "POST":
            try:
                answer = await self.take_beacon(await read_body(receive), scope)
            except ClientGoneError:
                return
            except BeaconError as error:
                self._meter.answered(error.status)
                answer = refused(error)
            await answer.send(send)
        elif scope["method"] == "OPTIONS":
            await preflight().send(send)
        else:
            self._meter.answered(405)
            await method_not_allowed().send(send)

    async def take_beacon(self, body: bytes, scope: Scope) -> Answer:
        """Return the answer to a beacon; whatever happens, there is one."""
        begun_s = time.perf_counter()
        try:
            payload, problems = decode(body)
        except BeaconError as error:
            answer = refused(encoding_error(scope) or error)
        except Exception as error:
            answer = _fault(error)
        else:
            self._meter.decoded(time.perf_counter() - begun_s)
            answer = await self._take(payload, problems, scope)
        self._meter.answered(answer.status)
        return answer

    async def _take(self, payload: Payload, problems: Problems, scope: Scope) -> Answer:
        """Return the answer to a beacon; whatever happens, there is one."""
        try:
            intake = self._started()
            connection = connection_of(scope, self._settings.proxies)
            return accepted(await intake.take(payload, problems, connection))
        except BeaconError as error:
            return refused(error)
        except RateError as error:
            return limited(error)
        except NotReadyError as error:
            return unavailable(str(error))
        except (JournalError, OSError) as error:
            # The journal says itself when it begins to fail: not once more for each beacon.
            if not isinstance(error, JournalError):
                _log.error("beacon_not_safe", error=type(error).__name__)
            return unavailable("the beacon could not be made safe, and nothing of it was kept")
        except Exception as error:
            return _fault(error)

    def _started(self) -> Intake:
        if self._intake is None:
            raise NotReadyError("the collector has not started")
        return self._intake

    def _routes(self) -> list[BaseRoute]:
        routes: list[BaseRoute] = [
            Route("/health", self._health),
            Route("/api/openapi.json", _openapi),
            Route("/pixel.gif", self._pixel, methods=["GET", "OPTIONS"]),
            *self._privacy.routes(),
            *self._consents.routes(),
            *self._privacy_pages.routes(),
            Route("/beacon{features:path}.js", _script, methods=["GET", "OPTIONS"]),
        ]
        if self._settings.demo is not None:
            shop = DemoShop(directory=self._settings.demo, html=True)
            routes[:0] = [Route("/demo", _to_demo), Mount("/demo", shop)]
        return routes

    async def _health(self, _: Request) -> Response:
        if self._intake is not None and self._intake.is_ready:
            return PlainTextResponse("ok")
        return PlainTextResponse("events cannot be made safe now", 503)

    async def _pixel(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT_HEADERS)
        if request.method == "HEAD":  # asks about the image, and shows no page
            return Response(headers=GIF_HEADERS | CORS_HEADERS)
        payload, problems = pixel_payload(request.query_params, request.headers)
        answer = await self._take(payload, problems, request.scope)
        self._meter.answered(answer.status)
        headers = {name.decode(): value.decode() for name, value in answer.start["headers"]}
        if answer.status != 202:
            return Response(answer.body["body"], answer.status, headers)
        dropped = headers.get(DROPPED_HEADER.lower())
        told = {DROPPED_HEADER: dropped} if dropped else {}
        return Response(GIF, headers=GIF_HEADERS | CORS_HEADERS | told)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        data = self._settings.data
        slot = data / "journal" / self._settings.journal_slot
        journal = Journal(slot, limits=self._settings.limits, keys=self._settings.keys)
        objections = Objections(data)
        self._intake = Intake(
            journal,
            PublishedRules(rules_path(data)),
            SaltBook(data / "salts"),
            Locator(self._settings.geoip_paths, directory=data / "geoip"),
            self._clock,
            self._meter,
            objections,
        )
        rights = Rights(
            data, self._intake, journal, objections, self._settings.ask_store, self._clock
        )
        self._privacy.rights = rights
        await asyncio.to_thread(_warm_up)
        housekeeping = asyncio.create_task(self._keep_house(self._intake, journal))
        try:
            yield
        finally:
            housekeeping.cancel()
            rights.close()
            await journal.close()
            self._meter.set_state(False, journal.refused)
            self._meter.save()

    async def _keep_house(self, intake: Intake, journal: Journal) -> None:
        while True:
            try:
                intake.expire_salts()
            except Exception as error:
                # The next second tries again; one that ends this task would keep salts for good.
                _log.error("salts_not_expired", error=type(error).__name__)
            self._meter.set_state(intake.is_ready, journal.refused)
            self._meter.save()
            await asyncio.sleep(_HOUSEKEEPING_S)


def _fault(error: Exception) -> Answer:
    """Return the answer to a beacon that met a fault of ours, and say where it is."""
    # The message may quote the beacon, so that only the place goes into the log.
    place = traceback.extract_tb(error.__traceback__)[-1]
    _log.error(
        "beacon_failed",
        error=type(error).__name__,
        file=Path(place.filename).name,
        line=place.lineno,
    )
    return failed()


async def _script(request: Request) -> Response:
    """Answer with the script of this name."""
    # Not `request.url`, which reads the Host header and fails on a bad one.
    script = find_script(request.scope["path"].removeprefix("/"))
    if script is None:
        return PlainTextResponse("there is nothing here", 404)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=PREFLIGHT_HEADERS)
    headers = {
        **CORS_HEADERS,
        "cache-control": script.cache_control,
        "cross-origin-resource-policy": "cross-origin",
        "etag": script.etag,
        "vary": "Accept-Encoding",
        "x-content-type-options": "nosniff",
    }
    if script.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    encoding, body = script.encoded(request.headers.get("accept-encoding", ""))
    if encoding:
        headers["content-encoding"] = encoding
    return Response(body, headers=headers, media_type="text/javascript")


async def _to_demo(_: Request) -> Response:
    """Send the browser to the demo shop's first page."""
    return RedirectResponse("/demo/")


async def _openapi(_: Request) -> Response:
    """Answer with the description of this listener."""
    return Response(OPENAPI, media_type="application/json")


def _warm_up() -> None:
    """Load the tables that the first beacon and the first page would wait for."""
    started_at_s = time.monotonic()
    find_script("beacon.js")
    bot_family("Mozilla/5.0")
    _log.info("collector_ready", warm_up_s=round(time.monotonic() - started_at_s, 2))
