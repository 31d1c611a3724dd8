"""Second factor: a password alone opens nothing once it is on, and each code opens once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pyotp
import pytest

from dashboard.signin.codes import STEP_S, matching_step
from dashboard.signin.second_step import LIFETIME_S, SecondStep
from dashboard.signin.sessions import session_key
from dashboard.signin.throttle import MAX_FAILURES
from footfall.commands import Context, run_command
from footfall.commands.users import listing
from footfall.config import Config
from footfall.errors import UsageError
from footfall.paths import DataPaths
from schema import Site, Store
from schema.errors import SealError
from schema.keys import Keys, parse_key
from schema.second_factors import (
    find_second_factor,
    list_second_factors,
    opened_secret,
    save_second_factor,
    seal_second_factors_again,
)
from schema.users import get_user
from tests.dashboard.build_rows import SITE, a_store, at
from tests.dashboard.serve import PASSWORD, add_user, an_app, form_token, serving, sign_in

NOW = at("2026-11-18 12:00")
OWNER = "owner@shop.example"
# RFC 6238, appendix B: the secret of its examples, in base32.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


class Clock:
    """The dashboard's time, in the test's hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "db", Site(name=SITE)) as opened:
        add_user(opened, OWNER)
        yield opened


@pytest.fixture
def browser(store: Store, tmp_path: Path, clock: Clock) -> Iterator[httpx.Client]:
    with (
        serving(an_app(store, tmp_path, clock)) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield client


@contextmanager
def another(client: httpx.Client) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=client.base_url) as found:
        yield found


def turn_on(client: httpx.Client, clock: Clock) -> tuple[str, list[str]]:
    """Turn it on in a signed-in browser; return the secret and the recovery codes."""
    page = client.get("/account/second-factor")
    found = dict(re.findall(r'name="(secret|proof)" value="([^"]+)"', page.text))
    form = {"csrf": form_token(page), **found, "password": PASSWORD}
    done = client.post(
        "/account/second-factor", data={**form, "code": code_at(found["secret"], clock.now)}
    )
    assert done.status_code == 200, done.text
    shown = re.search(r'<code id="codes">([^<]+)</code>', done.text)
    assert shown
    return found["secret"], shown[1].splitlines()


def code_at(secret: str, now: datetime) -> str:
    return pyotp.TOTP(secret).at(now)


def give_code(client: httpx.Client, code: str, **headers: str) -> httpx.Response:
    page = client.get("/login/code")
    return client.post(
        "/login/code", data={"csrf": form_token(page), "code": code}, headers=headers
    )


def actions(store: Store) -> list[str]:
    return [action for (action,) in store.rows("SELECT action FROM audit_rows ORDER BY number")]


def test_codes_are_those_of_the_standard() -> None:
    for instant, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        now = datetime.fromtimestamp(instant, NOW.tzinfo)
        assert matching_step(RFC_SECRET, code, now) == instant // STEP_S


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step(steps: int, is_taken: bool) -> None:
    code = code_at(RFC_SECRET, NOW + timedelta(seconds=steps * STEP_S))
    assert (matching_step(RFC_SECRET, code, NOW) is not None) == is_taken


def test_a_password_alone_opens_nothing(browser: httpx.Client, store: Store, clock: Clock) -> None:
    sign_in(browser, OWNER)
    secret, codes = turn_on(browser, clock)
    assert len(set(codes)) == 10
    clock.pass_by(STEP_S)
    with another(browser) as other:
        asked = sign_in(other, OWNER)
        assert (asked.status_code, asked.headers["location"]) == (303, "/login/code")
        assert other.get(f"/sites/{SITE}").headers["location"].startswith("/login")
        wrong = give_code(other, "000000")
        assert (wrong.status_code, "4 tries left" in wrong.text) == (401, True)
        done = give_code(other, code_at(secret, clock.now))
        assert (done.status_code, done.headers["location"]) == (303, "/")
        assert other.get(f"/sites/{SITE}").status_code == 200
    noted = [each for each in actions(store) if each != "view"]
    assert noted == [
        "sign_in", "second_factor_on", "password_accepted", "second_factor_failed", "sign_in",
    ]  # fmt: skip
    assert secret not in str(store.rows("SELECT * FROM audit_rows"))


def test_a_code_opens_once(browser: httpx.Client, store: Store, clock: Clock) -> None:
    sign_in(browser, OWNER)
    secret, _ = turn_on(browser, clock)
    used = code_at(secret, clock.now)
    with another(browser) as other:
        sign_in(other, OWNER)
        # The one that turned it on is used up, too.
        assert give_code(other, used).status_code == 401
        clock.pass_by(STEP_S)
        following = code_at(secret, clock.now)
        assert give_code(other, following).status_code == 303
    with another(browser) as third:
        sign_in(third, OWNER)
        assert give_code(third, following).status_code == 401
        # Nor does an earlier one that nobody used, once a later one was.
        assert give_code(third, used).status_code == 401
    assert actions(store).count("second_factor_reused") == 3


def test_a_recovery_code_opens_once_however_it_is_typed(
    browser: httpx.Client, store: Store, clock: Clock
) -> None:
    sign_in(browser, OWNER)
    _, codes = turn_on(browser, clock)
    typed = codes[3].replace(" ", "-").upper()
    for answer in (303, 401):
        with another(browser) as other:
            sign_in(other, OWNER)
            assert give_code(other, typed).status_code == answer
    assert "9 of your recovery codes are unused" in browser.get("/account").text
    kept = str(store.rows("SELECT * FROM user_second_factors"))
    assert not any(code.replace(" ", "") in kept for code in codes)
    used = store.rows("SELECT detail FROM audit_rows WHERE action = 'recovery_code_used'")
    assert used == [("9 left",)]


def test_codes_cannot_be_guessed_and_a_right_password_gives_no_tries_back(
    browser: httpx.Client, clock: Clock
) -> None:
    sign_in(browser, OWNER)
    secret, _ = turn_on(browser, clock)
    clock.pass_by(STEP_S)
    with another(browser) as thief:
        for number in range(MAX_FAILURES):
            sign_in(thief, OWNER, **{"X-Forwarded-For": f"192.0.2.{number}"})
            here = {"X-Forwarded-For": f"192.0.2.{number}"}
            assert give_code(thief, "000000", **here).status_code == 401
        refused = give_code(thief, code_at(secret, clock.now))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


def test_the_way_to_a_code_is_open_for_minutes_and_ends_with_a_new_password(
    browser: httpx.Client, store: Store, clock: Clock, tmp_path: Path
) -> None:
    assert browser.get("/login/code").headers["location"] == "/login"
    sign_in(browser, OWNER)
    secret, _ = turn_on(browser, clock)
    clock.pass_by(STEP_S)
    with another(browser) as other:
        sign_in(other, OWNER)
        cookie = other.cookies["footfall_step"]
        page = browser.get("/account/password")
        form = {"csrf": form_token(page), "current": PASSWORD}
        browser.post("/account/password", data={**form, "password": "x" * 12, "repeat": "x" * 12})
        assert browser.get(f"/sites/{SITE}").status_code == 200
        assert give_code(other, code_at(secret, clock.now)).status_code == 401
    began = SecondStep(session_key(tmp_path)).read(cookie)
    assert began is not None
    for later, is_read in ((LIFETIME_S - 1, True), (LIFETIME_S, False)):
        step = SecondStep(session_key(tmp_path), partial(float, began.began_at + later))
        assert (step.read(cookie) is not None) == is_read
    assert SecondStep(b"other" * 8).read(cookie) is None
    # It is no session.
    with another(browser) as other:
        other.cookies.set("footfall_session", cookie)
        assert other.get(f"/sites/{SITE}").status_code == 303


def test_turning_it_on_needs_the_password_and_the_apps_code_and_ends_other_sessions(
    browser: httpx.Client, store: Store, clock: Clock
) -> None:
    with another(browser) as other:
        sign_in(other, OWNER)
        sign_in(browser, OWNER)
        page = browser.get("/account/second-factor")
        found = dict(re.findall(r'name="(secret|proof)" value="([^"]+)"', page.text))
        form = {"csrf": form_token(page), **found, "password": PASSWORD}
        right = code_at(found["secret"], clock.now)
        for wrong in ({"code": "000000"}, {"code": right, "password": "another"}):
            refused = browser.post("/account/second-factor", data={**form, **wrong})
            assert refused.status_code == 400
            # The same square again: it was scanned already.
            assert found["secret"] in refused.text
        # A secret that was not drawn here.
        chosen = {**form, "secret": RFC_SECRET, "code": code_at(RFC_SECRET, clock.now)}
        assert browser.post("/account/second-factor", data=chosen).status_code == 303
        assert list_second_factors(store) == []
        done = browser.post("/account/second-factor", data={**form, "code": right})
        assert done.status_code == 200
        assert done.headers["cache-control"] == "no-store"
        assert browser.get(f"/sites/{SITE}").status_code == 200
        assert other.get(f"/sites/{SITE}").status_code == 303
        assert browser.get("/account/second-factor").headers["location"] == "/account"


def test_it_goes_off_with_password_and_code_alone(
    browser: httpx.Client, store: Store, clock: Clock
) -> None:
    sign_in(browser, OWNER)
    secret, codes = turn_on(browser, clock)
    clock.pass_by(STEP_S)
    path = "/account/second-factor/off"
    form = {"csrf": form_token(browser.get("/account"))}
    for password, code in ((PASSWORD, "000000"), ("another", codes[0]), (PASSWORD, "")):
        refused = browser.post(path, data={**form, "password": password, "code": code})
        assert (refused.status_code, 'role="alert"' in refused.text) == (400, True)
    right = {"password": PASSWORD, "code": code_at(secret, clock.now)}
    assert browser.post(path, data={**form, **right}).headers["location"] == "/account"
    with another(browser) as other:
        assert sign_in(other, OWNER).headers["location"] == "/"
    assert actions(store)[-2:] == ["second_factor_off", "sign_in"]


def test_new_recovery_codes_end_those_before(browser: httpx.Client, clock: Clock) -> None:
    sign_in(browser, OWNER)
    secret, before = turn_on(browser, clock)
    clock.pass_by(STEP_S)
    form = {"csrf": form_token(browser.get("/account")), "password": PASSWORD}
    done = browser.post(
        "/account/second-factor/codes", data={**form, "code": code_at(secret, clock.now)}
    )
    shown = re.search(r'<code id="codes">([^<]+)</code>', done.text)
    assert shown
    with another(browser) as other:
        sign_in(other, OWNER)
        assert give_code(other, before[0]).status_code == 401
        assert give_code(other, shown[1].splitlines()[0]).status_code == 303


def test_where_it_is_required_figures_wait_for_it(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    app = an_app(store, tmp_path, clock, requires_second_factor=True)
    with serving(app) as url, httpx.Client(base_url=url) as client:
        sign_in(client, OWNER)
        for path in ("/", f"/sites/{SITE}", "/audit", "/sql", "/privacy/requests"):
            assert client.get(path).headers["location"] == "/account", path
        assert client.get(f"/api/live?site={SITE}").status_code == 403
        assert "Everybody who signs in here needs it" in client.get("/account").text
        turn_on(client, clock)
        assert client.get(f"/sites/{SITE}").status_code == 200


def test_a_command_lets_in_who_lost_telephone_and_codes(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    context = Context(store, DataPaths(tmp_path), Config(data=tmp_path))
    with serving(an_app(store, tmp_path, clock)) as url, httpx.Client(base_url=url) as client:
        sign_in(client, OWNER)
        turn_on(client, clock)
        assert [user["second_factor"] for user in listing(context)] == [True]
        run_command(context, "user_reset_2fa", {"email": OWNER})
        assert [user["second_factor"] for user in listing(context)] == [False]
        assert client.get(f"/sites/{SITE}").status_code == 303, "sessions end"
        assert sign_in(client, OWNER).headers["location"] == "/"
    with pytest.raises(UsageError, match="nothing to reset"):
        run_command(context, "user_reset_2fa", {"email": OWNER})
    user = get_user(store, OWNER)
    assert store.rows("SELECT detail FROM audit_rows WHERE actor = 'cli'") == [
        (f"user reset 2fa: {user.id}",)
    ]


KEY, NEXT_KEY = parse_key("0a" * 32), parse_key("0b" * 32)


def test_secrets_are_sealed_for_one_user_and_again_when_keys_change(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    app = an_app(store, tmp_path, clock, keys=Keys((KEY,)))
    with serving(app) as url, httpx.Client(base_url=url) as client:
        sign_in(client, OWNER)
        secret, codes = turn_on(client, clock)
    assert secret not in str(store.rows("SELECT * FROM user_second_factors"))
    factor = find_second_factor(store, get_user(store, OWNER).id)
    assert factor is not None
    assert opened_secret(Keys((KEY,)), factor) == secret
    other = add_user(store, "other@shop.example")
    # Copied into another account it opens nothing.
    save_second_factor(
        store, type(factor)(user=other.id, secret=factor.secret, used_step=0)
    )  # fmt: skip
    moved = find_second_factor(store, other.id)
    assert moved is not None
    with pytest.raises(SealError):
        opened_secret(Keys((KEY,)), moved)
    store.command("ALTER TABLE user_second_factors DELETE WHERE user = {user:UUID}"
                  " SETTINGS mutations_sync = 2", {"user": other.id})  # fmt: skip
    assert seal_second_factors_again(store, Keys((NEXT_KEY, KEY))) == 1
    app = an_app(store, tmp_path, clock, keys=Keys((NEXT_KEY,)))
    clock.pass_by(STEP_S)
    with serving(app) as url, httpx.Client(base_url=url) as client:
        sign_in(client, OWNER)
        assert give_code(client, code_at(secret, clock.now)).status_code == 303
    # Without the key the app's codes are of no use, and recovery codes still are.
    app = an_app(store, tmp_path, clock, keys=Keys((KEY,)))
    clock.pass_by(STEP_S)
    with serving(app) as url, httpx.Client(base_url=url) as client:
        sign_in(client, OWNER)
        assert give_code(client, code_at(secret, clock.now)).status_code == 401
        assert give_code(client, codes[0]).status_code == 303
