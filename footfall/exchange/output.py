"""Output: where an export goes, part after part, so that a broken one goes on where it stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from footfall.errors import CommandError, UsageError
from schema.files import write_atomically

# What stands beside a file until it is whole: the bytes so far, and how far they are whole parts.
_PART_SUFFIX: Final = ".part"
_MANIFEST_SUFFIX: Final = ".export.json"


class Output:
    """Parts in one place; each `write` takes a whole part or leaves the export to be resumed."""

    def has(self, part: Mapping[str, Any]) -> bool:
        """Tell whether an earlier run has written this part."""
        return False

    def is_empty(self) -> bool:
        """Tell whether no part has been written, by this run or an earlier one."""
        raise NotImplementedError

    def write(self, part: Mapping[str, Any], pieces: Iterable[bytes]) -> None:
        """Write one part."""
        raise NotImplementedError

    def finish(self) -> None:
        """Give the export its name, now that it is whole."""


class Stdout(Output):
    """Standard output, which nothing can be resumed on."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._is_empty = True

    def is_empty(self) -> bool:
        return self._is_empty

    def write(self, part: Mapping[str, Any], pieces: Iterable[bytes]) -> None:
        self._is_empty = False
        for piece in pieces:
            self._stream.write(piece)
        self._stream.flush()


class OneFile(Output):
    """One file; a manifest beside it says which parts it holds, and where the last one ends."""

    def __init__(self, path: Path, request: Mapping[str, Any], *, resume: bool) -> None:
        self._path = path
        self._unfinished = path.with_name(path.name + _PART_SUFFIX)
        self._manifest = path.with_name(path.name + _MANIFEST_SUFFIX)
        self._request = dict(request)
        self._done: list[str] = []
        self._end_bytes = 0
        if resume:
            self._read_manifest()
        # Without a manifest, or from the start, nothing that was there counts.
        if not self._done:
            self._manifest.unlink(missing_ok=True)
        with self._opened():
            pass

    def has(self, part: Mapping[str, Any]) -> bool:
        return _key(part) in self._done

    def is_empty(self) -> bool:
        return not self._done

    def write(self, part: Mapping[str, Any], pieces: Iterable[bytes]) -> None:
        with self._opened() as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fdatasync(file.fileno())
            self._end_bytes = file.tell()
        self._done.append(_key(part))
        manifest = {"request": self._request, "done": self._done, "end_bytes": self._end_bytes}
        write_atomically(self._manifest, json.dumps(manifest).encode())

    def finish(self) -> None:
        self._unfinished.replace(self._path)
        self._manifest.unlink(missing_ok=True)

    def _opened(self) -> BinaryIO:
        """Open the file at the end of its whole parts, without what came after."""
        descriptor = os.open(self._unfinished, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(descriptor, self._end_bytes)
        os.lseek(descriptor, 0, os.SEEK_END)
        return os.fdopen(descriptor, "wb")

    def _read_manifest(self) -> None:
        if not self._manifest.exists():
            return
        try:
            manifest = json.loads(self._manifest.read_bytes())
            request, done, end_bytes = manifest["request"], manifest["done"], manifest["end_bytes"]
            written_bytes = self._unfinished.stat().st_size
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(
                f"{self._manifest.name} cannot be read: export again without --resume"
            ) from error
        if request != self._request or written_bytes < end_bytes:
            raise UsageError(
                f"{self._manifest.name} is of another export: give the same site, days and format,"
                " or export again without --resume"
            )
        self._done, self._end_bytes = list(done), int(end_bytes)


class OneFilePerPart(Output):
    """A directory with a file for each part; one that is there is whole."""

    def __init__(self, directory: Path, stem: str, suffix: str, *, resume: bool) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._stem = stem
        self._suffix = suffix
        self._resume = resume

    def has(self, part: Mapping[str, Any]) -> bool:
        return self._resume and self._name(part).exists()

    def is_empty(self) -> bool:
        # Each file has a head of its own.
        return True

    def write(self, part: Mapping[str, Any], pieces: Iterable[bytes]) -> None:
        path = self._name(part)
        unfinished = path.with_name(path.name + _PART_SUFFIX)
        descriptor = os.open(
            unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600
        )
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fdatasync(file.fileno())
        unfinished.replace(path)

    def _name(self, part: Mapping[str, Any]) -> Path:
        return self._directory / f"{self._stem}-{_key(part)}.{self._suffix}"


def _key(part: Mapping[str, Any]) -> str:
    since, until = part["since"], part["until"]
    return since if since == until else f"{since}_{until}"
