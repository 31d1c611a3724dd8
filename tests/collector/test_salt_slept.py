"""A salt dies with its day, also when its process slept through the midnight."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from collector.rules.published import Rules, publish, rules_path
from tests.build import SITE, a_site
from tests.faults.load import pageview, send
from tests.installation import answers, free_port, wait_until

# Where a slot of the file has its key, and how long that is: collector/facts/salt.py.
_KEY_AT, _KEY_BYTES = 24, 32
# Of so few bytes no other content is like by chance.
_WINDOW_BYTES = 6


def test_no_byte_of_yesterdays_salt_is_left_by_a_process_that_slept_over_midnight(
    tmp_path: Path,
) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0", encoding="utf-8")
    with _collector(tmp_path / "data", offset) as (url, process):
        beacons = [pageview(number, visitors=5, site=SITE) for number in range(5)]
        assert asyncio.run(send(url, beacons, connections=1)) == [202] * 5
        slot = (tmp_path / "data" / "salts").read_bytes()
        key = slot[_KEY_AT : _KEY_AT + _KEY_BYTES]
        assert any(key)

        os.kill(process.pid, signal.SIGSTOP)
        offset.write_text("30", encoding="utf-8")
        # While it sleeps nobody can destroy it; its first second awake does.
        assert _parts_left(tmp_path / "data", key)
        os.kill(process.pid, signal.SIGCONT)
        wait_until(lambda: not _parts_left(tmp_path / "data", key))

        assert asyncio.run(send(url, beacons, connections=1)) == [202] * 5
    assert not _parts_left(tmp_path / "data", key)


@contextmanager
def _collector(data: Path, offset: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    data.mkdir()
    publish(rules_path(data), Rules(published_at=datetime.now(UTC), sites={SITE: a_site()}))
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.collector.sleeping_collector", data, str(port), offset]
    )
    try:
        wait_until(partial(answers, f"http://127.0.0.1:{port}/health"))
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(timeout=20)


def _parts_left(data: Path, key: bytes) -> list[str]:
    """Return the names of files that hold any few bytes of a key."""
    parts = [key[at : at + _WINDOW_BYTES] for at in range(_KEY_BYTES - _WINDOW_BYTES + 1)]
    return [
        file.name
        for file in sorted(data.rglob("*"))
        if file.is_file() and any(part in file.read_bytes() for part in parts)
    ]
