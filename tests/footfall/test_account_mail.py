"""Promise: whoever changes an account, its user is mailed what, and nothing secret with it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import httpx

from footfall.commands import Context, mail, run_command
from footfall.config import Config
from footfall.paths import DataPaths
from schema import Store
from tests.dashboard.serve import PASSWORD, add_user, an_app, form_token, serving, sign_in
from tests.dashboard.test_second_factor import Clock, give_code, turn_on
from tests.footfall.mail_server import SENDER, Mailbox, mail_server, text_of
from tests.installation import wait_until

OWNER = "owner@shop.example"
OTHER_PASSWORD = "another long one of mine"


def test_a_user_is_told_of_each_change(embedded_store: Store, tmp_path: Path) -> None:
    clock = Clock()
    user = add_user(embedded_store, OWNER)
    with mail_server() as box:
        context = a_context(embedded_store, tmp_path, box)
        app = an_app(
            embedded_store, tmp_path, clock, tell_user=partial(mail.account_changed, context)
        )
        with serving(app) as url, httpx.Client(base_url=url) as client:
            sign_in(client, OWNER)
            secret, codes = turn_on(client, clock)
            wait_until(lambda: len(box.mails) == 1)
            form = {"csrf": form_token(client.get("/account/password")), "current": PASSWORD}
            new = {"password": OTHER_PASSWORD, "repeat": OTHER_PASSWORD}
            assert client.post("/account/password", data=form | new).status_code == 303
            wait_until(lambda: len(box.mails) == 2)
            with httpx.Client(base_url=url) as elsewhere:
                sign_in(elsewhere, OWNER, OTHER_PASSWORD)
                assert give_code(elsewhere, codes[0]).status_code == 303
            wait_until(lambda: len(box.mails) == 3)
        run_command(context, "user_reset_2fa", {"email": OWNER})
        run_command(context, "user_password", {"email": OWNER, "password": PASSWORD})
        told = [text_of(each) for each in box.sent_to(OWNER)]
    assert [text.splitlines()[0] for text in told] == [
        "Two-factor sign-in was turned on.",
        "The password was changed.",
        "A recovery code was used to sign in.",
        "Two-factor sign-in was turned off by command.",
        "The password was set by command.",
    ]
    assert all("https://figures.shop.example/account" in text for text in told)
    for hidden in (secret, codes[0], PASSWORD, OTHER_PASSWORD):
        assert not any(hidden in text for text in told)
    noted = embedded_store.rows("SELECT detail FROM audit_rows WHERE action = 'mail'")
    assert noted == [(f"account: {user.id}",)] * 5


def test_a_mail_that_is_refused_changes_nothing(embedded_store: Store, tmp_path: Path) -> None:
    add_user(embedded_store, OWNER)
    with mail_server() as box:
        box.refused.add(OWNER)
        context = a_context(embedded_store, tmp_path, box)
        shown = run_command(context, "user_password", {"email": OWNER, "password": PASSWORD})
    assert shown["email"] == OWNER
    assert embedded_store.rows("SELECT 1 FROM audit_rows WHERE action = 'mail'") == []


def a_context(store: Store, data: Path, box: Mailbox) -> Context:
    config = Config(
        data=data,
        smtp_url=f"smtp://127.0.0.1:{box.port}",
        mail_from=SENDER,
        dashboard_url="https://figures.shop.example",
    )
    return Context(store, DataPaths(data), config)
