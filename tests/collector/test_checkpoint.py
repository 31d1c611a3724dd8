"""Checkpoint: a writer that starts knows what is done and what may have been under way."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from collector.journal.checkpoint import load_checkpoint, save_checkpoint
from collector.journal.journal import Position


def test_positions_and_the_journals_name_come_back(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.json"
    done, following = {"0": Position(1, 5)}, {"0": Position(2, 0), "1": Position(1, 9)}
    save_checkpoint(path, "name", done, following)
    found = load_checkpoint(path)
    assert (found.journal, found.done_positions, found.next_positions) == ("name", done, following)
    save_checkpoint(path, "name", following)
    assert load_checkpoint(path).next_positions is None


def test_a_new_journal_has_a_name_of_its_own(tmp_path: Path) -> None:
    first, second = load_checkpoint(tmp_path / "none"), load_checkpoint(tmp_path / "none")
    assert first.journal
    assert first.journal != second.journal
    assert first.done_positions == {}


def test_a_damaged_checkpoint_is_no_new_beginning(tmp_path: Path) -> None:
    """Beginning again would count everything in the journal twice."""
    path = tmp_path / "checkpoint.json"
    path.write_bytes(b'{"done":{"0":[1,')
    with pytest.raises(msgspec.DecodeError):
        load_checkpoint(path)
