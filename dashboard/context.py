"""Context: what every request of the dashboard works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, ParamSpec, TypeVar, cast
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

from dashboard.api.rate import Rate
from dashboard.errors import (
    ForgedFormError,
    PasswordNeededError,
    RefusedError,
    SecondFactorNeededError,
)
from dashboard.figures.live import LiveHub
from dashboard.settings import DashboardSettings
from dashboard.signin.access import SignedIn, session_cookie, signed_in
from dashboard.signin.accounts import Accounts
from dashboard.signin.origin import is_https
from dashboard.signin.second_factors import SecondFactors
from dashboard.signin.second_step import SecondStep
from dashboard.signin.sessions import Sessions
from dashboard.signin.throttle import Throttle
from dashboard.sql import Desk
from dashboard.workbench.questions import Questions
from privacy.audit import AuditLog
from schema import Store

P = ParamSpec("P")
T = TypeVar("T")

# Far more than our longest form.
MAX_FORM_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The dashboard's parts, made once."""

    settings: DashboardSettings
    store: Store
    audit: AuditLog
    accounts: Accounts
    second_factors: SecondFactors
    second_step: SecondStep  # between a password and a code
    sessions: Sessions
    throttle: Throttle
    live: LiveHub
    desk: Desk  # analysts' own questions in SQL
    questions: Questions  # the same, from the page for them
    rate: Rate  # of the stats API
    limiter: CapacityLimiter  # queries at one time
    hash_limiter: CapacityLimiter  # password checks at one time: each takes 64 MiB
    clock: Callable[[], datetime]  # aware, UTC

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a blocking call gives, made in a thread."""
        return await to_thread.run_sync(lambda: call(*args, **kwargs), limiter=self.limiter)

    async def run_hashing(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a call that hashes a password gives; few run at one time."""
        return await to_thread.run_sync(lambda: call(*args, **kwargs), limiter=self.hash_limiter)

    async def signed_in(self, request: HTTPConnection) -> SignedIn:
        """Return who asks; raises NotSignedInError."""
        return await self.run(signed_in, self.store, self.sessions, session_cookie(request))

    async def holder(self, request: HTTPConnection) -> SignedIn:
        """Return who asks for their account; raises NotSignedInError and PasswordNeededError."""
        asker = await self.signed_in(request)
        if asker.must_set_password:
            raise PasswordNeededError("choose a password first, at /account/password")
        return asker

    async def reader(self, request: HTTPConnection) -> SignedIn:
        """Return who asks for figures; raises as `holder` does, and SecondFactorNeededError."""
        asker = await self.holder(request)
        if self.settings.requires_second_factor and not asker.session.with_code:
            raise SecondFactorNeededError("turn two-factor sign-in on first, at /account")
        return asker

    async def note_refusal(self, error: RefusedError) -> None:
        """Put on record who asked for what is not for them."""
        await self.run(
            self.audit.record,
            actor=error.actor,
            action="refused",
            site=error.site,
            detail=error.duty,
        )

    def page(self, request: HTTPConnection, asker: SignedIn, html: str) -> Response:
        """Return the answer that holds a page, the session's cookie renewed when it is due."""
        response = HTMLResponse(html)
        if self.sessions.is_due(asker.session):
            https = is_https(request, self.settings.trusted_proxies)
            self.sessions.write(response, asker.session, is_https=https)
        return response


def context_of(request: HTTPConnection) -> Context:
    """Return the context of the application a request came to."""
    state: Any = request.app.state
    return cast(Context, state.context)


async def read_form(request: Request) -> dict[str, str]:
    """Return a form's fields, the last of a name; raises ForgedFormError when it is too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise ForgedFormError("the form is longer than any of this dashboard's")
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
