"""Inbox commands: what visitors asked, and what was done about it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from footfall.commands.context import Context
from footfall.commands.mail import answer
from footfall.errors import CommandError, UsageError
from privacy.errors import UnknownRequestError
from privacy.inbox import STATES, Letter, file_letter, find_letter, list_letters


def listing(context: Context, site: str = "", state: str = "") -> list[dict[str, Any]]:
    """Return requests, overdue ones first."""
    if state and state not in STATES:
        raise UsageError(f"state {state[:40]!r}: expected one of {', '.join(STATES)}")
    found = list_letters(context.store, site, state)
    context.audit.record(actor="cli", action="view", site=site, rows=len(found), detail="requests")
    return [_shown(letter) for letter in found]


def show(context: Context, id: str) -> dict[str, Any]:
    """Return one request."""
    letter = _letter(context, id)
    context.audit.record(actor="cli", action="view", site=letter.site, rows=1, detail="requests")
    return _shown(letter)


def file(
    context: Context, id: str, state: str, note: str = "", by_mail: bool = False
) -> dict[str, Any]:
    """Note what was done about a request, and how it stands; `by_mail` sends the note first."""
    if state not in STATES:
        raise UsageError(f"state {state[:40]!r}: expected one of {', '.join(STATES)}")
    letter = _letter(context, id)
    if by_mail:
        answer(context, letter, note, "cli")
        note = f"sent by mail: {note}"
    filed = file_letter(context.store, letter, state, note, datetime.now(UTC))
    context.audit.record(
        actor="cli", action="request", site=letter.site, rows=1, detail=f"{letter.kind}: {state}"
    )
    return _shown(filed)


def _letter(context: Context, id: str) -> Letter:
    try:
        return find_letter(context.store, id)
    except UnknownRequestError as error:
        raise CommandError(str(error)) from error


def _shown(letter: Letter) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    return asdict(letter) | {
        "asked_at": letter.asked_at.isoformat(),
        "changed_at": letter.changed_at.isoformat(),
        "due": letter.due.isoformat(),
        "overdue": letter.is_overdue(today),
    }
