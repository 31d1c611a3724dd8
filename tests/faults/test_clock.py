"""A clock that jumps an hour ahead and back loses nothing that was answered and doubles nothing."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from collector.app import create_app
from collector.rules.published import Rules, publish, rules_path
from collector.settings import CollectorSettings
from collector.writer.writer import Writer
from schema import Store
from tests.build import SITE, a_site
from tests.faults.load import pageview, send
from tests.installation import wait_until

HOUR = timedelta(hours=1)
COUNT = 60


class _Clock:
    """The system's clock, and how far it is off."""

    def __init__(self) -> None:
        self.off = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.off


def test_beacons_around_jumps_of_an_hour_are_each_stored_once(
    embedded_store: Store, tmp_path: Path
) -> None:
    """One writer reads on, another starts in between."""
    clock = _Clock()
    writer = Writer(embedded_store, tmp_path / "journal", tmp_path / "writer.json")
    with _collector(tmp_path, clock) as url:
        for jump, off in enumerate((timedelta(), HOUR, timedelta(), -HOUR, timedelta())):
            clock.off = off
            beacons = [
                pageview(number, visitors=20, site=SITE)
                for number in range(jump * COUNT, (jump + 1) * COUNT)
            ]
            assert asyncio.run(send(url, beacons, connections=8)) == [202] * COUNT
            if jump == 2:
                writer = Writer(embedded_store, tmp_path / "journal", tmp_path / "writer.json")
            while writer.step(limit=25):
                pass
    rows = embedded_store.rows("SELECT path, count() FROM event_rows GROUP BY path")
    assert sorted(rows) == sorted((f"/n/{number}", 1) for number in range(5 * COUNT))


@contextmanager
def _collector(data: Path, clock: _Clock) -> Iterator[str]:
    """Serve a collector with this clock."""
    publish(rules_path(data), Rules(published_at=datetime.now(UTC), sites={SITE: a_site()}))
    app = create_app(CollectorSettings(data=data, journal_slot="c0"), clock=clock)
    config = uvicorn.Config(app, lifespan="on", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
