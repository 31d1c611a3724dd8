"""Installed set: the database files that are current in a directory, named by one manifest."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from geoip.errors import DatabaseError

MANIFEST_NAME = "current.json"


def installed_files(directory: Path) -> tuple[Path, ...]:
    """Return the paths of the installed set; () when nothing was ever installed.

    Raises DatabaseError when the manifest cannot be read.
    """
    path = directory / MANIFEST_NAME
    try:
        names = json.loads(path.read_text(encoding="utf-8"))["files"]
        if not all(isinstance(name, str) and Path(name).name == name for name in names):
            raise ValueError
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, ValueError, KeyError, TypeError):
        raise DatabaseError(
            f"{path}: expected a list of installed databases; install them again"
        ) from None
    return tuple(directory / name for name in names)


def write_manifest(directory: Path, names: Sequence[str]) -> None:
    """Make `names` the installed set, all at once and durably; raises OSError."""
    temporary = directory / f".{MANIFEST_NAME}.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump({"files": list(names)}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(directory / MANIFEST_NAME)
    sync_directory(directory)


def sync_directory(directory: Path) -> None:
    """Make renames in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
