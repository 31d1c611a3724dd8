"""Opening: the store that a configuration names, once its keys are known to be the right ones."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from footfall.config import Config
from footfall.paths import DataPaths
from schema import Store, open_embedded, open_server
from schema.files import write_atomically
from schema.memory import check_memory


class _KeyCheck(msgspec.Struct, frozen=True):
    """Ids of the keys with which something in the data directory may be encrypted."""

    keys: list[str]


def open_store(config: Config) -> Store:
    """Open the store; raises SchemaError, of which MissingKeyError names the key it wants."""
    paths = DataPaths(config.data)
    paths.make()
    check_keys(config)
    if config.clickhouse_url:
        return open_server(config.clickhouse_url, config.clickhouse_ca)
    return open_embedded(paths.database, config.keys)


def check_keys(config: Config) -> None:
    """Note the key that writes; raises MissingKeyError when one that wrote before was not given.

    Else a journal's records would be taken for damage.  Raises EncryptionError where the machine
    lacks what encryption wants.
    """
    paths = DataPaths(config.data)
    noted = noted_keys(paths)
    for key_id in noted:
        config.keys.get(key_id)
    if config.keys:
        if not config.clickhouse_url:
            check_memory()
        if config.keys.current.id not in noted:
            note_keys(paths, [config.keys.current.id, *noted])


def noted_keys(paths: DataPaths) -> list[str]:
    """Return the ids of the keys that may have encrypted something, newest first."""
    try:
        return msgspec.json.decode(paths.key_check.read_bytes(), type=_KeyCheck).keys
    except FileNotFoundError:
        return []


def note_keys(paths: DataPaths, key_ids: Iterable[str]) -> None:
    """Write which keys may have encrypted something, newest first."""
    write_atomically(paths.key_check, msgspec.json.encode(_KeyCheck(list(key_ids))))
