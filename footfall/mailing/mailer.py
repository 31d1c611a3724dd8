"""Mailer: the store process's rounds, in which users are mailed what has come due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from footfall.commands.context import Context
from footfall.commands.governance import full_report
from footfall.mailing.messages import compose, reminder_text, report_text
from footfall.mailing.reminders import (
    Reminder,
    is_urgent,
    recipients,
    reminders_for,
    stage_of,
)
from footfall.mailing.sending import send
from footfall.mailing.sent import SERVER, Sent, load_sent, save_sent
from footfall.mailing.server import MailError, RecipientError
from privacy.inbox import list_letters
from schema.users import User, list_users

INBOX_PATH: Final = "/privacy/requests"
# Our choice: what comes in within it goes into one mail; none of it is due for a month.
_NEWS_EVERY: Final = timedelta(minutes=15)

_log = structlog.get_logger(__name__)


class Mailer:
    """One process's; nothing of it but the file of what was sent outlasts a round."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._path = context.paths.mail

    def run(self, now: datetime) -> None:
        """Mail what is due and was not sent; raises MailError and OSError for the file of that."""
        sent = load_sent(self._path)
        if self._context.config.mail_server is None or sent.is_waiting(SERVER, now):
            return
        users = recipients(list_users(self._context.store))
        try:
            self._remind(users, sent, now)
            if self._context.config.mail_report:
                self._report(users, sent, now)
        except MailError as error:
            self._note(sent, SERVER, error, now)

    def _remind(self, users: Sequence[User], sent: Sent, now: datetime) -> None:
        letters = list_letters(self._context.store, state="open")
        still_open = {letter.id for letter in letters}
        for user in users:
            key = str(user.id)
            told = {id: stage for id, stage in sent.stages.get(key, {}).items() if id in still_open}
            due = reminders_for(user, letters, told, now.date())
            is_early = key in sent.mailed_at and now < sent.mailed_at[key] + _NEWS_EVERY
            if not due or (is_early and not is_urgent(due)):
                continue
            subject, text = reminder_text(due, self._inbox)
            if not self._mail(user, subject, text, sent, now):
                continue
            stages = {each.letter.id: stage_of(each.letter, now.date()) for each in due}
            sent.stages[key] = told | stages
            sent.mailed_at[key] = now
            self._keep(user, "reminder", sent, due)

    def _report(self, users: Sequence[User], sent: Sent, now: datetime) -> None:
        """Mail the report of a month; only owners of every site read it, as it names them all."""
        month = f"{now:%Y-%m}"
        readers = [
            user
            for user in users
            if user.role == "owner" and not user.sites and sent.reported.get(str(user.id)) != month
        ]
        ready = [user for user in readers if not sent.is_waiting(str(user.id), now)]
        if not ready:
            return
        subject, text = report_text(full_report(self._context), now.date())
        for user in ready:
            if self._mail(user, subject, text, sent, now):
                sent.reported[str(user.id)] = month
                self._keep(user, "report", sent)

    def _mail(self, user: User, subject: str, text: str, sent: Sent, now: datetime) -> bool:
        """Return whether a user's mail was taken; raises MailError when no mail would be."""
        if sent.is_waiting(str(user.id), now):
            return False
        message = compose(self._context.config.mail_from, user.email, subject, text, now)
        try:
            send(self._context.config, message)
        except RecipientError as error:
            self._note(sent, str(user.id), error, now)
            return False
        sent.succeed(str(user.id))
        return True

    def _keep(self, user: User, what: str, sent: Sent, reminders: Sequence[Reminder] = ()) -> None:
        """Write down at once what was sent: whatever ends the process, it is not sent again."""
        save_sent(self._path, sent)
        sites = {reminder.letter.site for reminder in reminders}
        self._context.audit.record(
            actor="system",
            action="mail",
            site=sites.pop() if len(sites) == 1 else "",
            rows=len(reminders),
            detail=f"{what}: {user.id}",
        )

    def _note(self, sent: Sent, key: str, error: MailError, now: datetime) -> None:
        failure = sent.fail(key, str(error), now)
        save_sent(self._path, sent)
        wait_s = (failure.again_at - now).total_seconds()
        _log.warning("mail_not_sent", user=key, reason=failure.reason, again_in_s=wait_s)

    @property
    def _inbox(self) -> str:
        return self._context.config.dashboard_address + INBOX_PATH
