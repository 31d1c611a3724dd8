"""Promise: a running installation mails what came due while it was down, and an answer that an
operator writes in the inbox; what cannot be sent is still there to be sent.
"""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.dashboard.serve import PASSWORD, form_token, sign_in
from tests.footfall.mail_server import SENDER, mail_server, text_of
from tests.installation import footfall, installation, wait_until

OWNER, VISITOR = "owner@shop.example", "visitor@mail.example"
SAID = "What do you know about me?"


def test_a_request_is_told_and_answered_by_mail(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with installation(data) as running:
        running.command("site", "add", "shop.example")
        running.command("user", "add", OWNER, "--role", "owner", "--password-stdin", stdin=PASSWORD)
        body = {"kind": "question", "contact": VISITOR, "message": SAID}
        asked = httpx.post(f"{running.public}/api/privacy/shop.example/requests", json=body)
        number = asked.json()["id"]
        wait_until(lambda: running.command("privacy", "requests", "list"))
    with mail_server() as box:
        mail = {
            "FOOTFALL_SMTP_URL": f"smtp://127.0.0.1:{box.port}",
            "FOOTFALL_MAIL_FROM": SENDER,
        }
        with installation(data, **mail) as running:
            wait_until(lambda: box.mails)
            (told,) = box.mails
            assert told["To"] == OWNER
            assert f"{running.internal}/privacy/requests" in text_of(told)
            assert number in text_of(told)
            assert SAID not in told.as_string()

            report = footfall("privacy", "report", "--mail", OWNER, "--data", str(data))
            assert "requests in time: kept" in text_of(box.mails[-1]), report.stderr
            footfall("mail", "test", OWNER, "--data", str(data)).check_returncode()

            with httpx.Client(base_url=running.internal, timeout=30) as client:
                sign_in(client, OWNER)
                page = client.get("/privacy/requests")
                answer = {
                    "csrf": form_token(page),
                    "id": number,
                    "state": "done",
                    "note": "Nothing\r\nat all.",
                    "mail": "1",
                }
                box.refused.add(VISITOR)
                again = client.post("/privacy/requests", data=answer)
                assert "does not take the recipient" in again.text
                assert "at all.</textarea>" in again.text
                assert len(box.sent_to(VISITOR)) == 0
                box.refused.clear()
                assert client.post("/privacy/requests", data=answer).status_code == 303
            (answered,) = box.sent_to(VISITOR)
            assert text_of(answered).startswith("Nothing\nat all.\n")
            shown = running.command("privacy", "requests", "show", number)
            assert shown["state"] == "done"
            assert "sent by mail: Nothing" in shown["notes"]
            assert VISITOR not in running.log()
