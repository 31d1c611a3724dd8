"""Promise: who answers requests is mailed when one comes in, a week and a day before it is due, and
each day that it is late; once each, whatever restarts or fails, and never a visitor's word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from footfall.commands import Context, run_command
from footfall.config import Config
from footfall.errors import CommandError
from footfall.mailing.mailer import Mailer
from footfall.mailing.reminders import recipients
from footfall.paths import DataPaths
from privacy.audit_search import Search, search_audit
from privacy.inbox import file_letter, find_letter
from schema import Store
from schema.users import User, save_user
from tests.footfall.mail_server import SENDER, Mailbox, mail_server, text_of
from tests.privacy.test_inbox import a_letter

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OWNER = User(email="owner@shop.example", role="owner")
OTHER = User(email="other@shop.example", role="owner", sites=("other.example",))


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as found:
        yield found


@pytest.fixture
def context(embedded_store: Store, tmp_path: Path, box: Mailbox) -> Context:
    for user in (OWNER, OTHER):
        save_user(embedded_store, user)
    return a_context(embedded_store, tmp_path, box)


def a_context(store: Store, data: Path, box: Mailbox, **given: Any) -> Context:
    config = Config(
        data=data,
        smtp_url=f"smtp://127.0.0.1:{box.port}",
        mail_from=SENDER,
        dashboard_url="https://figures.shop.example",
        **given,
    )
    return Context(store, DataPaths(data), config)


def mailed(context: Context, box: Mailbox, now: datetime) -> list[str]:
    """Run a round; return the subjects of what it sent to the owner."""
    before = len(box.sent_to(OWNER.email))
    Mailer(context).run(now)
    return [mail["Subject"] for mail in box.sent_to(OWNER.email)[before:]]


def found_by_doctor(context: Context) -> tuple[str, str]:
    [found] = [each for each in run_command(context, "doctor", {}) if each["subject"] == "mail"]
    return found["state"], found["text"]


def test_each_stage_of_a_request_is_told_once_across_restarts(
    context: Context, box: Mailbox
) -> None:
    due = date(2026, 12, 21)
    a_letter(context.store, 1, due)
    told = {}
    for days in range(33):
        now = NOON + timedelta(days=days)
        # Each round is of a mailer that knows no more than the file; the second is a restart's.
        told[now.date()] = mailed(context, box, now)
        assert mailed(context, box, now + timedelta(hours=1)) == []
    one = "Footfall: 1 request of a visitor"
    assert {day: subjects for day, subjects in told.items() if subjects} == {
        date(2026, 11, 21): [one],
        date(2026, 12, 14): [one],  # 7 days before
        date(2026, 12, 20): [one],  # 1 day before
        date(2026, 12, 22): [f"{one}, 1 overdue"],
        date(2026, 12, 23): [f"{one}, 1 overdue"],
    }


def test_a_mail_says_number_site_kind_and_day_and_nothing_of_the_visitors(
    context: Context, box: Mailbox
) -> None:
    number = a_letter(context.store, 1, date(2026, 11, 20))
    a_letter(context.store, 2, date(2026, 12, 20), site="other.example")
    Mailer(context).run(NOON)

    (mail,) = box.sent_to(OWNER.email)
    text = text_of(mail)
    assert f"* overdue: complaint, shop.example, due 2026-11-20, number {number}" in text
    assert "* new: complaint, other.example, due 2026-12-20" in text
    assert "https://figures.shop.example/privacy/requests" in text
    (others,) = box.sent_to(OTHER.email)
    assert "* new: complaint, other.example" in text_of(others)
    assert ", shop.example" not in text_of(others)
    for each in box.mails:
        # What the visitor wrote, and where to answer.
        assert "letter <" not in each.as_string()
        assert "mail.example" not in each.as_string()


def test_what_comes_in_within_a_quarter_of_an_hour_goes_into_one_mail(
    context: Context, box: Mailbox
) -> None:
    due = date(2026, 12, 21)
    a_letter(context.store, 1, due)
    assert mailed(context, box, NOON) == ["Footfall: 1 request of a visitor"]
    a_letter(context.store, 2, due)
    a_letter(context.store, 3, due)
    assert mailed(context, box, NOON + timedelta(minutes=14)) == []
    later = mailed(context, box, NOON + timedelta(minutes=15))
    assert later == ["Footfall: 2 requests of visitors"]
    # What is urgent waits for nothing.
    a_letter(context.store, 4, date(2026, 11, 20))
    urgent = mailed(context, box, NOON + timedelta(minutes=16))
    assert urgent == ["Footfall: 1 request of a visitor, 1 overdue"]


def test_what_is_answered_is_told_no_more(context: Context, box: Mailbox) -> None:
    number = a_letter(context.store, 1, date(2026, 11, 20))
    file_letter(context.store, find_letter(context.store, number), "done", "", NOON)
    assert mailed(context, box, NOON) == []


def test_who_does_not_answer_requests_or_has_no_address_is_not_told() -> None:
    users = [
        OWNER,
        User(email="analyst@shop.example", role="analyst"),
        User(email="viewer@shop.example", role="viewer"),
        User(email="seller@shop.example", role="seller"),
        User(email="owner@localhost", role="owner"),
    ]
    assert recipients(users) == [OWNER]


def test_a_server_that_is_away_is_asked_less_and_less_and_the_mail_comes_once_it_is_back(
    context: Context, box: Mailbox
) -> None:
    a_letter(context.store, 1, date(2026, 12, 21))
    away = a_context(context.store, context.paths.root, Mailbox(port=1))
    tries = []
    for minute in range(200):
        now = NOON + timedelta(minutes=minute)
        Mailer(away).run(now)
        failure = json.loads(away.paths.mail.read_bytes())["failures"][""]
        if datetime.fromisoformat(failure["at"]) == now:
            tries.append(minute)
    assert tries == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    state, text = found_by_doctor(away)
    assert (state, "Connection refused" in text) == ("bad", True)

    assert mailed(context, box, NOON + timedelta(minutes=200)) == []
    assert found_by_doctor(context)[1].endswith("Connection refused: 9 tries")
    assert mailed(context, box, NOON + timedelta(minutes=243)) == [
        "Footfall: 1 request of a visitor"
    ]
    assert found_by_doctor(context)[0] == "good"


def test_one_refused_address_keeps_nobody_else_waiting(context: Context, box: Mailbox) -> None:
    box.refused.add(OWNER.email)
    a_letter(context.store, 1, date(2026, 12, 21), site="other.example")
    Mailer(context).run(NOON)
    assert len(box.sent_to(OTHER.email)) == 1
    kept = context.paths.mail.read_text()
    assert "(550)" in kept
    assert "@" not in kept
    box.refused.clear()
    assert len(mailed(context, box, NOON + timedelta(minutes=2))) == 1


def test_each_mail_is_in_the_audit_log_by_the_users_id(context: Context, box: Mailbox) -> None:
    a_letter(context.store, 1, date(2026, 12, 21))
    Mailer(context).run(NOON)
    [record] = search_audit(context.store, Search(action="mail"), limit=9).records
    assert (record.actor, record.site, record.rows) == ("system", "shop.example", 1)
    assert record.detail == f"reminder: {OWNER.id}"


def test_the_report_goes_to_owners_of_all_sites_once_a_month_where_that_is_set(
    context: Context, box: Mailbox
) -> None:
    assert mailed(context, box, NOON) == []
    monthly = a_context(context.store, context.paths.root, box, mail_report=True)
    [subject] = mailed(monthly, box, NOON)
    assert subject.startswith("Footfall: privacy report of 2026-11-21, ")
    assert mailed(monthly, box, NOON + timedelta(days=8)) == []
    assert len(mailed(monthly, box, datetime(2026, 12, 1, 0, 1, tzinfo=UTC))) == 1
    assert box.sent_to(OTHER.email) == []
    assert "encrypted at rest: broken" in text_of(box.mails[0])


def test_a_command_mails_a_few_words_and_a_report_and_an_answer(
    context: Context, box: Mailbox
) -> None:
    run_command(context, "mail_test", {"address": "ann@shop.example"})
    findings = [{"promise": "requests in time", "state": "kept", "text": "0 open, none overdue"}]
    run_command(context, "mail_report", {"address": "ann@shop.example", "findings": findings})
    number = a_letter(context.store, 1, date(2026, 12, 21))
    answer = {"id": number, "state": "done", "note": "We erased it.", "by_mail": True}
    filed = run_command(context, "requests_file", answer)

    words, report, answered = box.mails
    assert "reminders" in text_of(words)
    assert text_of(report) == "requests in time: kept. 0 open, none overdue\n"
    # The visitor's own address.
    assert answered["To"] == "a@mail.example"
    assert answered["Auto-Submitted"] is None
    assert text_of(answered).startswith("We erased it.\n")
    assert "sent by mail: We erased it." in filed["notes"]
    box.refused.add("a@mail.example")
    other = a_letter(context.store, 2, date(2026, 12, 21))
    with pytest.raises(CommandError, match="does not take the recipient"):
        run_command(context, "requests_file", answer | {"id": other})
    assert find_letter(context.store, other).state == "open"
    with pytest.raises(CommandError, match="expected one e-mail address"):
        run_command(context, "mail_test", {"address": "a@shop.example, b@shop.example"})


def test_without_a_server_nothing_is_sent_and_doctor_says_so(
    embedded_store: Store, tmp_path: Path
) -> None:
    bare = Context(embedded_store, DataPaths(tmp_path), Config(data=tmp_path))
    a_letter(embedded_store, 1, date(2026, 11, 20))
    Mailer(bare).run(NOON)
    assert not bare.paths.mail.exists()
    with pytest.raises(CommandError, match="set FOOTFALL_SMTP_URL"):
        run_command(bare, "mail_test", {"address": "ann@shop.example"})
    assert found_by_doctor(bare)[0] == "care"
