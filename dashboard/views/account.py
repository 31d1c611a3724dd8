"""Account: what a person may change about signing in, the second factor above all."""

from __future__ import annotations

import hmac
from time import monotonic
from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboard.context import context_of, read_form
from dashboard.rendering.render import render
from dashboard.signin.access import SignedIn, check_form
from dashboard.signin.codes import app_address, grouped, is_secret, new_secret, square
from dashboard.signin.origin import client_address
from dashboard.views.login import begin_session, new_session, tell_user, write_session

ACCOUNT_PAGE: Final = "/account"
SET_UP_PAGE: Final = "/account/second-factor"
# Longer than any password or code that is taken.
_LONGEST: Final = 1024


class _RefusedError(Exception):
    """A form that is not taken; the first argument tells the person why."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


async def account(request: Request) -> Response:
    """Show the account."""
    return await _page(request, await context_of(request).holder(request))


async def set_up(request: Request) -> Response:
    """Show a new secret to be scanned; send on who has one already."""
    context = context_of(request)
    asker = await context.holder(request)
    if await context.run(context.second_factors.codes_left, asker.user.id) is not None:
        return RedirectResponse(ACCOUNT_PAGE, 303)
    return _set_up_form(request, asker, new_secret())


async def turn_on(request: Request) -> Response:
    """Keep the secret once the app shows its code, and show the recovery codes."""
    context = context_of(request)
    form, asker = await _checked(request)
    secret = form.get("secret", "")
    if not is_secret(secret) or not _is_shown(request, asker, secret, form.get("proof", "")):
        return RedirectResponse(SET_UP_PAGE, 303)
    try:
        address = await _confirmed(request, asker, form)
        code = form.get("code", "")[:_LONGEST]
        done = await context.run(context.second_factors.turn_on, asker.user, secret, code)
        if done is None:
            raise _RefusedError("The code is another one. Is the telephone's clock right?")
    except _RefusedError as refused:
        return _set_up_form(request, asker, secret, str(refused), refused.status)
    context.throttle.succeed(asker.user.email, address)
    # Before the page is made: its forms are of the new session.
    session = new_session(request, done.user, with_code=True)
    holder = SignedIn(done.user, session, context.sessions.form_token(session.id))
    response = _codes_page(holder, done.recovery_codes)
    tell_user(request, response, done.user, "Two-factor sign-in was turned on.")
    return write_session(request, response, session)


async def turn_off(request: Request) -> Response:
    """Ask for no code any more; needs the password and a code."""
    context = context_of(request)
    form, asker = await _checked(request)
    try:
        await _confirmed_by_both(request, asker, form)
    except _RefusedError as refused:
        return await _page(request, asker, {"off": str(refused)}, refused.status)
    user = await context.run(context.second_factors.turn_off, asker.user)
    response = RedirectResponse(ACCOUNT_PAGE, 303)
    tell_user(request, response, user, "Two-factor sign-in was turned off.")
    return begin_session(request, response, user)


async def renew_codes(request: Request) -> Response:
    """Show new recovery codes in place of those before; needs the password and a code."""
    context = context_of(request)
    form, asker = await _checked(request)
    try:
        await _confirmed_by_both(request, asker, form)
    except _RefusedError as refused:
        return await _page(request, asker, {"codes": str(refused)}, refused.status)
    codes = await context.run(context.second_factors.renew_codes, asker.user)
    response = _codes_page(asker, codes)
    tell_user(request, response, asker.user, "New recovery codes were made.")
    return response


async def _checked(request: Request) -> tuple[dict[str, str], SignedIn]:
    """Return a form and who sent it from a page of ours."""
    context = context_of(request)
    form = await read_form(request)
    asker = await context.holder(request)
    check_form(context.sessions, asker.session.id, form)
    return form, asker


async def _confirmed(request: Request, asker: SignedIn, form: dict[str, str]) -> str:
    """Return the address a try is counted for once the password is right; raises _RefusedError."""
    context = context_of(request)
    address = client_address(request, context.settings.trusted_proxies)
    if context.throttle.take(asker.user.email, address, monotonic()) < 0:
        raise _RefusedError("Too many tries. Wait 15 minutes.", 429)
    password = form.get("password", "")[:_LONGEST]
    if not await context.run_hashing(context.accounts.is_confirmed, asker.user, password):
        raise _RefusedError("The password is another one.")
    return address


async def _confirmed_by_both(request: Request, asker: SignedIn, form: dict[str, str]) -> None:
    """Return when password and code are right; raises _RefusedError."""
    context = context_of(request)
    address = await _confirmed(request, asker, form)
    code = form.get("code", "")[:_LONGEST]
    if not await context.run(context.second_factors.take, asker.user, code):
        raise _RefusedError("The code is wrong, too old, or was used already.")
    context.throttle.succeed(asker.user.email, address)


async def _page(
    request: Request,
    asker: SignedIn,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    context = context_of(request)
    codes_left = await context.run(context.second_factors.codes_left, asker.user.id)
    html = render(
        "account.html",
        codes_left=codes_left,
        is_required=context.settings.requires_second_factor,
        errors=errors or {},
        **_frame(asker),
    )
    return HTMLResponse(html, status)


def _set_up_form(
    request: Request, asker: SignedIn, secret: str, error: str = "", status: int = 200
) -> Response:
    html = render(
        "second_factor.html",
        secret=secret,
        typed=grouped(secret),
        # Made of our own address alone.
        square=Markup(square(app_address(secret, asker.user.email))),  # noqa: S704
        proof=_proof(request, asker, secret),
        error=error,
        **_frame(asker),
    )
    return HTMLResponse(html, status)


def _codes_page(asker: SignedIn, codes: list[str]) -> Response:
    shown = [grouped(code) for code in codes]
    return HTMLResponse(render("recovery_codes.html", codes=shown, **_frame(asker)))


def _frame(asker: SignedIn) -> dict[str, Any]:
    return {"csrf": asker.form_token, "viewer": asker.viewer(), "user": asker.viewer()}


def _proof(request: Request, asker: SignedIn, secret: str) -> str:
    """Return what shows that a secret was drawn here, for this session."""
    return context_of(request).sessions.form_token(f"{asker.session.id} {secret}")


def _is_shown(request: Request, asker: SignedIn, secret: str, proof: str) -> bool:
    expected = _proof(request, asker, secret)
    return hmac.compare_digest(expected.encode(), proof.encode())
