"""No address and no user agent is ever on the disk: in no form, in no file, in no table."""

from __future__ import annotations

import asyncio
import os
import signal
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest

from tests.faults.load import Beacon, send, wait_until_counted, wait_until_drained
from tests.installation import Installation, installation
from tests.read_store import read_store, read_tables

ADDRESSES = ("203.0.113.77", "2001:db8:ca4a:7e57:1:2:3:4")
AGENT_MARK = "CanaryMarkQ7"
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    f"Chrome/142.0.7531.{AGENT_MARK} Safari/537.36"
)
QUERY_MARK = "leyla.canary@example.com"
PAGE_MARK = "c0ffee00c0ffee00c0ffee00c0ffee01"


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_marks_of_a_visitor_are_nowhere_in_the_data_directory(tmp_path: Path, ending: str) -> None:
    data = tmp_path / "data"
    with installation(data) as running:
        running.command("site", "add", "shop.example")
        wait_until_counted(running)
        statuses = _visit(running)
        if ending == "kill":
            _kill_all(running)

    assert statuses == [202] * len(statuses)
    found = {
        path.relative_to(tmp_path): mark
        for path in [*data.rglob("*"), tmp_path / "serve.log"]
        if path.is_file()
        for mark in _byte_marks(path)
        if mark in path.read_bytes()
    }
    assert found == {}
    assert _marked_tables(data) == {}
    # The traffic itself is there, or nothing above would mean anything.
    marked = "SELECT count() > 0 FROM event_rows WHERE path = '/marked'"
    assert read_store(data, marked) == [[1]]


def _visit(running: Installation) -> list[int]:
    """Send pageviews, engagements and bots from the marked addresses, twice; return the statuses.

    When the writer has begun with the second lot, the first one is in the store.
    """
    statuses = []
    for _ in range(2):
        statuses += asyncio.run(send(running.public, _beacons(), connections=4))
        wait_until_drained(running)
    return statuses


def _beacons() -> list[Beacon]:
    url = f"https://shop.example/marked?q={QUERY_MARK}&utm_source=news"
    beacons = []
    for address in ADDRESSES:
        for body in (
            {"n": "pageview", "u": url, "d": "shop.example", "k": PAGE_MARK},
            {"n": "engagement", "u": url, "d": "shop.example", "k": PAGE_MARK, "e": 4000, "sd": 40},
            {"n": "Add to cart", "u": url, "d": "shop.example"},
        ):
            for agent in (AGENT, f"{AGENT} Googlebot/2.1"):
                headers = {"X-Forwarded-For": address, "User-Agent": agent, "Accept-Language": "az"}
                beacons.append(Beacon(body, headers))
    return beacons


def _kill_all(running: Installation) -> None:
    for module in ("footfall.store_process", "footfall.collector_process"):
        os.kill(running.process_id(module), signal.SIGKILL)
    running.process.kill()
    running.process.wait(timeout=60)


def _byte_marks(path: Path) -> list[bytes]:
    """Return what a file must not hold.

    Four packed bytes turn up by chance in what the engine compressed, so there tables are asked.
    """
    marks = [AGENT_MARK.encode(), QUERY_MARK.encode(), PAGE_MARK.encode(), bytes.fromhex(PAGE_MARK)]
    for text in ADDRESSES:
        address = ip_address(text)
        marks.append(text.encode())
        if isinstance(address, IPv6Address) or "clickhouse" not in path.parts:
            marks += [address.packed, address.packed[::-1]]
    return marks


def _marked_tables(data: Path) -> dict[str, str]:
    """Return each table that holds a mark, in any column, as text or as a number."""
    number = int(IPv4Address(ADDRESSES[0]))
    swapped = int.from_bytes(IPv4Address(ADDRESSES[0]).packed, "little")
    marks = [AGENT_MARK, QUERY_MARK, *ADDRESSES, PAGE_MARK, str(number), str(swapped)]
    tables = read_tables(data)
    assert len(tables) > 5
    return {
        table: mark
        for table, rows in tables.items()
        for text in (str(value) for row in rows for value in row)
        for mark in marks
        if mark == text or (len(mark) > 10 and mark in text)
    }
