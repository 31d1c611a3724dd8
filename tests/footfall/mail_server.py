"""Mail server: a real one on loopback, which keeps every mail it takes."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "footfall", "a word / of its own"
SENDER = "footfall@shop.example"


@dataclass
class Mailbox:
    """What a server took, and what it refuses."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # recipients

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return f"550 5.1.1 <{address}> is nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"

    def sent_to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_content()
    assert isinstance(body, str)
    return body.replace("\r\n", "\n")


@contextmanager
def mail_server(
    mailbox: Mailbox | None = None,
    certificate: tuple[Path, Path] | None = None,
    *,
    asks_login: bool = False,
    host: str = "127.0.0.1",
) -> Iterator[Mailbox]:
    """Run a server; with a certificate it insists on STARTTLS."""
    box = mailbox or Mailbox()
    options: dict[str, Any] = {"hostname": host}
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        options |= {"tls_context": context, "require_starttls": True}
    if asks_login:
        options |= {
            "authenticator": _authenticated,
            "auth_required": True,
            "auth_require_tls": certificate is not None,
        }
    box.port = box.port or _free_port()
    controller = Controller(box, port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _authenticated(
    server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == right, handled=False)
