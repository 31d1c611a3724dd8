"""Login: the pages on which a person signs in, signs out and chooses a password."""

from __future__ import annotations

import secrets
from time import monotonic

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboard.context import context_of, read_form
from dashboard.rendering.render import render
from dashboard.signin.access import check_form
from dashboard.signin.origin import client_address, is_https
from dashboard.signin.passwords import problem_with
from dashboard.signin.sessions import COOKIE, FORM_COOKIE, Session
from schema.users import User, normal_email

PASSWORD_PAGE = "/account/password"
CODE_PAGE = "/login/code"


async def login_page(request: Request) -> Response:
    """Show the login form."""
    return _login_form(request, next_page=_safe_next(request.query_params.get("next", "")))


async def login(request: Request) -> Response:
    """Begin a session, or say that the two do not match and how many tries are left."""
    context = context_of(request)
    form = await read_form(request)
    check_form(context.sessions, request.cookies.get(FORM_COOKIE, ""), form)
    email, next_page = normal_email(form.get("email", "")), _safe_next(form.get("next", ""))
    address = client_address(request, context.settings.trusted_proxies)
    tries_left = context.throttle.take(email, address, monotonic())
    if tries_left < 0:
        return _too_many(request, email, address, next_page)
    taken = await context.run_hashing(context.accounts.sign_in, email, form.get("password", ""))
    if taken is None:
        return _login_form(
            request,
            error="Email and password do not match.",
            tries_left=tries_left,
            email=form.get("email", ""),
            next_page=next_page,
            status=401,
        )
    context.throttle.succeed(email, address)
    target = next_page if taken.user.password_hash else PASSWORD_PAGE
    if taken.needs_code:
        response = RedirectResponse(CODE_PAGE, 303)
        https = is_https(request, context.settings.trusted_proxies)
        context.second_step.write(response, taken.user, target, is_https=https)
        return response
    return begin_session(request, RedirectResponse(target, 303), taken.user)


async def logout(request: Request) -> Response:
    """End the session and go to the login form."""
    context = context_of(request)
    form = await read_form(request)
    asker = await context.signed_in(request)
    check_form(context.sessions, asker.session.id, form)
    context.sessions.end(asker.session)
    await context.run(context.accounts.sign_out, asker.user)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response


async def password_page(request: Request) -> Response:
    """Show the form to choose a password."""
    return await _password_form(request)


async def change_password(request: Request) -> Response:
    """Take a new password; every other session of the user ends."""
    context = context_of(request)
    form = await read_form(request)
    asker = await context.signed_in(request)
    check_form(context.sessions, asker.session.id, form)
    password = form.get("password", "")
    if error := problem_with(password):
        return await _password_form(request, error, 400)
    if password != form.get("repeat", ""):
        return await _password_form(request, "The two new passwords differ.", 400)
    address = client_address(request, context.settings.trusted_proxies)
    if context.throttle.take(asker.user.email, address, monotonic()) < 0:
        return await _password_form(request, "Too many tries. Wait 15 minutes.", 429)
    user = await context.run_hashing(
        context.accounts.change_password, asker.user, form.get("current", ""), password
    )
    if user is None:
        return await _password_form(request, "The password now in use is another one.", 400)
    context.throttle.succeed(asker.user.email, address)
    # The password alone opened it only where there is no second factor.
    with_code = asker.session.with_code
    response = RedirectResponse("/", 303)
    tell_user(request, response, user, "The password was changed.")
    return begin_session(request, response, user, with_code=with_code)


def tell_user(request: Request, response: Response, user: User, what: str) -> None:
    """Mail a user what changed once the answer is sent, where mail can be."""
    tell = context_of(request).settings.tell_user
    if tell is not None:
        response.background = BackgroundTask(tell, user, what)


def begin_session(
    request: Request, response: Response, user: User, *, with_code: bool = False
) -> Response:
    """Let an answer begin a new session; what the browser held before is of no use any more."""
    return write_session(request, response, new_session(request, user, with_code=with_code))


def new_session(request: Request, user: User, *, with_code: bool = False) -> Session:
    """Return a session in the place of the one that the browser holds."""
    sessions = context_of(request).sessions
    old = sessions.read(request.cookies.get(COOKIE, ""))
    if old is not None:
        sessions.end(old)
    return sessions.begin(user.id, user.session_epoch, with_code=with_code)


def write_session(request: Request, response: Response, session: Session) -> Response:
    """Let an answer bring a session to the browser."""
    context = context_of(request)
    https = is_https(request, context.settings.trusted_proxies)
    context.sessions.write(response, session, is_https=https)
    response.delete_cookie(FORM_COOKIE, path="/login", httponly=True, samesite="strict")
    return response


def _too_many(request: Request, email: str, address: str, next_page: str) -> Response:
    wait_s = context_of(request).throttle.retry_after_s(email, address, monotonic())
    response = _login_form(
        request,
        error=f"Too many wrong passwords. Try again in {-(-wait_s // 60)} minutes.",
        email=email,
        next_page=next_page,
        status=429,
    )
    response.headers["Retry-After"] = str(wait_s)
    return response


def _login_form(
    request: Request,
    *,
    error: str = "",
    tries_left: int | None = None,
    email: str = "",
    next_page: str = "/",
    status: int = 200,
) -> Response:
    context = context_of(request)
    owner = request.cookies.get(FORM_COOKIE, "") or secrets.token_urlsafe(16)
    html = render(
        "login.html",
        error=error,
        tries_left=tries_left,
        email=email,
        csrf=context.sessions.form_token(owner),
        next=next_page,
    )
    response = HTMLResponse(html, status)
    response.set_cookie(
        FORM_COOKIE,
        owner,
        path="/login",
        httponly=True,
        samesite="strict",
        secure=is_https(request, context.settings.trusted_proxies),
    )
    return response


async def _password_form(request: Request, error: str = "", status: int = 200) -> Response:
    asker = await context_of(request).signed_in(request)
    html = render(
        "password.html",
        error=error,
        csrf=asker.form_token,
        one_time=asker.must_set_password,
        viewer=asker.viewer(),
        user=asker.viewer(),
    )
    return HTMLResponse(html, status)


def _safe_next(path: str) -> str:
    """Return where to go after signing in: a page of ours, whatever was asked for."""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_ours and path.isprintable() else "/"
