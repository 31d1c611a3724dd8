"""Reminders: which open requests a user is to be told of, each stage of each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from privacy.inbox import Letter, mail_address
from privacy.roles import may
from schema.users import User

NEW: Final = "new"
# Days before a request is due at which its stage begins, the last one first.
_STAGES: Final = ((1, "day"), (7, "week"))


@dataclass(frozen=True, slots=True)
class Reminder:
    """One request, and how far its time has gone."""

    letter: Letter
    stage: str  # "new", "week", "day", or "overdue" with the day it is told on


def stage_of(letter: Letter, today: date) -> str:
    """Return the stage that a request has come to; an overdue one has another each day."""
    if letter.is_overdue(today):
        return f"overdue {today.isoformat()}"
    days_left = (letter.due - today).days
    return next((stage for days, stage in _STAGES if days_left <= days), NEW)


def reminders_for(
    user: User, letters: Iterable[Letter], told: Mapping[str, str], today: date
) -> list[Reminder]:
    """Return what a user has not been told, most urgent first.

    `told` is the stage that was told last, by request; one stage stands for those before it.
    """
    due = [
        Reminder(letter, stage_of(letter, today)) for letter in letters if user.may_see(letter.site)
    ]
    return sorted(
        (reminder for reminder in due if told.get(reminder.letter.id) != reminder.stage),
        key=lambda reminder: reminder.letter.due,
    )


def recipients(users: Iterable[User]) -> list[User]:
    """Return who answers requests and has an address that mail can reach."""
    return [user for user in users if may(user.role, "requests") and mail_address(user.email)]


def is_urgent(reminders: Sequence[Reminder]) -> bool:
    """Tell whether any is more than news."""
    return any(reminder.stage != NEW for reminder in reminders)
