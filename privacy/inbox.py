"""Inbox: questions and complaints of visitors, and what people did about them."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args
from uuid import UUID

from privacy.errors import UnknownRequestError
from schema import Store

State: TypeAlias = Literal["open", "done", "refused"]
STATES: Final[tuple[State, ...]] = get_args(State)
# Our choice: what several people write about one letter in a month.
LONGEST_NOTES: Final = 8_000

# What servers take without extensions; stricter than RFC 5321, as it goes into a mail's header.
_MAIL_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)+"
)
# RFC 5321, 4.5.3.1.3, without the brackets.
_LONGEST_ADDRESS: Final = 254

_COLUMNS: Final = (
    "id", "site", "kind", "state", "asked_at", "due", "contact", "message", "notes", "changed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """One request as it stands."""

    id: str  # 32 hex digits, as the visitor was given it
    site: str
    kind: str
    state: State
    asked_at: datetime
    due: date
    contact: str
    message: str
    notes: str
    changed_at: datetime

    def is_overdue(self, today: date) -> bool:
        """Tell whether it should have been answered before today."""
        return self.state == "open" and self.due < today


def mail_address(contact: str) -> str:
    """Return the e-mail address that a text is, "" when it is something else."""
    text = contact.strip()
    return text if len(text) <= _LONGEST_ADDRESS and _MAIL_ADDRESS.fullmatch(text) else ""


def list_letters(store: Store, site: str = "", state: str = "") -> list[Letter]:
    """Return requests, overdue ones first, then by due date; what is closed comes last."""
    return _found(store, site=site, state=state)


def find_letter(store: Store, letter_id: str) -> Letter:
    """Return one request; raises UnknownRequestError."""
    found = _found(store, id=letter_id) if letter_id else []
    if not found:
        raise UnknownRequestError(
            f"no request has the number {letter_id[:40]!r}: see 'footfall privacy requests list'"
        )
    return found[0]


def file_letter(store: Store, letter: Letter, state: State, note: str, now: datetime) -> Letter:
    """Note what was done about a request, and how it stands from now on."""
    line = f"{now:%Y-%m-%d %H:%M} UTC, {state}: {note}" if note else ""
    notes = "\n".join(part for part in (letter.notes, line) if part)
    # The newest stay.
    filed = replace(letter, state=state, notes=notes[-LONGEST_NOTES:], changed_at=now)
    store.insert("privacy_requests", _COLUMNS, [[UUID(filed.id), *astuple(filed)[1:]]])
    return filed


def _found(store: Store, site: str = "", state: str = "", id: str = "") -> list[Letter]:
    rows = store.run("privacy.queries", "list_requests", site=site, state=state, id=id)
    return [Letter(*row) for row in rows]
