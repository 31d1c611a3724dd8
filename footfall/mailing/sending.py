"""Sending: one mail by the server that is set."""

from __future__ import annotations

from email.message import EmailMessage

from footfall.config import Config
from footfall.mailing.server import MailError, deliver


def send(config: Config, message: EmailMessage) -> None:
    """Return when the server has taken a mail; raises RecipientError and MailError."""
    server = config.mail_server
    if server is None:
        raise MailError("no mail can be sent: set FOOTFALL_SMTP_URL and FOOTFALL_MAIL_FROM")
    deliver(server, message)
