"""Live: an event shows within two seconds; one reader serves all who look and ends with them."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from dashboard.figures.live import LiveHub, read_live
from dashboard.figures.model import Live, LivePath
from schema import Site, Store
from schema.tokens import get_token, new_token, save_token
from schema.users import get_user, save_user, with_password
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows
from tests.dashboard.serve import add_user, an_app, serving, sign_in

BAKU = Site(name=SITE, timezone="Asia/Baku", small_number=2)
NOW = at("2026-11-18 10:30")
OWNER = "owner@shop.example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "db", BAKU) as opened:
        yield opened


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_a_visitor_is_where_the_latest_event_was(store: Store) -> None:
    insert_rows(
        store,
        [
            event_row(ago(4), visitor=1, path="/"),
            event_row(ago(1), visitor=1, path="/cart"),
            event_row(ago(40), visitor=2, path="/cart"),
            # Still reading: only engagement in the last five minutes.
            event_row(ago(2), visitor=2, path="/cart", name="engagement"),
            event_row(ago(2), visitor=3, path="/"),
            event_row(ago(6), visitor=4, path="/gone"),
            event_row(ago(1), visitor=0, path="/nobody"),
            event_row(ago(1), visitor=5, path="/", site="other.example"),
        ],
    )
    live = read_live(store, BAKU, NOW)
    assert (live.visitors, live.paths) == (3, [LivePath("/cart", 2), LivePath("/", 1)])
    assert live.at == NOW
    assert str(live.at.tzinfo) == "Asia/Baku"
    # From 10:01 to 10:30: at 10:24, 10:26, 10:28 one each, at 10:29 visitor 1's and nobody's.
    minutes = live.pageviews_per_minute
    assert len(minutes) == 30
    assert {29 - back: n for back, n in enumerate(reversed(minutes)) if n} == {
        23: 1,
        25: 1,
        27: 1,
        28: 2,
    }


def test_of_paths_with_as_many_visitors_the_one_last_come_to_is_first(store: Store) -> None:
    insert_rows(
        store,
        [
            event_row(ago(3), visitor=1, path="/a"),
            event_row(ago(1), visitor=2, path="/z"),
            event_row(ago(2), visitor=3, path="/b"),
            # Reading on is not coming.
            event_row(ago(0.5), visitor=1, path="/a", name="engagement"),
        ],
    )
    paths = [row.path for row in read_live(store, BAKU, NOW).paths]
    assert paths == ["/z", "/b", "/a"]


def test_somebody_just_after_the_sites_midnight_is_there(store: Store) -> None:
    midnight = at("2026-11-18 20:00")
    insert_rows(
        store,
        [
            event_row(
                midnight - timedelta(minutes=1), visitor=1, day=at("2026-11-18 00:00").date()
            ),
            event_row(
                midnight + timedelta(minutes=1), visitor=2, day=at("2026-11-19 00:00").date()
            ),
        ],
    )
    assert read_live(store, BAKU, midnight + timedelta(minutes=2)).visitors == 2


def test_a_seller_sees_the_own_pages_and_no_small_number(store: Store) -> None:
    rows = [event_row(ago(1), visitor=visitor, path="/topdan/a") for visitor in (1, 2, 3)]
    insert_rows(store, [*rows, event_row(ago(1), visitor=4, path="/other")])
    live = read_live(store, BAKU, NOW, ("/topdan",))
    assert (live.visitors, live.paths) == (3, [LivePath("/topdan/a", 3)])
    few = read_live(store, Site(name=SITE, small_number=5), NOW, ("/topdan",))
    assert (few.visitors, few.paths, few.hidden_below) == (0, [], 5)


def test_all_who_look_share_one_reader_that_ends_with_the_last(store: Store) -> None:
    async def look() -> list[int]:
        hub = LiveHub(store, lambda: NOW)
        first = hub.stream(BAKU, (), heartbeat_s=10)
        second = hub.stream(BAKU, (), heartbeat_s=10)
        await anext(first)
        await anext(second)
        counts = [hub.poller_count]
        await first.aclose()  # type: ignore[attr-defined]
        counts.append(hub.poller_count)
        await second.aclose()  # type: ignore[attr-defined]
        return [*counts, hub.poller_count]

    assert asyncio.run(look()) == [1, 1, 0]


def test_a_change_is_told_and_silence_is_a_comment(store: Store) -> None:
    async def look() -> tuple[bytes, bytes, bytes]:
        stream = LiveHub(store, lambda: NOW).stream(BAKU, (), heartbeat_s=1.0)
        first = await anext(stream)
        quiet = await anext(stream)
        insert_rows(store, [event_row(ago(1), visitor=9, path="/new")])
        changed = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        return first, quiet, changed

    first, quiet, changed = asyncio.run(look())
    assert live_of(first).visitors == 0
    assert quiet.startswith(b":")
    assert live_of(changed).paths == [LivePath("/new", 1)]


def live_of(event: bytes) -> Live:
    head, data = event.rstrip().split(b"\n")
    assert head == b"event: live"
    return msgspec.json.decode(data.removeprefix(b"data: "), type=Live)


def test_an_event_is_told_to_an_open_page(store: Store, tmp_path: Path) -> None:
    add_user(store, OWNER)
    app = an_app(store, tmp_path, lambda: datetime.now(UTC))
    with serving(app) as url, httpx.Client(base_url=url, timeout=60) as client:
        sign_in(client, OWNER)
        with client.stream("GET", f"/api/live?site={SITE}") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            assert next(lines) == "event: live"
            begun_s = time.monotonic()
            insert_rows(store, [event_row(datetime.now(UTC), visitor=7, path="/just-now")])
            shown = next(line for line in lines if "/just-now" in line)
            sys.stdout.write(f"told {time.monotonic() - begun_s:.2f} s after it was stored\n")
            assert '"visitors":1' in shown
            # A session that was ended gets no more.
            user = get_user(store, OWNER)
            save_user(store, with_password(user, user.password_hash))
            insert_rows(store, [event_row(datetime.now(UTC), visitor=8, path="/too-late")])
            assert not [line for line in lines if "/too-late" in line]


def test_the_number_alone_is_for_a_token_or_a_session(store: Store, tmp_path: Path) -> None:
    insert_rows(store, [event_row(ago(1), visitor=1), event_row(ago(1), visitor=2)])
    add_user(store, OWNER)
    secrets = {}
    for name, scope, sites in (
        ("stats", "stats", ()),
        ("sql", "sql", ()),
        ("elsewhere", "stats", ("other.example",)),
    ):
        token, secrets[name] = new_token(name, scope, sites)  # type: ignore[arg-type]
        save_token(store, token)
    path = f"/api/v1/stats/realtime/visitors?site_id={SITE}"

    def asked(name: str) -> httpx.Response:
        return client.get(path, headers={"Authorization": f"Bearer {secrets[name]}"})

    with serving(an_app(store, tmp_path, lambda: NOW)) as url, httpx.Client(base_url=url) as client:
        assert client.get(path).status_code == 401
        assert (asked("stats").status_code, asked("stats").json()) == (200, 2)
        assert asked("sql").status_code == 401
        assert asked("elsewhere").status_code == 404
        sign_in(client, OWNER)
        assert client.get(path).json() == 2
        assert client.get("/api/v1/stats/realtime/visitors").status_code == 400
    actors = store.rows("SELECT actor, rows FROM audit_rows WHERE action = 'view' ORDER BY at")
    by_token, by_user = str(get_token(store, "stats").id), str(get_user(store, OWNER).id)
    assert actors == [(by_token, 1), (by_token, 1), (by_user, 1)]
