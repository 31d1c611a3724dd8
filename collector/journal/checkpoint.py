"""Checkpoint: how far the writer has come, durable before each insert."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec

from collector.journal.journal import Position
from collector.journal.reader import Positions
from schema.files import write_atomically


class Checkpoint(msgspec.Struct, frozen=True):
    """Up to `done` everything is in the store; `done` to `next` may be, as one insert.

    A writer that starts first repeats exactly that range under its token: an overlapping range
    under another token would count twice.
    """

    done: dict[str, tuple[int, int]] = {}
    next: dict[str, tuple[int, int]] | None = None
    # Names this journal in every token.  Two writers may share a server, and a journal may begin
    # again: equal ranges of theirs are not the same batch, and the store must not drop one.
    journal: str = ""

    @property
    def done_positions(self) -> Positions:
        """Return `done` as positions by slot."""
        return {slot: Position(*place) for slot, place in self.done.items()}

    @property
    def next_positions(self) -> Positions | None:
        """Return `next` as positions by slot; None when no insert was under way."""
        if self.next is None:
            return None
        return {slot: Position(*place) for slot, place in self.next.items()}


def load_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint at `path`; the beginning of a new journal when there is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Checkpoint)
    except FileNotFoundError:
        return Checkpoint(journal=secrets.token_hex(8))


def save_checkpoint(
    path: Path, journal: str, done: Positions, following: Positions | None = None
) -> None:
    """Write the checkpoint and return when it is on the disk."""
    following_places = None if following is None else _places(following)
    checkpoint = Checkpoint(_places(done), following_places, journal)
    write_atomically(path, msgspec.json.encode(checkpoint))


def _places(positions: Positions) -> dict[str, tuple[int, int]]:
    return {slot: (position.segment, position.offset) for slot, position in positions.items()}
