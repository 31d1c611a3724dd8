"""Promise: a mail goes to the operator's own server, under TLS unless that is on this machine; what
cannot be handed over is told in words that name nobody.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from footfall.config import from_environ
from footfall.errors import ConfigError
from footfall.mailing.messages import compose
from footfall.mailing.server import (
    MailError,
    RecipientError,
    check_server,
    deliver,
    parse_server,
)
from tests.certificates import Authority
from tests.footfall.mail_server import PASSWORD, SENDER, USER, Mailbox, mail_server, text_of

TO = "ann@shop.example"
MAIL = compose(SENDER, TO, "A subject", "Some words\n", datetime(2026, 11, 21, tzinfo=UTC))
LOGIN = f"{USER}:{quote(PASSWORD, safe='')}@"


@pytest.mark.parametrize(
    ("url", "port", "needs_starttls"),
    [
        ("smtp://mail.shop.example", 587, True),
        ("smtp://user:word@mail.shop.example:2525", 2525, True),
        ("smtps://mail.shop.example", 465, False),
        ("smtp://127.0.0.1:25", 25, False),
        ("smtp://[::1]", 587, False),
        ("smtp://localhost", 587, False),
        # Not known to be this machine before it is asked.
        ("smtp://0.0.0.0", 587, True),
    ],
)
def test_tls_is_left_out_on_this_machine_alone(url: str, port: int, needs_starttls: bool) -> None:
    server = parse_server(url)
    assert (server.port, server.needs_starttls) == (port, needs_starttls)


@pytest.mark.parametrize(
    "url",
    [
        "mail.shop.example",
        "http://mail.shop.example",
        "smtp://",
        "smtp://mail.shop.example:port",
        "smtp://mail.shop.example/path",
        "smtp://user@mail.shop.example",
        "smtp://user:w?rd@mail.shop.example",
        "smtp://user:w%C3%B6rd@mail.shop.example",
    ],
)
def test_a_bad_address_of_a_server_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_environ({"FOOTFALL_SMTP_URL": url, "FOOTFALL_MAIL_FROM": SENDER})
    assert "FOOTFALL_SMTP_URL=(secret): expected smtp(s)://" in str(caught.value)
    assert "mail.shop" not in str(caught.value)


def test_a_server_wants_a_sender_and_a_sender_a_server(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="FOOTFALL_SMTP_URL: expected FOOTFALL_MAIL_FROM"):
        from_environ({"FOOTFALL_SMTP_URL": "smtp://mail.shop.example"})
    with pytest.raises(ConfigError, match="FOOTFALL_MAIL_REPORT: expected FOOTFALL_SMTP_URL"):
        from_environ({"FOOTFALL_MAIL_REPORT": "1"})
    with pytest.raises(ConfigError, match="expected one address"):
        from_environ({"FOOTFALL_SMTP_URL": "smtp://localhost", "FOOTFALL_MAIL_FROM": "a@b, c@d"})
    secret = tmp_path / "smtp"
    secret.write_text(f"smtp://{LOGIN}mail.shop.example\n")
    config = from_environ({"FOOTFALL_SMTP_URL_FILE": str(secret), "FOOTFALL_MAIL_FROM": SENDER})
    assert config.mail_server is not None
    assert (config.mail_server.user, config.mail_server.password) == (USER, PASSWORD)
    assert "word" not in repr(config) + repr(config.mail_server)


def test_a_mail_arrives_with_what_it_says() -> None:
    with mail_server() as box:
        deliver(parse_server(f"smtp://127.0.0.1:{box.port}"), MAIL)
    (mail,) = box.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == (SENDER, TO, "A subject")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert text_of(mail) == "Some words\n"


def test_a_login_goes_through_starttls_under_a_certificate_that_is_believed(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    with mail_server(certificate=authority.certificate(), asks_login=True) as box:
        url = f"smtp://{LOGIN}127.0.0.1:{box.port}"
        deliver(parse_server(url, authority.path), MAIL)
        with pytest.raises(MailError, match=r"refused the login \(535\)"):
            deliver(parse_server(url.replace(USER, "other"), authority.path), MAIL)
    assert len(box.mails) == 1


def test_a_certificate_of_nobody_known_or_for_another_name_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    with mail_server(certificate=authority.certificate()) as box:
        with pytest.raises(MailError, match="certificate is not believed"):
            deliver(parse_server(f"smtp://127.0.0.1:{box.port}", stranger.path), MAIL)
        with pytest.raises(MailError, match="certificate is not believed"):
            deliver(parse_server(f"smtp://localhost:{box.port}", authority.path), MAIL)
    assert box.mails == []


def test_nothing_leaves_for_another_machine_without_tls() -> None:
    # By this name the server is reached, and not known to be here.
    with mail_server() as box:
        server = parse_server(f"smtp://{LOGIN}0.0.0.0:{box.port}")
        with pytest.raises(MailError, match="offers no STARTTLS"):
            deliver(server, MAIL)
    assert box.mails == []


def test_a_name_that_no_server_can_have_is_told() -> None:
    for host in ("mail..shop.example", f"{'a' * 64}.shop.example"):
        with pytest.raises(MailError, match="name is none"):
            check_server(parse_server(f"smtp://{host}"), SENDER)


def test_a_refused_recipient_is_told_from_a_server_that_is_away() -> None:
    with mail_server(Mailbox(refused={TO})) as box:
        server = parse_server(f"smtp://127.0.0.1:{box.port}")
        with pytest.raises(RecipientError, match=r"\(550\)") as refused:
            deliver(server, MAIL)
        check_server(server, SENDER)
    assert "ann" not in str(refused.value)
    with pytest.raises(MailError, match=rf"127\.0\.0\.1:{box.port}: Connection refused") as away:
        deliver(server, MAIL)
    assert not isinstance(away.value, RecipientError)
