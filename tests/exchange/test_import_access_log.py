"""Access log: people's pageviews come in as events, and nothing of an address stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from footfall.errors import CommandError
from schema import Store
from tests.build import CHROME
from tests.exchange.bringing_in import Here, here, site_figures, written

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def a_line(
    time: str,
    path: str,
    *,
    address: str = "203.0.113.7",
    method: str = "GET",
    status: int = 200,
    referrer: str = "-",
    agent: str = CHROME,
) -> str:
    return (
        f'{address} - - [01/Jan/2026:{time} +0400] "{method} {path} HTTP/1.1" {status} 512'
        f' "{referrer}" "{agent}"\n'
    )


# Two people and programs.  The first reads three pages within ten minutes and comes back an hour
# later: two sessions, of which the second is a bounce.  The second has one page: a bounce.
DAY = (
    a_line("09:00:00", "/?utm_source=newsletter&utm_medium=email&email=a@mail.example")
    + a_line("09:00:01", "/style.css")
    + a_line("09:04:00", "/shoes/red%20one", referrer="https://shop.example/")
    + a_line("09:10:00", "/cart.php", status=304)
    + a_line("10:10:01", "/", referrer="https://www.google.com/search?q=shoes")
    + a_line("11:00:00", "/about", address="2001:db8::5", agent=IPHONE)
    + a_line("11:00:02", "/about", address="198.51.100.9", agent=GOOGLEBOT)
    + a_line("11:00:03", "/missing", status=404)
    + a_line("11:00:04", "/checkout", method="POST")
)


@pytest.fixture
def shop(embedded_store: Store, tmp_path: Path) -> Here:
    return here(embedded_store, tmp_path, timezone="Asia/Baku")


def test_a_combined_log_becomes_sessions_and_a_closed_day(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    report = shop.bring_in(written(tmp_path / "access.log", DAY))

    # 2 visitors, 3 sessions, 5 pageviews, 2 bounces, and 600 seconds in the first session.
    assert site_figures(embedded_store) == {"2026-01-01": (2, 3, 5, 5, 2, 600)}
    assert report["events"] == 5
    assert report["left_out"] == {
        "files that are no pages": 1,
        "bots": 1,
        "answers that are no page (redirects and errors)": 1,
        "requests that are no GET": 1,
    }


def test_pages_and_campaigns_are_read_as_a_beacon_reads_them(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    shop.bring_in(written(tmp_path / "access.log", DAY))

    rows = embedded_store.rows(
        "SELECT path, referrer, source, channel, device FROM events ORDER BY time"
    )
    assert rows == [
        ("/", "", "newsletter", "Email", "Desktop"),
        ("/shoes/red one", "", "", "Direct", "Desktop"),
        ("/cart.php", "", "", "Direct", "Desktop"),
        ("/", "https://www.google.com/search", "Google", "Organic Search", "Desktop"),
        ("/about", "", "", "Direct", "Mobile"),
    ]


def test_nothing_of_an_address_or_user_agent_is_kept(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    shop.bring_in(written(tmp_path / "access.log", DAY))

    kept = str(embedded_store.rows("SELECT * FROM event_rows")) + "".join(
        path.read_text("latin-1") for path in shop.context.paths.root.rglob("*") if path.is_file()
    )
    for secret in ("203.0.113.7", "2001:db8", "AppleWebKit", "a@mail.example"):
        assert secret not in kept
    assert not list(shop.context.paths.imports.iterdir())


def test_the_same_log_makes_other_visitors_each_time(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    log = written(tmp_path / "access.log", DAY)
    visitors = []
    for _ in range(2):
        imported = shop.bring_in(log)
        visitors.append(set(embedded_store.rows("SELECT DISTINCT visitor FROM events")))
        shop.call("import_undo", import_id=imported["id"])

    assert len(visitors[0]) == len(visitors[1]) == 2
    assert not visitors[0] & visitors[1]


# 1,767,243,600 seconds after 1970 began.
CADDY_AT = datetime(2026, 1, 1, 5, tzinfo=UTC)


def a_caddy_line(at_s: float, uri: str, **changes: Any) -> str:
    request: dict[str, Any] = {
        "remote_ip": "192.0.2.1",
        "client_ip": "203.0.113.7",
        "method": "GET",
        "host": "shop.example:443",
        "uri": uri,
        "headers": {"User-Agent": [CHROME], "Accept-Language": ["az-AZ,az;q=0.9"]},
    }
    request["headers"] = request["headers"] | changes.pop("headers", {})
    line = {"level": "info", "ts": at_s, "request": request | changes, "status": 200}
    return (
        json.dumps(line | {"resp_headers": {"Content-Type": ["text/html; charset=utf-8"]}}) + "\n"
    )


def test_a_json_log_of_caddy_tells_hostname_language_and_signals(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    log = (
        a_caddy_line(1767243600.25, "/")
        + a_caddy_line(1767243660, "/private", headers={"Sec-Gpc": ["1"]})
        + a_caddy_line(1767243700, "/", host="other.example")
    )
    report = shop.bring_in(written(tmp_path / "caddy.json", log))

    rows = embedded_store.rows(
        "SELECT time, hostname, path, language, visitor = 0 FROM events ORDER BY time"
    )
    assert rows == [
        (CADDY_AT + timedelta(milliseconds=250), "shop.example", "/", "az", False),
        (CADDY_AT + timedelta(minutes=1), "shop.example", "/private", "az", True),
    ]
    assert report["left_out"] == {"pages of other hostnames": 1}


def test_a_line_of_no_log_is_named_and_nothing_comes_in(
    shop: Here, embedded_store: Store, tmp_path: Path
) -> None:
    log = written(tmp_path / "access.log", DAY + "203.0.113.99 said something else\n")

    with pytest.raises(CommandError, match=r"^access.log, line 10: expected a line of") as refused:
        shop.bring_in(log)

    assert "203.0.113" not in str(refused.value)
    assert embedded_store.value("SELECT count() FROM event_rows") == 0
    assert shop.call("import_list") == []
