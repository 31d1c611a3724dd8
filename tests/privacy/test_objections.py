"""An objection counts in every process within a second, for its day, and outlives a restart."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

from privacy.objections import OBJECTIONS_FILE, Objections

DAY = date(2026, 3, 1)
TOMORROW = date(2026, 3, 2)


def test_another_process_sees_it_at_its_next_look(tmp_path: Path) -> None:
    here, there = Objections(tmp_path), Objections(tmp_path)
    there.refresh(0)
    here.add("shop.example", DAY, 2**64 - 1)
    assert here.of_site("shop.example") == {2**64 - 1}
    seen = there.refresh(0.1)
    assert there.of_site("shop.example") == frozenset(), "a look is taken twice a second"
    assert there.refresh(0.5) != seen
    assert there.of_site("shop.example") == {2**64 - 1}
    assert there.of_site("other.example") == frozenset()


def test_it_can_be_taken_back(tmp_path: Path) -> None:
    objections = Objections(tmp_path)
    objections.add("shop.example", DAY, 1)
    objections.add("shop.example", DAY, 2)
    objections.remove("shop.example", DAY, 1)
    objections.remove("shop.example", DAY, 3)
    again = Objections(tmp_path)
    again.refresh(0)
    assert again.of_site("shop.example") == {2}


def test_it_ends_with_its_day_and_with_its_site(tmp_path: Path) -> None:
    objections = Objections(tmp_path)
    objections.expire({"shop.example": DAY})
    objections.add("shop.example", DAY, 1)
    objections.add("shop.example", TOMORROW, 2)
    objections.add("gone.example", TOMORROW, 3)
    objections.expire({"shop.example": TOMORROW})
    assert objections.of_site("shop.example") == {2}
    assert objections.of_site("gone.example") == frozenset()


def test_the_file_is_its_owners_and_names_no_site(tmp_path: Path) -> None:
    Objections(tmp_path).add("shop.example", DAY, 1)
    path = tmp_path / OBJECTIONS_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"shop" not in path.read_bytes()


def test_a_torn_file_keeps_what_is_whole(tmp_path: Path) -> None:
    Objections(tmp_path).add("shop.example", DAY, 1)
    path = tmp_path / OBJECTIONS_FILE
    path.write_bytes(path.read_bytes() + b"half")
    objections = Objections(tmp_path)
    objections.refresh(0)
    assert objections.of_site("shop.example") == {1}
