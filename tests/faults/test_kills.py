"""Kills in any order lose nothing that was answered and count nothing twice."""

from __future__ import annotations

from pathlib import Path

from tests.faults.kills import kill_in_random_order


def test_six_kills_in_random_order_lose_and_double_nothing(tmp_path: Path) -> None:
    found = kill_in_random_order(tmp_path, rounds=6, seed=20261121)
    assert found.is_clean, found
    assert set(found.answers) == {"202"}
    assert found.acknowledged > 500
