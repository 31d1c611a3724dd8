"""Login: only who knows a password gets in, for a limited time, and every sign-in is on record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from dashboard.app import create_app
from dashboard.signin.sessions import ABSOLUTE_LIMIT_S, IDLE_LIMIT_S, Sessions, session_key
from dashboard.signin.throttle import MAX_FAILURES, MAX_KEYS, WINDOW_S, Throttle
from schema import Site, Store
from schema.users import get_user, save_user, with_password
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows
from tests.dashboard.serve import PASSWORD, add_user, an_app, form_token, serving, sign_in

NOW = at("2026-11-18 12:00")
OWNER = "owner@shop.example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "db", Site(name=SITE)) as opened:
        insert_rows(opened, [event_row(NOW, starts=True)])
        yield opened


@pytest.fixture
def address(store: Store, tmp_path: Path) -> Iterator[str]:
    add_user(store, OWNER)
    with serving(an_app(store, tmp_path, lambda: NOW)) as url:
        yield url


@pytest.fixture
def browser(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address) as client:
        yield client


def actions(store: Store) -> list[str]:
    return [action for (action,) in store.rows("SELECT action FROM audit_rows ORDER BY at")]


def test_a_page_asks_to_sign_in_first_and_comes_back_afterwards(browser: httpx.Client) -> None:
    refused = browser.get(f"/sites/{SITE}?period=7d")
    assert (refused.status_code, refused.headers["location"]) == (
        303,
        f"/login?next=/sites/{SITE}%3Fperiod%3D7d",
    )
    form = browser.get(refused.headers["location"])
    assert f'value="/sites/{SITE}?period=7d"' in form.text
    sent = {"email": OWNER, "password": PASSWORD, "csrf": form_token(form)}
    done = browser.post("/login", data={**sent, "next": f"/sites/{SITE}?period=7d"})
    assert (done.status_code, done.headers["location"]) == (303, f"/sites/{SITE}?period=7d")
    assert browser.get(f"/sites/{SITE}").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_nobody_is_sent_elsewhere_after_signing_in(browser: httpx.Client, target: str) -> None:
    form = browser.get("/login", params={"next": target})
    sent = {"email": OWNER, "password": PASSWORD, "csrf": form_token(form), "next": target}
    assert browser.post("/login", data=sent).headers["location"] == "/"


def test_the_cookie_is_for_this_site_and_no_script(browser: httpx.Client) -> None:
    plain = sign_in(browser, OWNER).headers["set-cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=lax" in plain
    assert "Path=/" in plain
    assert "Secure" not in plain
    behind_tls = sign_in(browser, OWNER, **{"X-Forwarded-Proto": "https"})
    assert "Secure" in behind_tls.headers["set-cookie"]


def test_signing_in_again_makes_another_session_and_ends_the_one_before(
    browser: httpx.Client,
) -> None:
    sign_in(browser, OWNER)
    before = browser.cookies["footfall_session"]
    sign_in(browser, OWNER)
    assert browser.cookies["footfall_session"] != before
    browser.cookies.clear()
    browser.cookies.set("footfall_session", before)
    assert browser.get(f"/sites/{SITE}").status_code == 303


def test_a_form_without_its_token_changes_nothing(browser: httpx.Client) -> None:
    browser.get("/login")
    for token in ("", "0" * 64):
        form = {"email": OWNER, "password": PASSWORD, "csrf": token}
        assert browser.post("/login", data=form).status_code == 403
    sign_in(browser, OWNER)
    assert browser.post("/logout", data={"csrf": ""}).status_code == 403
    assert browser.post("/account/password", data={"password": "x" * 20}).status_code == 403
    assert browser.get(f"/sites/{SITE}").status_code == 200


def test_a_cookie_that_was_copied_ends_with_the_session(
    browser: httpx.Client, store: Store
) -> None:
    sign_in(browser, OWNER)
    copied = browser.cookies["footfall_session"]
    page = browser.get(f"/sites/{SITE}")
    assert browser.post("/logout", data={"csrf": form_token(page)}).status_code == 303
    assert "footfall_session" not in browser.cookies
    browser.cookies.set("footfall_session", copied)
    assert browser.get(f"/sites/{SITE}").status_code == 303
    assert actions(store) == ["sign_in", "view", "sign_out"]


def test_a_raised_epoch_ends_every_session(browser: httpx.Client, store: Store) -> None:
    sign_in(browser, OWNER)
    user = get_user(store, OWNER)
    save_user(store, with_password(user, user.password_hash))
    assert browser.get(f"/sites/{SITE}").status_code == 303


def test_after_five_wrong_passwords_even_the_right_one_waits(
    browser: httpx.Client, store: Store
) -> None:
    for left in (4, 3, 2, 1, 0):
        refused = sign_in(browser, OWNER, "wrong")
        assert refused.status_code == 401
        assert re.search(rf"\b{left} (try|tries) left", refused.text)
    waiting = sign_in(browser, OWNER)
    assert waiting.status_code == 429
    assert 0 < int(waiting.headers["retry-after"]) <= WINDOW_S
    # Another address, by a trusted proxy's word, does not help with this account.
    assert sign_in(browser, OWNER, **{"X-Forwarded-For": "192.0.2.7"}).status_code == 429
    add_user(store, "other@shop.example")
    elsewhere = sign_in(browser, "other@shop.example", **{"X-Forwarded-For": "192.0.2.7"})
    assert elsewhere.status_code == 303


def test_an_address_runs_out_of_tries_with_any_name(browser: httpx.Client) -> None:
    here = {"X-Forwarded-For": "192.0.2.8"}
    for number in range(MAX_FAILURES):
        assert sign_in(browser, f"{number}@shop.example", "wrong", **here).status_code == 401
    assert sign_in(browser, OWNER, **here).status_code == 429
    assert sign_in(browser, OWNER, **{"X-Forwarded-For": "192.0.2.9"}).status_code == 303


def test_no_address_and_no_unknown_name_is_on_record(browser: httpx.Client, store: Store) -> None:
    sign_in(browser, "stranger@shop.example", "wrong", **{"X-Forwarded-For": "192.0.2.10"})
    records = store.rows("SELECT * FROM audit_rows")
    assert len(records) == 1
    assert "stranger" not in str(records)
    assert "192.0.2.10" not in str(records)


def test_a_password_that_works_once_leads_to_choosing_one(
    browser: httpx.Client, store: Store
) -> None:
    add_user(store, "new@shop.example", one_time=True)
    first = sign_in(browser, "new@shop.example")
    assert first.headers["location"] == "/account/password"
    assert browser.get(f"/sites/{SITE}").headers["location"] == "/account/password"
    with httpx.Client(base_url=browser.base_url) as second:
        assert sign_in(second, "new@shop.example").status_code == 401
    token = form_token(browser.get("/account/password"))
    form = {"password": "my own long one", "repeat": "my own long one", "csrf": token}
    assert browser.post("/account/password", data={**form, "repeat": "x"}).status_code == 400
    assert browser.post("/account/password", data=form).headers["location"] == "/"
    assert browser.get(f"/sites/{SITE}").status_code == 200
    with httpx.Client(base_url=browser.base_url) as second:
        assert sign_in(second, "new@shop.example", "my own long one").status_code == 303


def test_a_changed_password_needs_the_old_one_and_ends_other_sessions(
    browser: httpx.Client,
) -> None:
    with httpx.Client(base_url=browser.base_url) as other:
        sign_in(other, OWNER)
        sign_in(browser, OWNER)
        form = {"password": "my own long one", "repeat": "my own long one"}
        form["csrf"] = form_token(browser.get("/account/password"))
        wrong = browser.post("/account/password", data={**form, "current": "wrong"})
        assert wrong.status_code == 400
        short = browser.post(
            "/account/password", data={**form, "current": PASSWORD, "password": "short"}
        )
        assert short.status_code == 400
        done = browser.post("/account/password", data={**form, "current": PASSWORD})
        assert done.status_code == 303
        assert browser.get(f"/sites/{SITE}").status_code == 200
        assert other.get(f"/sites/{SITE}").status_code == 303


def test_every_answer_tells_the_browser_what_to_refuse(browser: httpx.Client) -> None:
    for path in ("/login", "/nowhere", "/health", "/static/mark.svg"):
        headers = browser.get(path).headers
        assert headers["content-security-policy"].startswith(
            "default-src 'none'; script-src 'self'"
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
    assert browser.get("/login").headers["cache-control"] == "no-store"
    assert "immutable" in browser.get("/static/mark.svg?v=1").headers["cache-control"]


def test_a_session_ends_when_idle_and_at_last_anyway() -> None:
    clock = [1_000_000.0]
    sessions = Sessions(b"k" * 32, clock=lambda: clock[0])
    session = sessions.begin(uuid4(), 0)
    cookie = sessions.cookie(session)
    clock[0] += IDLE_LIMIT_S - 1
    assert sessions.read(cookie) is not None
    clock[0] += 1
    assert sessions.read(cookie) is None
    while clock[0] < 1_000_000 + ABSOLUTE_LIMIT_S:
        cookie = sessions.cookie(session)
        clock[0] += IDLE_LIMIT_S / 2
    assert sessions.read(cookie) is None


def test_a_cookie_of_another_key_or_changed_is_none_of_ours() -> None:
    sessions = Sessions(b"k" * 32)
    cookie = sessions.cookie(sessions.begin(uuid4(), 0))
    assert sessions.read(cookie) is not None
    assert Sessions(b"l" * 32).read(cookie) is None
    place = len(cookie) // 2
    other = "A" if cookie[place] != "A" else "B"
    assert sessions.read(cookie[:place] + other + cookie[place + 1 :]) is None
    assert sessions.read("") is None


def test_the_key_is_made_once_and_readable_by_the_owner_alone(tmp_path: Path) -> None:
    key = session_key(tmp_path)
    assert session_key(tmp_path) == key
    assert len(key) == 32
    assert (tmp_path / "session.key").stat().st_mode & 0o777 == 0o600


def test_failures_are_forgotten_after_the_window_and_memory_is_bounded() -> None:
    throttle = Throttle()
    for _ in range(MAX_FAILURES):
        assert throttle.take("a", "b", 0.0) >= 0
    assert throttle.take("a", "b", WINDOW_S - 1.0) == -1
    assert throttle.retry_after_s("a", "b", WINDOW_S - 1.0) == 1
    assert throttle.take("a", "b", WINDOW_S + 1.0) == MAX_FAILURES - 1
    for number in range(MAX_KEYS):
        throttle.take(f"{number}", "c", WINDOW_S + 2.0)
    assert throttle.key_count <= MAX_KEYS


def test_a_success_forgives_the_account_but_not_the_address() -> None:
    throttle = Throttle()
    for number in range(MAX_FAILURES - 1):
        throttle.take("mine" if number else "other", "here", 0.0)
    assert throttle.take("mine", "here", 0.0) == 0
    throttle.succeed("mine", "here")
    assert throttle.take("mine", "elsewhere", 0.0) == MAX_FAILURES - 1
    assert throttle.take("third", "here", 0.0) == 0


def test_an_app_over_the_same_directory_knows_the_sessions(store: Store, tmp_path: Path) -> None:
    add_user(store, OWNER)
    app = an_app(store, tmp_path, lambda: NOW)
    with serving(app) as url, httpx.Client(base_url=url) as client:
        sign_in(client, OWNER)
        cookie = client.cookies["footfall_session"]
    again = create_app(app.state.context.settings, store, clock=lambda: NOW)
    with serving(again) as url, httpx.Client(base_url=url) as client:
        client.cookies.set("footfall_session", cookie)
        assert client.get(f"/sites/{SITE}").status_code == 200
