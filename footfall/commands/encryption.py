"""Encryption commands: writing again, with the present key, what another one or none wrote."""

from __future__ import annotations

from typing import Any

from collector.journal.frames import sealing_keys
from collector.journal.quarantine import QUARANTINE_SUFFIX
from collector.journal.wishes import UNDONE_SUFFIX
from footfall.commands.context import Context
from footfall.errors import UsageError
from footfall.opening import note_keys, noted_keys
from footfall.paths import DataPaths
from privacy.ledger import Ledger
from schema.engine_config import disks_in_use, has_parts
from schema.moving import move_parts
from schema.second_factors import seal_second_factors_again


def rotate(context: Context) -> dict[str, Any]:
    """Write all tables with the present key; say what still needs another one, and why.

    What the journal holds is not written again: it goes within minutes of being stored.
    """
    keys, paths = context.config.keys, context.paths
    if not keys:
        raise UsageError("no encryption key was given: set FOOTFALL_ENCRYPTION_KEY")
    Ledger(paths.root, keys).seal_again()
    seal_second_factors_again(context.store, keys)
    moved, left = (0, 0) if context.config.clickhouse_url else move_parts(context.store, keys)
    needed = _keys_needed(paths) | Ledger(paths.root, keys).sealing_keys()
    current = keys.current.id
    note_keys(paths, [current, *(key for key in noted_keys(paths) if key in needed - {current})])
    return {
        "key": current,
        "moved_parts": moved,
        "parts_not_moved": left,
        "plain_parts_left": has_parts(paths.database),
        "old_keys_needed": sorted(needed - {current}),
    }


def _keys_needed(paths: DataPaths) -> set[str]:
    """Return the ids of the keys with which something on the disk is encrypted."""
    found = set(disks_in_use(paths.database))
    for pattern in ("*.journal", f"*{QUARANTINE_SUFFIX}", f"*{UNDONE_SUFFIX}"):
        for file in paths.journal.rglob(pattern):
            try:
                found |= sealing_keys(file.read_bytes())
            except FileNotFoundError:
                continue  # the writer freed it meanwhile
    return found
