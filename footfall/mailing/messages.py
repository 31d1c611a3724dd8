"""Messages: the words of each mail that is sent.

Reminders go through many hands and lie in mailboxes: they say number, site, kind and day, and never
a word of the visitor's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import blake2b
from typing import Any, Final

from footfall.mailing.reminders import NEW, Reminder
from privacy.inbox import Letter

_HEADINGS: Final = {NEW: "new", "week": "due within a week", "day": "due within a day"}
_OVERDUE: Final = "overdue"


def compose(
    sender: str, to: str, subject: str, text: str, now: datetime, *, is_automatic: bool = True
) -> EmailMessage:
    """Return a mail; the same one has the same Message-ID, so that a repeat is known as one."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(now)
    digest = blake2b("\0".join((sender, to, subject, text)).encode(), digest_size=16).hexdigest()
    message["Message-ID"] = f"<{digest}@{sender.rpartition('@')[2]}>"
    if is_automatic:
        # RFC 3834: nobody's out-of-office answer comes back.
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def reminder_text(reminders: Sequence[Reminder], inbox: str) -> tuple[str, str]:
    """Return subject and text of a reminder; `inbox` is the page's address."""
    overdue = sum(reminder.stage.startswith(_OVERDUE) for reminder in reminders)
    count = _counted(len(reminders))
    subject = f"Footfall: {count}" + (f", {overdue} overdue" if overdue else "")
    lines = [f"{count}, each to be answered by its day:", ""]
    lines += [_line(reminder) for reminder in reminders]
    lines += ["", f"What they say, and where to note the answer: {inbox}", ""]
    return subject, "\n".join(lines)


def report_text(findings: Iterable[Mapping[str, Any]], today: date) -> tuple[str, str]:
    """Return subject and text of a privacy report."""
    found = list(findings)
    broken = sum(finding["state"] == "broken" for finding in found)
    said = f"{broken} broken" if broken else "nothing broken"
    subject = f"Footfall: privacy report of {today.isoformat()}, {said}"
    lines = [f"{each['promise']}: {each['state']}. {each['text']}" for each in found]
    return subject, "\n".join([*lines, ""])


def account_text(what: str, account: str) -> tuple[str, str]:
    """Return subject and text of what a user is told of their account; `account` is its page."""
    text = f"{what}\n\nWas it not you? Tell an owner at once, and look at {account}\n"
    return "Footfall: your account was changed", text


def answer_text(letter: Letter, answer: str) -> tuple[str, str]:
    """Return subject and text of what an operator answers a visitor."""
    asked = letter.asked_at.date().isoformat()
    text = f"{answer}\n\n-- \n{letter.site}: your request {letter.id} of {asked}\n"
    return f"{letter.site}: your request of {asked}", text


def _line(reminder: Reminder) -> str:
    letter = reminder.letter
    heading = _HEADINGS.get(reminder.stage, _OVERDUE)
    due = letter.due.isoformat()
    return f"* {heading}: {letter.kind}, {letter.site}, due {due}, number {letter.id}"


def _counted(number: int) -> str:
    return "1 request of a visitor" if number == 1 else f"{number} requests of visitors"
