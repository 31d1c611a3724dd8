"""Installed set: the database files that are current in a directory, named by one manifest."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geoip.errors import DatabaseError

MANIFEST_NAME = "current.json"


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """One file of the set and what its bytes were when it was checked; `sha256` in hex."""

    path: Path
    sha256: str
    size_bytes: int
    has_networks: bool = False  # else places

    def compare(self) -> None:
        """Read the file and raise DatabaseError unless it still is what was installed.

        Takes 0.05 s for a file of 63 MB in memory, and as long as the disk for one that is not.
        """
        try:
            with self.path.open("rb") as content:
                same = os.fstat(content.fileno()).st_size == self.size_bytes and (
                    hashlib.file_digest(content, "sha256").hexdigest() == self.sha256
                )
        except OSError as error:
            raise DatabaseError(
                f"{self.path}: cannot be read ({error.strerror}); install it again"
            ) from error
        if not same:
            raise DatabaseError(
                f"{self.path} is damaged: its bytes are not those that were installed; "
                "install it again"
            )


def installed_files(directory: Path) -> tuple[InstalledFile, ...]:
    """Return the installed set; () when nothing was ever installed.

    Raises DatabaseError when the manifest cannot be read.
    """
    path = directory / MANIFEST_NAME
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["files"]
        return tuple(_installed_file(directory, entry) for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, ValueError, KeyError, TypeError):
        raise DatabaseError(
            f"{path}: expected a list of installed databases; install them again"
        ) from None


def write_manifest(directory: Path, files: Sequence[InstalledFile]) -> None:
    """Make `files` the installed set, all at once and durably; raises OSError."""
    entries = [
        {
            "name": file.path.name,
            "sha256": file.sha256,
            "size_bytes": file.size_bytes,
            "has_networks": file.has_networks,
        }
        for file in files
    ]
    temporary = directory / f".{MANIFEST_NAME}.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump({"files": entries}, file)
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


def _installed_file(directory: Path, entry: object) -> InstalledFile:
    match entry:
        case {"name": str(name), "sha256": str(sha256), "size_bytes": int(size_bytes), **others}:
            if Path(name).name == name:
                has_networks = others.get("has_networks") is True
                return InstalledFile(directory / name, sha256, size_bytes, has_networks)
    raise ValueError
