"""Moving: taking what tables hold to the disk of the key that writes."""

from __future__ import annotations

from typing import Final

from schema.engine_config import disk_name
from schema.errors import StoreError
from schema.keys import Keys
from schema.store import Store

# Merges and mutations replace parts meanwhile, and may leave the new one where the old ones were.
# Our choice: each round leaves those of its own time, a few.
_ROUNDS: Final = 5


def move_parts(store: Store, keys: Keys) -> tuple[int, int]:
    """Move the parts that are elsewhere to the disk of the key that writes.

    Returns how many were moved and how many could not be.
    Each is written there whole before it goes from where it was.  Parts that merges replaced are
    left: the engine deletes them within minutes.
    """
    disk = disk_name(keys.current)
    moved = 0
    for _ in range(_ROUNDS):
        for table, part in store.run("schema.queries", "parts_elsewhere", disk=disk):
            moved += _move(store, table, part, disk)
    return moved, len(store.run("schema.queries", "parts_elsewhere", disk=disk))


def _move(store: Store, table: str, part: str, disk: str) -> bool:
    try:
        # The engine takes a disk's name as a literal alone; this one is made of hex digits.
        store.command(
            f"ALTER TABLE {{table:Identifier}} MOVE PART {{part:String}} TO DISK '{disk}'",
            {"table": table, "part": part},
        )
    except StoreError:
        # It was replaced meanwhile, or the disk is full: it is among those that are left.
        return False
    return True
