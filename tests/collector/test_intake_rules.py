"""Promise: what a rule in shadow finds stands beside the event; only a real token lifts limits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from collector.decode import decode
from collector.errors import RateError
from collector.event import Drop, Event
from collector.facts.salt import SaltBook
from collector.intake import Intake
from collector.journal.frames import JournalRecord, decode_frames
from collector.journal.journal import Journal
from collector.listener.connection import Connection
from collector.listener.rate import BURST_BEACONS
from collector.rules.published import PublishedRules, Rules, publish, rules_path
from geoip import Locator
from tests.build import NOON, SITE, a_connection, a_site

SENT = decode(json.dumps({"n": "pageview", "u": f"https://{SITE}/", "d": SITE}).encode())


@asynccontextmanager
async def an_intake(data: Path, **site: Any) -> AsyncIterator[Intake]:
    publish(rules_path(data), Rules(published_at=NOON, sites={SITE: a_site(**site)}))
    journal = Journal(data / "journal")
    rules, salts = PublishedRules(rules_path(data)), SaltBook(data / "salts")
    yield Intake(journal, rules, salts, Locator([data / "none"]), lambda: NOON)
    await journal.close()


async def answer(data: Path, connection: Connection, **site: Any) -> str:
    async with an_intake(data, **site) as intake:
        return await intake.take(*SENT, connection)


def records(data: Path) -> list[JournalRecord]:
    content = b"".join(path.read_bytes() for path in sorted((data / "journal").glob("*.journal")))
    return [frame.record for frame in decode_frames(content, 0, 100_000)[0]]


def test_in_shadow_a_beacon_is_counted_and_noted(tmp_path: Path) -> None:
    connection = a_connection(user_agent="curl/8.5.0", accept_language="az")
    assert asyncio.run(answer(tmp_path, connection, rule_modes=("declared=shadow",))) == ""
    event, note = records(tmp_path)
    assert isinstance(event, Event)
    assert isinstance(note, Drop)
    assert (note.site, note.reason, note.detail) == (SITE, "shadow:declared", "curl")


def test_what_is_not_counted_for_another_reason_is_not_noted(tmp_path: Path) -> None:
    site = {"rule_modes": ("declared=shadow",), "signal": "drop"}
    connection = a_connection(user_agent="curl/8.5.0", accept_language="az", has_signal=True)
    assert asyncio.run(answer(tmp_path, connection, **site)) == "signal"
    [drop] = records(tmp_path)
    assert isinstance(drop, Drop)
    assert drop.reason == "signal"


def test_a_made_up_token_lifts_no_limit(tmp_path: Path) -> None:
    async def flood() -> int:
        connection = a_connection(token="made up", accept_language="az")
        async with an_intake(tmp_path) as intake:
            beacons = (intake.take(*SENT, connection) for _ in range(2 * BURST_BEACONS))
            answers = await asyncio.gather(*beacons, return_exceptions=True)
        return sum(isinstance(answer, RateError) for answer in answers)

    assert asyncio.run(flood()) > 0
