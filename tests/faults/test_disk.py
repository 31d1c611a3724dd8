"""A disk or a journal without room: 503 and when to come back, never a 202 that is not kept."""

from __future__ import annotations

from pathlib import Path

from tests.faults.disk import fill_the_disk
from tests.faults.figures import Figures
from tests.faults.limit import LIMIT_MIB, reach_the_limit


def test_a_full_disk_refuses_beacons_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    _refused_honestly(fill_the_disk(tmp_path, hold_s=0.5))


def test_a_journal_at_its_limit_refuses_beacons_until_the_store_caught_up(tmp_path: Path) -> None:
    found = reach_the_limit(tmp_path)
    _refused_honestly(found)
    assert 0.9 * LIMIT_MIB * 2**20 < found.more["journal_bytes"] <= 1.5 * LIMIT_MIB * 2**20


def _refused_honestly(found: Figures) -> None:
    assert found.is_clean, found
    assert set(found.answers) == {"202", "503"}
    assert found.more["said"] == ["journal_full", "journal_recovered"]
    assert "" not in found.more["retry_after"]
