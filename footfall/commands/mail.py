"""Mail commands: mails that somebody asks for; reminders go out by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from footfall.commands.context import Context
from footfall.errors import CommandError, UsageError
from footfall.mailing.messages import answer_text, compose, report_text
from footfall.mailing.sending import send
from footfall.mailing.server import MailError
from privacy.inbox import Letter, mail_address


def test(context: Context, address: str) -> dict[str, Any]:
    """Mail a few words to an address."""
    text = "Footfall can send mail: reminders of visitors' requests go out by themselves.\n"
    _send(context, address, "Footfall: a test", text)
    context.audit.record(actor="cli", action="mail", detail="test")
    return {"mail": "taken by the server"}


def report(context: Context, address: str, findings: Sequence[Mapping[str, Any]]) -> None:
    """Mail the findings of a privacy report to an address."""
    _send(context, address, *report_text(findings, datetime.now(UTC).date()))
    context.audit.record(actor="cli", action="mail", detail="report")


def answer(context: Context, letter: Letter, text: str, actor: str) -> None:
    """Mail an answer to the visitor who asked; raises CommandError."""
    if not mail_address(letter.contact):
        raise CommandError("this request names no e-mail address to answer to")
    _send(context, letter.contact, *answer_text(letter, text), is_automatic=False)
    context.audit.record(
        actor=actor, action="mail", site=letter.site, rows=1, detail=f"answer: {letter.kind}"
    )


def _send(
    context: Context, address: str, subject: str, text: str, *, is_automatic: bool = True
) -> None:
    to = mail_address(address)
    if not to:
        raise UsageError("expected one e-mail address, such as owner@shop.example")
    now, sender = datetime.now(UTC), context.config.mail_from
    try:
        message = compose(sender, to, subject, text, now, is_automatic=is_automatic)
        send(context.config, message)
    except MailError as error:
        raise CommandError(str(error)) from error
