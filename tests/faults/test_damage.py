"""A damaged journal: what is damaged goes aside and is reported, all else is stored."""

from __future__ import annotations

from pathlib import Path

from tests.faults.damage import damage_the_journal


def test_a_flipped_byte_a_torn_end_and_a_poison_event_cost_only_themselves(tmp_path: Path) -> None:
    found = damage_the_journal(tmp_path)
    assert found.is_clean, found
    assert found.acknowledged >= 200
    # The segment's number, and the event that was refused; a torn end was never answered.
    assert found.more["quarantined"] == ["0000000000000001", "refused"]
    assert found.more["reported"] == [
        "journal_record_damaged",
        "journal_torn_record_cut",
        "event_refused",
    ]
