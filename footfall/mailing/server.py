"""Mail server: the operator's own, to which mails are handed over one at a time."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from footfall.errors import FootfallError

# Of each step, such as connecting or an answer.  RFC 5321, 4.5.3.2 grants minutes, for servers that
# relay far; the operator's own is near, and somebody may wait at a page.
STEP_TIMEOUT_S: Final = 10.0

# RFC 6409 (submission) and RFC 8314, 7.3 (submissions).
_PORTS: Final = {"smtp": 587, "smtps": 465}


class MailError(FootfallError):
    """A mail was not handed over; the text names nobody."""


class RecipientError(MailError):
    """The server takes mail, though not for this recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mails go, and as whom."""

    host: str
    port: int
    user: str = field(default="", repr=False)  # "": no login
    password: str = field(default="", repr=False)
    is_tls: bool = False  # from the first byte; else by STARTTLS
    ca: Path | None = None  # whom its certificate is from; None: whom the system knows

    @property
    def needs_starttls(self) -> bool:
        """Return whether it is asked for TLS: always but on this machine without an authority."""
        return not self.is_tls and (self.ca is not None or not _is_loopback(self.host))


def parse_server(url: str, ca: Path | None = None) -> MailServer:
    """Return the server that a URL names; raises ValueError that says what was expected."""
    expected = "expected smtp(s)://user:password@host:port"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(expected) from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError(expected)
    if parts.query or parts.fragment or bool(parts.username) != bool(parts.password):
        raise ValueError(f"{expected}, its special characters as in %40")
    if not unquote(url).isascii():
        raise ValueError(f"{expected}, of ASCII alone: a login has no other characters")
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=parts.scheme == "smtps",
        ca=ca,
    )


def deliver(server: MailServer, message: EmailMessage) -> None:
    """Return when the server has taken a mail; raises RecipientError and MailError."""
    with _connected(server, str(message["From"]).rpartition("@")[2]) as smtp:
        try:
            smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, _)] = error.recipients.values()
            raise RecipientError(f"the mail server does not take the recipient ({code})") from None
        except smtplib.SMTPNotSupportedError:
            raise RecipientError("the mail server takes no such address") from None


def check_server(server: MailServer, sender: str) -> None:
    """Return when the server lets us in as for a mail; raises MailError."""
    with _connected(server, sender.rpartition("@")[2]) as smtp:
        smtp.noop()


@contextmanager
def _connected(server: MailServer, domain: str) -> Iterator[smtplib.SMTP]:
    """Give a connection that is let in.  What the server says is not told on: it may hold names."""
    try:
        smtp = _opened(server, domain)
        try:
            if server.needs_starttls:
                smtp.starttls(context=ssl.create_default_context(cafile=server.ca))
            if server.user:
                smtp.login(server.user, server.password)
            yield smtp
        finally:
            with suppress(OSError):  # smtplib's own errors, too
                smtp.quit()
            smtp.close()
    except smtplib.SMTPSenderRefused as error:
        raise MailError(
            f"the mail server does not take FOOTFALL_MAIL_FROM as sender ({error.smtp_code})"
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        raise MailError(f"the mail server refused the login ({error.smtp_code})") from None
    except smtplib.SMTPResponseException as error:
        raise MailError(f"the mail server refused the mail ({error.smtp_code})") from None
    except smtplib.SMTPNotSupportedError:
        raise MailError("the mail server offers no STARTTLS, or no login that is known") from None
    except ssl.SSLCertVerificationError as error:
        raise MailError(
            f"the mail server's certificate is not believed: {error.verify_message}"
        ) from None
    except UnicodeError:
        raise MailError("the mail server's name is none, or a word is not ASCII") from None
    except smtplib.SMTPException:
        raise MailError("the mail server broke the connection off") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise MailError(f"the mail server at {server.host}:{server.port}: {why}") from None


def _opened(server: MailServer, domain: str) -> smtplib.SMTP:
    """Open a connection; the sender's domain is the name we give, and not the machine's."""
    if not server.is_tls:
        return smtplib.SMTP(server.host, server.port, domain, STEP_TIMEOUT_S)
    return smtplib.SMTP_SSL(
        server.host,
        server.port,
        domain,
        timeout=STEP_TIMEOUT_S,
        context=ssl.create_default_context(cafile=server.ca),
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
