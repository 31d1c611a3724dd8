"""Quarantine: files with what could not be read or stored, kept for a person to look at.

They hold bytes of the journal, so nothing that an event does not.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import structlog

from schema.files import write_atomically

QUARANTINE_SUFFIX: Final = ".quarantine"

# Our choice: a week to notice `footfall doctor` or the log, and never a disk full of it.
MOST_FILES: Final = 100
KEPT_S: Final = 7 * 24 * 3600.0

_log = structlog.get_logger(__name__)


def set_aside(path: Path, content: bytes) -> bool:
    """Keep `content` at `path`; tell whether it is new there."""
    if path.exists():
        return False
    write_atomically(path, content)
    return True


def prune_quarantine(root: Path) -> None:
    """Delete the oldest files under a journal's root, by number and age."""
    files = sorted(
        ((path.stat().st_mtime, path) for path in root.rglob(f"*{QUARANTINE_SUFFIX}")), reverse=True
    )
    oldest_s = time.time() - KEPT_S
    gone = [
        path
        for at, (changed_s, path) in enumerate(files)
        if at >= MOST_FILES or changed_s < oldest_s
    ]
    for path in gone:
        path.unlink()
    if gone:
        _log.warning("quarantine_pruned", files=len(gone), kept=len(files) - len(gone))
