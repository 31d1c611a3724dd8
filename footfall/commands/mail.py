"""Mail commands: mails that somebody asks for; reminders go out by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from footfall.commands.context import Context
from footfall.errors import CommandError, UsageError
from footfall.mailing.messages import account_text, answer_text, compose, report_text
from footfall.mailing.sending import send
from footfall.mailing.server import MailError
from privacy.inbox import Letter, mail_address
from schema.users import User

_log = structlog.get_logger(__name__)


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


def account_changed(context: Context, user: User, what: str) -> None:
    """Mail a user that their account changed, where mail can be sent and they have an address."""
    if context.config.mail_server is None or not mail_address(user.email):
        return
    page = context.config.dashboard_address + "/account"
    try:
        _send(context, user.email, *account_text(what, page))
    except CommandError as error:
        _log.warning("mail_not_sent", user=str(user.id), reason=str(error))
        return
    context.audit.record(actor="system", action="mail", detail=f"account: {user.id}")


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
