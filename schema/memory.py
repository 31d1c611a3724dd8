"""Memory: a directory whose files never reach the disk, for what encryption does not cover.

The driver of the embedded engine writes each insert to a temporary file, and the engine itself
those of large queries and merges; neither can be told to encrypt them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from schema.errors import EncryptionError

_MEMORY: Final = Path("/dev/shm")  # tmpfs on Linux (Filesystem Hierarchy Standard 3.0, 6.1)
# 20,000 events of a batch, of the 16 KiB at most that a beacon has, and room for queries.
LEAST_BYTES: Final = 512 * 1024 * 1024
_PREFIX: Final = "footfall-"


@contextmanager
def temporary_files_in_memory(engine: Path) -> Iterator[None]:
    """Have this process's temporary files, and those of the engine in `engine`, in memory.

    What a process left there that was killed is removed.  Raises EncryptionError without memory.
    """
    link = engine / "tmp"
    _remove(link)
    check_memory()
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_MEMORY))
    link.symlink_to(directory, target_is_directory=True)
    before = tempfile.tempdir
    tempfile.tempdir = str(directory)
    try:
        yield
    finally:
        tempfile.tempdir = before
        _remove(link)


def check_memory() -> None:
    """Raise EncryptionError unless there is memory enough for files."""
    try:
        found = os.statvfs(_MEMORY)
    except FileNotFoundError as error:
        raise EncryptionError(
            f"encryption keeps temporary files in memory, at {_MEMORY}, which is not there"
        ) from error
    size_bytes = found.f_blocks * found.f_frsize
    if size_bytes < LEAST_BYTES:
        raise EncryptionError(
            f"{_MEMORY} has {size_bytes >> 20} MiB: encryption keeps temporary files there and"
            f" wants {LEAST_BYTES >> 20}; give a container more with --shm-size"
        )


def _remove(link: Path) -> None:
    """Remove the engine's temporary directory and, if it is a link of ours, what it leads to."""
    if link.is_symlink():
        target = link.readlink()
        if target.parent == _MEMORY and target.name.startswith(_PREFIX):
            with suppress(FileNotFoundError):
                shutil.rmtree(target)
        link.unlink()
    elif link.is_dir():
        shutil.rmtree(link)
