"""Notes: what the audit log says of each command that was run, and by what id of whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from footfall.commands.context import Context
from schema.tokens import UnknownTokenError, get_token
from schema.users import UnknownUserError, get_user

# Whoever may open the data directory; the operating system knows who that is.
_ACTOR: Final = "cli"
# Arguments that only say which one is meant.
_NAMING: Final = frozenset({"name", "email"})


@dataclass(frozen=True, slots=True)
class Note:
    """How a command is noted: its kind of change, and which of its arguments names a site."""

    action: str
    site: str = ""
    subject: Callable[[Context, Mapping[str, Any]], str] = lambda context, arguments: ""


def _user(context: Context, arguments: Mapping[str, Any]) -> str:
    try:
        return str(get_user(context.store, arguments["email"]).id)
    except UnknownUserError:
        return ""


def _token(context: Context, arguments: Mapping[str, Any]) -> str:
    try:
        return str(get_token(context.store, arguments["name"]).id)
    except UnknownTokenError:
        return ""


_SITE: Final = Note("setting", site="name")
_USER: Final = Note("user", subject=_user)
_TOKEN: Final = Note("token", subject=_token)

# Changes that are noted here.  Commands that read figures or move rows note themselves, as they
# know how many; what is in neither table reads nobody's data.
NOTES: Final[Mapping[str, Note]] = {
    "site_add": _SITE,
    "site_set": _SITE,
    "site_remove": _SITE,
    "notice_announce": _SITE,
    "user_add": _USER,
    "user_set": _USER,
    "user_remove": _USER,
    "user_password": _USER,
    "user_reset_2fa": _USER,
    "token_add": _TOKEN,
    "token_remove": _TOKEN,
    "backup_create": Note("backup"),
    "encryption_rotate": Note("setting"),
}


def subject_of(context: Context, command: str, arguments: Mapping[str, Any]) -> str:
    """Return the id of the user or token that a command is about, "" when there is none yet."""
    note = NOTES.get(command)
    return "" if note is None else note.subject(context, arguments)


def note(context: Context, command: str, arguments: Mapping[str, Any], subject: str) -> None:
    """Record a command that was run; `subject` is whom it was about before, "" for a new one.

    Of what it was given only the names stand there: values are addresses, passwords and paths.
    """
    found = NOTES.get(command)
    if found is None:
        return
    changed = sorted(key for key, value in arguments.items() if key not in _NAMING and value)
    about = subject or found.subject(context, arguments)
    words = [command.replace("_", " "), about, ", ".join(changed)]
    context.audit.record(
        actor=_ACTOR,
        action=found.action,
        site=str(arguments.get(found.site, "")),
        detail=": ".join(word for word in words if word),
    )
