"""Trickle: the demonstration's live visitors are counted as the real ones are, and end in order."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from collector.facts.device import device_of
from collector.journal.journal import Position, read_synced
from footfall.demo.people import People
from footfall.demo.shop import load_shop
from footfall.demo.trickle import Trickle, own_build
from tests.installation import footfall, installation, wait_until
from tests.read_store import read_store

VISITS = 40


def test_visits_are_counted_as_sessions_of_several_visitors(tmp_path: Path) -> None:
    async def visit_all(url: str) -> list[int]:
        trickle = Trickle(url, load_shop(), Random(3), pace=0.0)
        async with asyncio.timeout(30):
            while not (first := await trickle.visit()):
                pass  # the collector has not yet heard of the site
        return [first, *await asyncio.gather(*(trickle.visit() for _ in range(VISITS - 1)))]

    with installation(tmp_path / "data") as running:
        running.command("site", "add", "shop.example", "--timezone", "Asia/Baku")
        accepted = asyncio.run(visit_all(running.public))

    assert min(accepted) >= 2  # a pageview and its engagement
    ((rows, visitors, sessions, browsers),) = read_store(
        tmp_path / "data",
        "SELECT count(), uniqExact(visitor), uniqExact(session), uniqExact(browser)"
        " FROM event_rows",
    )
    assert rows == sum(accepted)
    # 9,000 builds by 250 patches: nearly all differ; a browser without a build number may repeat.
    assert VISITS * 0.8 < visitors <= sessions <= VISITS
    assert browsers >= 5
    assert read_store(tmp_path / "data", "SELECT sum(count) FROM dropped_rows") == [[0]]
    places = read_store(
        tmp_path / "data",
        "SELECT country, count() AS n FROM event_rows GROUP BY country ORDER BY n DESC LIMIT 1",
    )
    assert places[0][0] == "AZ"  # by the browser's time zone


def test_another_build_is_the_same_browser() -> None:
    rng = Random(1)
    changed = 0
    for agent in People().agents:
        other = own_build(agent.user_agent, rng)
        changed += other != agent.user_agent
        assert device_of(other, agent.hints) == agent.device
    assert changed > 0.9 * len(People().agents)


def test_serving_with_trickle_counts_visits_until_the_supervisor_is_gone(tmp_path: Path) -> None:
    with installation(tmp_path / "data", "--demo", "--trickle", "600") as running:
        trickle = running.process_id("footfall.demo.trickle")
        live = running.data / "journal" / "c0"
        wait_until(lambda: read_synced(live) > Position(1, 0))
        running.process.kill()
        wait_until(lambda: not _runs(trickle), within_s=15)


def test_trickle_alone_is_wrong_usage(tmp_path: Path) -> None:
    done = footfall("serve", "--trickle", "5", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "--demo" in done.stderr


def _runs(process_id: int) -> bool:
    """Tell whether a process runs; one that waits for its parent to read its status does not."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
