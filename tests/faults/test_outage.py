"""What an outage of the store left in the journal drains, and drains exactly."""

from __future__ import annotations

from pathlib import Path

from tests.faults.outage import drain_an_outage


def test_the_records_of_an_outage_drain_without_loss(tmp_path: Path) -> None:
    found = drain_an_outage(tmp_path, records=8_000, per_s=1_500)
    assert found.is_clean, found
    assert set(found.answers) == {"202"}, "only the store was down"
    assert found.stored >= 8_000
