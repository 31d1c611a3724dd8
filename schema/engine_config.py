"""Engine configuration: what the embedded engine is told about disks, encryption and backups.

Each key has a disk of its own, `sealed/KEY_ID/` in the engine's directory.  New parts go to that of
the key that writes; disks of older keys, and the bare one, are there only while parts lie on them.
So a key changes, or encryption begins, by moving parts from disk to disk.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from schema.errors import EncryptionError
from schema.files import write_atomically
from schema.keys import Key, Keys

# In the engine's directory: the one place where it may write backups, and read them from.
BACKUPS: Final = "backups"
# The engine's name of the disk that encrypts nothing.
BARE_DISK: Final = "default"
_SEALED: Final = "sealed"
# What stands in a table's directory and is no part.
_NO_PARTS: Final = frozenset({"detached", "deduplication_logs"})


def disk_name(key: Key) -> str:
    """Return the engine's name of a key's disk."""
    return f"sealed_{key.id}"


@contextmanager
def engine_config(path: Path, keys: Keys) -> Iterator[str]:
    """Yield the path of the engine's configuration, for as long as the engine is open.

    With keys it lies in memory alone.  Raises MissingKeyError for parts of a key that is not among
    `keys`, EncryptionError where there is no such memory.
    """
    if not keys:
        for key_id in disks_in_use(path):
            keys.get(key_id)
        plain = path.with_suffix(".xml")
        write_atomically(plain, _document(path, ""))
        yield str(plain)
        return
    disks = [keys.current, *(keys.get(i) for i in disks_in_use(path) if i != keys.current.id)]
    _remove_unused(path, {key.id for key in disks})
    if not hasattr(os, "memfd_create"):
        raise EncryptionError("encryption at rest keeps its keys in memory, which only Linux gives")
    descriptor = os.memfd_create("footfall")
    try:
        os.write(descriptor, _document(path, _storage(path, disks, bare=has_parts(path))))
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _document(path: Path, storage: str) -> bytes:
    allowed = f"{os.path.realpath(path)}/{BACKUPS}/"
    return (
        f"<clickhouse>{storage}"
        f"<backups><allowed_path>{_escaped(allowed)}</allowed_path></backups></clickhouse>"
    ).encode()


def _storage(path: Path, keys: Sequence[Key], *, bare: bool) -> str:
    """Return the disks and the policy of every table; the first volume takes new parts."""
    disks = "".join(_disk(path, key) for key in keys)
    names = [*map(disk_name, keys), *([BARE_DISK] if bare else [])]
    volumes = "".join(
        f"<volume_{at}><disk>{name}</disk></volume_{at}>" for at, name in enumerate(names)
    )
    return (
        f"<storage_configuration><disks>{disks}</disks>"
        f"<policies><sealed><volumes>{volumes}</volumes></sealed></policies>"
        "</storage_configuration><merge_tree><storage_policy>sealed</storage_policy></merge_tree>"
    )


def _disk(path: Path, key: Key) -> str:
    """Return a key's disk and the directory under it.

    The engine syncs a part's directory by its whole path, which an encrypted disk would put behind
    a path of its own: so it has none, and lies on a local disk that is nothing else.
    """
    directory = _escaped(f"{os.path.realpath(path)}/{_SEALED}/{key.id}/")
    return (
        f"<base_{key.id}><type>local</type><path>{directory}</path></base_{key.id}>"
        f"<{disk_name(key)}><type>encrypted</type><disk>base_{key.id}</disk><path></path>"
        f"<algorithm>AES_256_CTR</algorithm>"
        f"<key_hex>{key.derived(b'disk').hex()}</key_hex></{disk_name(key)}>"
    )


def disks_in_use(path: Path) -> list[str]:
    """Return the ids of the keys on whose disks parts lie, also such that merges replaced."""
    found = sorted((path / _SEALED).glob("*"))
    return [disk.name for disk in found if has_parts(disk)]


def has_parts(disk: Path) -> bool:
    """Tell whether a table has a part on a disk; a database's own directory holds only files."""
    return any(part.is_dir() and part.name not in _NO_PARTS for part in disk.glob("store/*/*/*"))


def _remove_unused(path: Path, used: set[str]) -> None:
    """Delete what an older key, or no key, left behind once no part lies there.

    The statements of past mutations may quote values.
    """
    for disk in (path / _SEALED).glob("*"):
        if disk.name not in used:
            shutil.rmtree(disk)
    if not has_parts(path):
        for file in path.glob("store/*/*/mutation_*.txt"):
            file.unlink()
        for directory in path.glob("store/*/*/deduplication_logs"):
            shutil.rmtree(directory)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
