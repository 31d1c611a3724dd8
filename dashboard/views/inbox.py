"""Inbox: the page on which owners see what visitors asked, and note what was done about it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.context import Context, context_of, read_form
from dashboard.errors import NotFoundError, ParameterError
from dashboard.rendering.render import render
from dashboard.signin.access import SignedIn, check_form, require
from privacy.errors import UnknownRequestError
from privacy.inbox import STATES, Letter, file_letter, find_letter, list_letters, mail_address

PAGE = "/privacy/requests"
_LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class _Unsent:
    """An answer that could not be mailed: what it said stays in its form."""

    id: str
    note: str
    reason: str


async def inbox(request: Request) -> Response:
    """Show the requests about the owner's sites, overdue ones first."""
    asker = await _owner(request)
    return await _shown(request, asker)


async def _shown(request: Request, asker: SignedIn, unsent: _Unsent | None = None) -> Response:
    context = context_of(request)
    letters = await context.run(_letters, context, asker)
    await context.run(
        context.audit.record,
        actor=str(asker.user.id),
        action="view",
        rows=len(letters),
        detail="requests",
    )
    viewer = asker.viewer()
    html = render(
        "inbox.html", letters=letters, today=context.clock().date(), csrf=asker.form_token,
        user=viewer, viewer=viewer, unsent=unsent, mail_address=mail_address,
        can_mail=context.settings.mail_answer is not None,
    )  # fmt: skip
    return context.page(request, asker, html)


async def file(request: Request) -> Response:
    """Note what was done about a request."""
    context = context_of(request)
    asker = await _owner(request)
    form = await read_form(request)
    check_form(context.sessions, asker.session.id, form)
    state = next((known for known in STATES if known == form.get("state")), None)
    note = form.get("note", "").strip()
    if state is None:
        raise ParameterError("state", f"expected one of {', '.join(STATES)}")
    if len(note) > _LONGEST_NOTE:
        raise ParameterError("note", f"expected at most {_LONGEST_NOTE} characters")
    letter = await context.run(_letter, context, asker, form.get("id", ""))
    if form.get("mail"):
        reason = await _mailed(context, asker, letter, note)
        if reason:
            return await _shown(request, asker, _Unsent(letter.id, note, reason))
        note = f"sent by mail: {note}"
    await context.run(file_letter, context.store, letter, state, note, context.clock())
    await context.run(
        context.audit.record,
        actor=str(asker.user.id), action="request", site=letter.site, rows=1,
        detail=f"{letter.kind}: {state}",
    )  # fmt: skip
    return RedirectResponse(PAGE, 303)


async def _mailed(context: Context, asker: SignedIn, letter: Letter, note: str) -> str:
    """Mail a note to the visitor; return why it could not be, "" when it was."""
    mail = context.settings.mail_answer
    if mail is None or not mail_address(letter.contact):
        raise ParameterError("mail", "expected none: this request cannot be answered by mail")
    if not note:
        return "there is nothing to send: write the answer first"
    return await context.run(mail, letter, note, str(asker.user.id))


async def _owner(request: Request) -> SignedIn:
    asker = await context_of(request).reader(request)
    require(asker.user, "requests")
    return asker


def _letters(context: Context, asker: SignedIn) -> list[Letter]:
    return [letter for letter in list_letters(context.store) if asker.user.may_see(letter.site)]


def _letter(context: Context, asker: SignedIn, letter_id: str) -> Letter:
    try:
        letter = find_letter(context.store, letter_id)
    except UnknownRequestError as error:
        raise NotFoundError("There is no such request.") from error
    if not asker.user.may_see(letter.site):
        raise NotFoundError("There is no such request.")
    return letter
