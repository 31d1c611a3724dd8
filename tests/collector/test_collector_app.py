"""Promise: the public listener answers as CONTRACT says, and 202 only for what is on the disk."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from collector.app import create_app
from collector.event import Drop, Event
from collector.journal.frames import JournalRecord, decode_frames
from collector.journal.journal import segment_path, segment_sequences
from collector.listener.address import Proxies
from collector.rules.published import Rules, publish, rules_path
from collector.settings import CollectorSettings
from schema.sites import Site
from tests.build import CHROME, SITE, a_site

TOKEN = "not-a-secret"
LIMIT_S = 60.0
PAGE = "https://shop.example/"


def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; fail after a limit."""
    give_up_at_s = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < give_up_at_s, "waited in vain"
        time.sleep(0.01)


# What every browser sends beside its beacons.
BROWSER = {"user-agent": CHROME, "accept-language": "az"}


@dataclass
class Listener:
    """A collector that listens, and its data directory."""

    url: str
    data: Path
    client: httpx.Client

    def post(self, body: bytes | dict[str, Any], **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post("/api/event", content=content, headers=headers)

    def records(self) -> list[JournalRecord]:
        directory = self.data / "journal" / "c0"
        return [
            record
            for sequence in segment_sequences(directory)
            for record in records_of(segment_path(directory, sequence))
        ]

    def event(self) -> Event:
        (record,) = self.records()
        assert isinstance(record, Event), record
        return record


def records_of(path: Path) -> list[JournalRecord]:
    return [frame.record for frame in decode_frames(path.read_bytes(), 0, 1_000)[0]]


def published(data: Path, *sites: Site) -> None:
    rules = Rules(
        published_at=datetime.now(UTC),
        sites={site.name: site for site in sites},
        event_tokens={hashlib.sha256(TOKEN.encode()).hexdigest(): ()},
    )
    publish(rules_path(data), rules)


@contextmanager
def listening(data: Path, **settings: Any) -> Iterator[Listener]:
    """Serve a collector on a free port."""
    app = create_app(CollectorSettings(data=data, journal_slot="c0", **settings))
    config = uvicorn.Config(
        app, ws="none", lifespan="on", log_config=None, access_log=False, proxy_headers=False
    )
    server = uvicorn.Server(config)
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started)
            with httpx.Client(base_url=url, headers=BROWSER) as client:
                yield Listener(url, data, client)
        finally:
            server.should_exit = True
            thread.join(LIMIT_S)


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Listener]:
    published(tmp_path, a_site(), a_site("other.example", hostnames=("*",)))
    with listening(tmp_path) as found:
        yield found


def a_body(**changes: Any) -> dict[str, Any]:
    return {"n": "pageview", "u": PAGE, "d": SITE} | changes


def test_an_accepted_beacon_is_on_the_disk_when_it_is_answered(collector: Listener) -> None:
    answer = collector.post(a_body(u=f"{PAGE}cart"))
    assert (answer.status_code, answer.text) == (202, "ok")
    assert "x-footfall-dropped" not in answer.headers
    assert collector.event().path == "/cart"


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "nonsense"])
def test_any_content_type_will_do(collector: Listener, kind: str) -> None:
    assert collector.post(a_body(), **{"content-type": kind}).status_code == 202


def test_a_body_for_plausible_is_taken(collector: Listener) -> None:
    body = {
        "name": "Signup",
        "url": "https://shop.example/register",
        "domain": "shop.example",
        "referrer": "https://www.google.com/",
        "props": '{"plan":"free"}',
        "revenue": {"currency": "USD", "amount": 1322.22},
        "interactive": False,
    }
    assert collector.post(body).status_code == 202
    event = collector.event()
    assert (event.name, event.source, event.props) == ("Signup", "Google", {"plan": "free"})
    assert (str(event.revenue), event.currency, event.interactive) == ("1322.22", "USD", False)


def test_a_dropped_beacon_is_told_and_journaled(collector: Listener) -> None:
    answer = collector.post(a_body(), **{"user-agent": "curl/8.5.0"})
    assert (answer.status_code, answer.text) == (202, "ok")
    assert answer.headers["X-Footfall-Dropped"] == "bot"
    (record,) = collector.records()
    assert isinstance(record, Drop)
    assert (record.site, record.reason, record.detail) == (SITE, "bot", "curl")


def test_a_beacon_counted_for_one_of_its_sites_is_not_dropped(collector: Listener) -> None:
    answer = collector.post(a_body(d=f"{SITE},other.example", u="https://elsewhere.example/"))
    assert "x-footfall-dropped" not in answer.headers
    dropped, counted = collector.records()
    assert isinstance(dropped, Drop)
    assert isinstance(counted, Event)
    assert dropped.reason == "hostname"
    assert counted.site == "other.example"


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_a_signal_in_a_header_counts_for_nobody(collector: Listener, header: str) -> None:
    assert collector.post(a_body(), **{header: "1"}).status_code == 202
    assert collector.event().visitor == 0


def test_all_bad_fields_are_answered_at_once(collector: Listener) -> None:
    answer = collector.post(a_body(u="nowhere", d="gone.example", sd=500))
    assert answer.status_code == 400
    assert sorted(answer.json()["fields"]) == ["d", "sd", "url"]
    assert "footfall site add gone.example" in answer.json()["fields"]["d"][0]
    assert answer.json()["error"]
    assert collector.records() == []


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{", b"null", b"[" * 9_000])
def test_a_body_that_is_no_object_is_a_bad_request(collector: Listener, body: bytes) -> None:
    answer = collector.post(body)
    assert answer.status_code == 400
    assert answer.json()["fields"] == {}


def test_16_kib_are_taken_and_no_byte_more(collector: Listener) -> None:
    body = json.dumps(a_body()).encode()
    assert collector.post(body.ljust(16_384)).status_code == 202
    assert collector.post(body.ljust(16_385)).status_code == 413


def test_a_body_of_untold_length_is_cut_off_at_16_kib(collector: Listener) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(17):
            yield bytes(1024)

    assert collector.client.post("/api/event", content=chunks()).status_code == 413


def test_a_body_may_come_in_pieces(collector: Listener) -> None:
    body = json.dumps(a_body()).encode()
    pieces = iter([body[:10], body[10:]])
    assert collector.client.post("/api/event", content=pieces).status_code == 202


def test_a_client_that_leaves_half_way_harms_nobody(collector: Listener) -> None:
    url = httpx.URL(collector.url)
    with closing(socket.create_connection((url.host, url.port or 80))) as connection:
        connection.sendall(b"POST /api/event HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
    assert collector.post(a_body()).status_code == 202
    assert len(collector.records()) == 1


@pytest.mark.parametrize("length", [b"x", b"-1", b"9" * 30])
def test_a_nonsensical_length_is_the_clients_fault(collector: Listener, length: bytes) -> None:
    url = httpx.URL(collector.url)
    with closing(socket.create_connection((url.host, url.port or 80))) as connection:
        connection.settimeout(LIMIT_S)
        connection.sendall(
            b"POST /api/event HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n{}"
        )
        assert connection.recv(64).startswith(b"HTTP/1.1 4")


def test_a_token_lets_a_server_set_address_agent_and_time(collector: Listener) -> None:
    now = datetime.now(UTC)
    claims = {"ip": "198.51.100.1", "user_agent": CHROME, "timestamp": now.isoformat()}
    authorization = {"authorization": f"Bearer {TOKEN}", "user-agent": "shop-backend/1"}
    assert collector.post(a_body(**claims), **authorization).status_code == 202
    assert collector.event().time == now
    wrong = collector.post(a_body(**claims), authorization="Bearer wrong")
    assert wrong.status_code == 400
    assert sorted(wrong.json()["fields"]) == ["ip", "timestamp", "user_agent"]


def test_a_flood_from_one_address_is_told_to_wait_and_a_token_is_not(collector: Listener) -> None:
    beacon = {"n": "pageview", "u": PAGE, "d": SITE}
    # 1,000 at once and 50 a second are taken, and this client sends far more than 50 a second.
    floods = (collector.post(beacon) for _ in range(5_000))
    refused = next(answer for answer in floods if answer.status_code != 202)
    vouched = collector.post(beacon, Authorization=f"Bearer {TOKEN}")

    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "too many beacons" in refused.json()["error"]
    assert vouched.status_code == 202


def test_a_trusted_proxys_word_decides_the_visitor(tmp_path: Path) -> None:
    published(tmp_path, a_site())
    with listening(tmp_path, proxies=Proxies([ip_network("127.0.0.0/8")])) as collector:
        for address in ("203.0.113.7", "203.0.113.8", "203.0.113.7"):
            collector.post(a_body(), **{"x-forwarded-for": f"192.0.2.1, {address}"})
        first, second, third = (r.visitor for r in collector.records() if isinstance(r, Event))
    assert first == third != second


def test_an_untrusted_word_decides_nothing(collector: Listener) -> None:
    for address in ("203.0.113.7", "203.0.113.8"):
        collector.post(a_body(), **{"x-forwarded-for": address})
    first, second = (r.visitor for r in collector.records() if isinstance(r, Event))
    assert first == second


def test_any_origin_may_send_and_read(collector: Listener) -> None:
    for path in ("/api/event", "/beacon.js", "/pixel.gif"):
        preflight = collector.client.options(path, headers={"origin": "https://shop.example"})
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in preflight.headers
    allowed = collector.client.options("/api/event").headers
    assert "POST" in allowed["access-control-allow-methods"]
    assert "Content-Type" in allowed["access-control-allow-headers"]
    dropped = collector.post(a_body(), **{"user-agent": "curl/8.5.0"})
    for answer in (dropped, collector.post(a_body()), collector.post(b"")):
        assert answer.headers["access-control-allow-origin"] == "*"
    assert "X-Footfall-Dropped" in dropped.headers["access-control-expose-headers"]


def test_other_methods_are_not_allowed(collector: Listener) -> None:
    answer = collector.client.get("/api/event")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_health_follows_the_rules(tmp_path: Path) -> None:
    with listening(tmp_path) as collector:
        assert collector.client.get("/health").status_code == 503
        answer = collector.post(a_body())
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert collector.records() == []
        published(tmp_path, a_site())
        until(lambda: collector.client.get("/health").status_code == 200)
        assert collector.post(a_body()).status_code == 202


def test_a_new_site_counts_without_a_restart(collector: Listener) -> None:
    assert collector.post(a_body(d="new.example", u="https://new.example/")).status_code == 400
    published(collector.data, a_site("new.example"))
    body = a_body(d="new.example", u="https://new.example/")
    until(lambda: collector.post(body).status_code == 202)


def test_a_salts_file_that_cannot_be_used_means_not_now(tmp_path: Path) -> None:
    published(tmp_path, a_site())
    (tmp_path / "salts").mkdir()
    with listening(tmp_path) as collector:
        answer = collector.post(a_body())
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
        assert collector.records() == []


def test_the_pixel_counts_a_pageview(collector: Listener) -> None:
    query = {"site": SITE, "url": f"{PAGE}plain", "referrer": "https://www.google.com/"}
    answer = collector.client.get("/pixel.gif", params=query)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/gif"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.content.startswith(b"GIF89a\x01\x00\x01\x00")
    event = collector.event()
    assert (event.name, event.path, event.source) == ("pageview", "/plain", "Google")


def test_a_question_about_the_pixel_counts_nothing(collector: Listener) -> None:
    answer = collector.client.head("/pixel.gif", params={"site": SITE, "url": PAGE})
    assert answer.status_code == 200
    assert collector.records() == []


def test_the_pixel_knows_its_page_by_the_referer(collector: Listener) -> None:
    headers = {"referer": f"{PAGE}plain"}
    answer = collector.client.get("/pixel.gif", params={"site": SITE}, headers=headers)
    assert answer.status_code == 200
    assert collector.event().path == "/plain"


def test_the_pixel_tells_drops_and_faults(collector: Listener) -> None:
    bot = {"user-agent": "curl/8.5.0"}
    query = {"site": SITE, "url": PAGE}
    dropped = collector.client.get("/pixel.gif", params=query, headers=bot)
    assert (dropped.status_code, dropped.headers["X-Footfall-Dropped"]) == (200, "bot")
    refused = collector.client.get("/pixel.gif", params={"site": "gone.example", "url": PAGE})
    assert refused.status_code == 400
    assert list(refused.json()["fields"]) == ["domain"]


def test_the_script_is_served_under_its_names(collector: Listener) -> None:
    answer = collector.client.get("/beacon.js", headers={"accept-encoding": "br"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert collector.client.get("/beacon.outbound.vitals.js").status_code == 200
    assert collector.client.get("/beacon.nothing.js").status_code == 404
    again = {"if-none-match": answer.headers["etag"]}
    assert collector.client.get("/beacon.js", headers=again).status_code == 304


def test_the_demo_shops_pages_have_no_ending(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    (shop / "gifts").mkdir(parents=True)
    for name in ("index.html", "cart.html", "gifts/index.html", "gifts.html", "404.html", "a.css"):
        (shop / name).write_text(name)
    (tmp_path / "secret.html").write_text("secret")
    published(tmp_path, a_site())
    with listening(tmp_path, demo=shop) as collector:
        for path, status, text in [
            ("/demo/", 200, "index.html"),
            ("/demo/cart", 200, "cart.html"),
            ("/demo/gifts", 200, "gifts.html"),
            ("/demo/gifts/", 200, "gifts/index.html"),
            ("/demo/a.css", 200, "a.css"),
            ("/demo/none", 404, "404.html"),
            ("/demo/..%2Fsecret", 404, "404.html"),
        ]:
            answer = collector.client.get(path)
            assert (answer.status_code, answer.text) == (status, text), path
        assert collector.client.get("/demo").headers["location"].endswith("/demo/")


def test_no_byte_on_the_disk_tells_who_it_was(tmp_path: Path) -> None:
    published(tmp_path, a_site())
    with listening(tmp_path, proxies=Proxies([ip_network("127.0.0.1")])) as collector:
        forwarded = {"x-forwarded-for": "203.0.113.7"}
        assert (
            collector.post(a_body(k="a-page-id", c="a-consent-id"), **forwarded).status_code == 202
        )
        assert collector.post(a_body(g=True), **forwarded).status_code == 202
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    address = bytes([203, 0, 113, 7])
    for secret in (
        b"203.0.113.7",
        address,
        address[::-1],
        b"AppleWebKit",
        b"a-page-id",
        b"a-consent-id",
    ):
        assert secret not in kept
