"""Promise: a beacon falls into its site's own day, and no more are taken than can wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from collector.decode import decode
from collector.errors import NotReadyError
from collector.event import Event
from collector.facts.salt import SaltBook
from collector.intake import MOST_WAITING, Intake
from collector.journal.frames import decode_frames
from collector.journal.journal import Journal
from collector.rules.published import PublishedRules, Rules, publish, rules_path
from geoip import Locator
from schema.sites import Site
from tests.build import NOON, SITE, a_connection, a_site

BAKU = a_site(timezone="Asia/Baku")
# 23:59:59 on 15 June in Baku, four hours ahead of UTC.
LAST_SECOND = datetime(2026, 6, 15, 19, 59, 59, tzinfo=UTC)
SENT = decode(json.dumps({"n": "pageview", "u": f"https://{SITE}/", "d": SITE}).encode())


class MovedClock:
    """A clock that stands where it was put."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def an_intake(data: Path, clock: MovedClock, site: Site) -> AsyncIterator[Intake]:
    publish(rules_path(data), Rules(published_at=NOON, sites={site.name: site}))
    journal = Journal(data / "journal")
    rules = PublishedRules(rules_path(data))
    yield Intake(journal, rules, SaltBook(data / "salts"), Locator([data / "none.mmdb"]), clock)
    await journal.close()


def events(data: Path) -> list[Event]:
    content = b"".join(path.read_bytes() for path in sorted((data / "journal").glob("*.journal")))
    records = [frame.record for frame in decode_frames(content, 0, 100_000)[0]]
    return [record for record in records if isinstance(record, Event)]


def test_a_visitor_is_one_until_local_midnight_and_its_salt_goes_with_the_day(
    tmp_path: Path,
) -> None:
    async def two_days() -> None:
        clock = MovedClock(LAST_SECOND - timedelta(hours=20))
        async with an_intake(tmp_path, clock, BAKU) as intake:
            assert await intake.take(*SENT, a_connection()) == ""
            clock.now = LAST_SECOND
            assert await intake.take(*SENT, a_connection()) == ""
            before = (tmp_path / "salts").read_bytes()
            intake.expire_salts()
            assert (tmp_path / "salts").read_bytes() == before
            clock.now = LAST_SECOND + timedelta(seconds=1)
            intake.expire_salts()
            left = (tmp_path / "salts").read_bytes()
            assert before[24:56] not in left  # the slot's key
            assert await intake.take(*SENT, a_connection()) == ""

    asyncio.run(two_days())
    morning, evening, tomorrow = events(tmp_path)
    assert morning.visitor == evening.visitor != tomorrow.visitor
    assert [e.day for e in (morning, evening, tomorrow)] == [
        date(2026, 6, 15),
        date(2026, 6, 15),
        date(2026, 6, 16),
    ]


def test_more_beacons_than_may_wait_are_sent_away(tmp_path: Path) -> None:
    async def crowd() -> list[str | BaseException]:
        async with an_intake(tmp_path, MovedClock(NOON), BAKU) as intake:
            # None can be answered before all were taken: the loop settles them afterwards.
            crowd = (
                a_connection(address=f"198.51.{n // 250}.{n % 250 + 1}")
                for n in range(MOST_WAITING + 2)
            )
            beacons = (intake.take(*SENT, connection) for connection in crowd)
            return await asyncio.gather(*beacons, return_exceptions=True)

    answers = asyncio.run(crowd())
    assert answers[:MOST_WAITING] == [""] * MOST_WAITING
    assert [type(answer) for answer in answers[MOST_WAITING:]] == [NotReadyError, NotReadyError]
    assert len(events(tmp_path)) == MOST_WAITING
