"""App: the dashboard's routes, and the answer to every error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

import structlog
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dashboard.api import views as api
from dashboard.api.rate import Rate
from dashboard.context import Context, context_of
from dashboard.door.app import DOOR, Door
from dashboard.errors import (
    ForgedFormError,
    NotFoundError,
    NotSignedInError,
    ParameterError,
    PasswordNeededError,
    RefusedError,
    SecondFactorNeededError,
)
from dashboard.figures.live import LiveHub
from dashboard.headers import Headers
from dashboard.rendering.render import render
from dashboard.settings import DashboardSettings
from dashboard.signin.accounts import Accounts
from dashboard.signin.second_factors import SecondFactors
from dashboard.signin.second_step import SecondStep
from dashboard.signin.sessions import Sessions, session_key
from dashboard.signin.throttle import Throttle
from dashboard.sql import Desk
from dashboard.views import (
    account,
    code,
    details,
    dropped,
    export,
    holds,
    inbox,
    live,
    login,
    metrics,
    overview,
    sql,
    start,
)
from dashboard.views import audit as audit_view
from dashboard.workbench.questions import Questions
from privacy.audit import AuditLog
from schema import Store, StoreError

# Our choice, for two cores: more queries at one time only wait for each other.
QUERIES_AT_ONE_TIME: Final = 6
# Each takes 64 MiB and a core for 50 ms.
HASHES_AT_ONE_TIME: Final = 2
_STATIC: Final = Path(__file__).parent / "static"

_log = structlog.get_logger()


def create_app(
    settings: DashboardSettings,
    store: Store,
    *,
    audit: AuditLog | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """Return the internal listener's application; the caller closes `store` after it.

    `audit` is the process's log, where it has one already.
    """
    audit = audit or AuditLog(store)
    desk = Desk(store, audit)
    door = Door(store, desk)
    app = Starlette(
        routes=[*_routes(), Route(DOOR, door), Mount(DOOR, door)],
        middleware=[Middleware(Headers)],
        exception_handlers={
            ParameterError: _on_parameter,
            NotFoundError: _on_not_found,
            RefusedError: _on_refused,
            NotSignedInError: _on_not_signed_in,
            PasswordNeededError: _on_password_needed,
            SecondFactorNeededError: _on_second_factor_needed,
            ForgedFormError: _on_forged_form,
            StoreError: _on_store,
            HTTPException: _on_http,
        },
    )
    key = session_key(settings.data)
    second_factors = SecondFactors(store, audit, settings.keys, clock)
    app.state.door = door
    app.state.context = Context(
        settings=settings,
        store=store,
        audit=audit,
        accounts=Accounts(store, audit, second_factors),
        second_factors=second_factors,
        second_step=SecondStep(key),
        sessions=Sessions(key),
        throttle=Throttle(),
        live=LiveHub(store, clock),
        desk=desk,
        questions=Questions(store, desk),
        rate=Rate(settings.api_requests_per_hour),
        limiter=CapacityLimiter(QUERIES_AT_ONE_TIME),
        hash_limiter=CapacityLimiter(HASHES_AT_ONE_TIME),
        clock=clock,
    )
    return app


def _routes() -> list[Route | Mount]:
    return [
        Route("/", overview.home),
        Route("/health", health),
        Route("/metrics", metrics.metrics),
        Route("/login", login.login_page, methods=["GET"]),
        Route("/login", login.login, methods=["POST"]),
        Route(login.CODE_PAGE, code.code_page, methods=["GET"]),
        Route(login.CODE_PAGE, code.take_code, methods=["POST"]),
        Route("/logout", login.logout, methods=["POST"]),
        Route(account.ACCOUNT_PAGE, account.account),
        Route(account.SET_UP_PAGE, account.set_up, methods=["GET"]),
        Route(account.SET_UP_PAGE, account.turn_on, methods=["POST"]),
        Route(f"{account.SET_UP_PAGE}/off", account.turn_off, methods=["POST"]),
        Route(f"{account.SET_UP_PAGE}/codes", account.renew_codes, methods=["POST"]),
        Route(login.PASSWORD_PAGE, login.password_page, methods=["GET"]),
        Route(login.PASSWORD_PAGE, login.change_password, methods=["POST"]),
        Route("/sites/{site}", overview.overview),
        Route("/sites/{site}/start", start.start),
        Route("/sites/{site}/dropped", dropped.dropped),
        Route("/sites/{site}/export", export.export_page),
        Route("/sites/{site}/export/file", export.export_file),
        Route("/sites/{site}/details/{panel}.csv", details.details_file),
        Route("/sites/{site}/details/{panel}", details.details),
        Route(inbox.PAGE, inbox.inbox, methods=["GET"]),
        Route(inbox.PAGE, inbox.file, methods=["POST"]),
        Route(holds.PAGE, holds.page, methods=["GET"]),
        Route(holds.PAGE, holds.change, methods=["POST"]),
        Route("/audit", audit_view.audit),
        Route("/audit.csv", audit_view.audit_file),
        Route(sql.SQL_PAGE, sql.page, methods=["GET"]),
        Route(sql.SQL_PAGE, sql.run, methods=["POST"]),
        Route(f"{sql.SQL_PAGE}/file", sql.file, methods=["POST"]),
        Route(f"{sql.SQL_PAGE}/save", sql.save, methods=["POST"]),
        Route(f"{sql.SQL_PAGE}/remove", sql.remove, methods=["POST"]),
        Route(f"{sql.SQL_PAGE}/names", sql.names),
        Route("/api/live", live.live_stream),
        Route("/api/v2/query", api.query, methods=["POST"]),
        Route("/api/v1/stats/aggregate", api.aggregate),
        Route("/api/v1/stats/timeseries", api.timeseries),
        Route("/api/v1/stats/breakdown", api.breakdown),
        Route("/api/v1/stats/realtime/visitors", api.visitors_now),
        Route("/api/openapi.json", api.describe),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]


async def health(request: Request) -> Response:
    """Answer 200 while the store answers."""
    context = context_of(request)
    await context.run(context.store.value, "SELECT 1")
    return PlainTextResponse("ok")


def _answer(request: Request, status: int, title: str, text: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": text}, status)
    return HTMLResponse(render("error.html", status=status, title=title, text=text), status)


async def _on_parameter(request: Request, error: Exception) -> Response:
    return _answer(request, 400, "This address cannot be read", str(error))


async def _on_not_found(request: Request, error: Exception) -> Response:
    return _answer(request, 404, "Not found", str(error))


async def _on_refused(request: Request, error: Exception) -> Response:
    """Answer as for what is not there, once it is on record who asked."""
    assert isinstance(error, RefusedError)
    await context_of(request).note_refusal(error)
    return await _on_not_found(request, error)


async def _on_not_signed_in(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": str(error)}, 401, {"WWW-Authenticate": "Bearer"})
    target = request.url.path
    if request.url.query:
        target += f"?{request.url.query}"
    if request.method != "GET" or target == "/":
        return RedirectResponse("/login", 303)
    return RedirectResponse(f"/login?next={quote(target, safe='/')}", 303)


async def _on_password_needed(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return _answer(request, 403, "", str(error))
    return RedirectResponse(login.PASSWORD_PAGE, 303)


async def _on_second_factor_needed(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return _answer(request, 403, "", str(error))
    return RedirectResponse(account.ACCOUNT_PAGE, 303)


async def _on_forged_form(request: Request, error: Exception) -> Response:
    text = f"Nothing was changed: {error}. Go back, load the page again, and send it again."
    return _answer(request, 403, "This form could not be taken", text)


async def _on_store(request: Request, error: Exception) -> Response:
    _log.warning("store_failed", path=request.url.path, error=str(error))
    text = "The store does not answer. Counting goes on and nothing is lost. Try again in a minute."
    response = _answer(request, 503, "The figures cannot be read now", text)
    response.headers["Retry-After"] = "10"
    return response


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    text = "There is no such page." if error.status_code == 404 else error.detail
    response = _answer(request, error.status_code, error.detail, text)
    response.headers.update(error.headers or {})
    return response
