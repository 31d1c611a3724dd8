"""Code: the page between a right password and a session, where a second factor is on."""

from __future__ import annotations

from time import monotonic
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboard.context import context_of, read_form
from dashboard.rendering.render import render
from dashboard.signin.access import check_form
from dashboard.signin.origin import client_address
from dashboard.signin.second_step import STEP_COOKIE, Waiting
from dashboard.signin.sessions import FORM_COOKIE
from dashboard.views.login import begin_session, tell_user
from schema.users import UnknownUserError

# Three times a recovery code, so that one with blanks and dashes fits.
_LONGEST: Final = 80


async def code_page(request: Request) -> Response:
    """Show the form for a code to who gave a password just now."""
    if _waiting(request) is None:
        return RedirectResponse("/login", 303)
    return _form(request)


async def take_code(request: Request) -> Response:
    """Begin the session, or say that the code is another one and how many tries are left."""
    context = context_of(request)
    form = await read_form(request)
    check_form(context.sessions, request.cookies.get(FORM_COOKIE, ""), form)
    waiting = _waiting(request)
    if waiting is None:
        return RedirectResponse("/login", 303)
    # Apart from the account's passwords: a right one must not give back tries of codes.
    name, address = f"code {waiting.user}", _address(request)
    tries_left = context.throttle.take(name, address, monotonic())
    if tries_left < 0:
        return _too_many(request, context.throttle.retry_after_s(name, address, monotonic()))
    given = form.get("code", "")[:_LONGEST]
    try:
        taken = await context.run(
            context.accounts.sign_in_with_code, waiting.user, waiting.epoch, given
        )
    except UnknownUserError:
        return RedirectResponse("/login", 303)
    if taken is None:
        return _form(request, "This code is wrong, too old, or was used already.", tries_left, 401)
    context.throttle.succeed(name, address)
    response = RedirectResponse(waiting.next_page, 303)
    context.second_step.remove(response)
    if taken.kind == "recovery":
        # Who finds a list of them is not its owner.
        tell_user(request, response, taken.user, "A recovery code was used to sign in.")
    return begin_session(request, response, taken.user, with_code=True)


def _waiting(request: Request) -> Waiting | None:
    return context_of(request).second_step.read(request.cookies.get(STEP_COOKIE, ""))


def _address(request: Request) -> str:
    return client_address(request, context_of(request).settings.trusted_proxies)


def _too_many(request: Request, wait_s: int) -> Response:
    minutes = -(-wait_s // 60)
    response = _form(request, f"Too many wrong codes. Try again in {minutes} minutes.", None, 429)
    response.headers["Retry-After"] = str(wait_s)
    return response


def _form(
    request: Request, error: str = "", tries_left: int | None = None, status: int = 200
) -> Response:
    csrf = context_of(request).sessions.form_token(request.cookies.get(FORM_COOKIE, ""))
    html = render("code.html", error=error, tries_left=tries_left, csrf=csrf)
    return HTMLResponse(html, status)
