"""With a key, what tables hold is nowhere on the disk to be read; keys change without a loss.

What is dumped comes back row for row, and no dump leaves a copy behind that erasures do not reach.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schema import Store, open_embedded
from schema.dump import read_dump, remove_leftovers, table_sums, write_dump
from schema.engine_config import BACKUPS, disks_in_use, has_parts
from schema.errors import MissingKeyError, StoreError
from schema.keys import NO_KEYS, Keys, parse_key
from schema.moving import move_parts

OLD, NEW = parse_key("0a" * 32), parse_key("0b" * 32)
CANARY = "/canary-of-a-path"
# As the tables of the migrations are: synced, with a memory of tokens.
CREATE = (
    "CREATE TABLE kept (path String) ENGINE = MergeTree ORDER BY path SETTINGS"
    " non_replicated_deduplication_window = 10, fsync_after_insert = 1, fsync_part_directory = 1"
)


@contextmanager
def opened(path: Path, keys: Keys = NO_KEYS) -> Iterator[Store]:
    store = open_embedded(path, keys)
    try:
        yield store
    finally:
        store.close()


def fill(path: Path, keys: Keys) -> None:
    """Make a database with a table of two rows, one of which was deleted."""
    with opened(path, keys) as store:
        store.command(CREATE)
        store.insert("kept", ["path"], [[CANARY], [f"{CANARY}/gone"]], token="first")
        store.command(f"ALTER TABLE kept DELETE WHERE path = '{CANARY}/gone'")


def holding(path: Path, mark: bytes) -> set[str]:
    """Return the files below a directory that hold a mark, as it is."""
    files = [file for file in path.rglob("*") if file.is_file()]
    return {file.name for file in files if mark in file.read_bytes()}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "clickhouse"


def test_rows_are_readable_on_the_disk_without_a_key_and_not_with_one(tmp_path: Path) -> None:
    fill(tmp_path / "plain", NO_KEYS)
    fill(tmp_path / "sealed", Keys((NEW,)))

    assert "data.bin" in holding(tmp_path / "plain", CANARY.encode())
    assert holding(tmp_path / "sealed", CANARY.encode()) == set()
    with opened(tmp_path / "sealed", Keys((NEW,))) as store:
        assert store.value("SELECT path FROM kept") == CANARY


def test_no_key_lies_beside_what_it_encrypts(database: Path) -> None:
    fill(database, Keys((NEW, OLD)))

    for secret in (NEW.secret, NEW.derived(b"disk"), OLD.secret, OLD.derived(b"disk")):
        for mark in (secret, secret.hex().encode()):
            assert holding(database.parent, mark) == set()


def test_temporary_files_are_in_memory_while_it_is_open(database: Path) -> None:
    with opened(database, Keys((NEW,))) as store:
        assert store.value("SELECT 1") == 1
        memory = Path(os.path.realpath(database / "tmp"))
        assert memory.parent == Path("/dev/shm")
        assert tempfile.gettempdir() == str(memory)

    assert not memory.exists()
    assert not (database / "tmp").is_symlink()
    assert tempfile.gettempdir() != str(memory)


def test_what_a_killed_process_left_in_memory_goes_with_the_next_start(database: Path) -> None:
    left = Path(tempfile.mkdtemp(prefix="footfall-", dir="/dev/shm"))
    (left / "spilled").write_text("rows", encoding="utf-8")
    database.mkdir()
    (database / "tmp").symlink_to(left)

    with opened(database, Keys((NEW,))):
        assert not left.exists()


def test_without_the_key_or_with_another_one_it_does_not_open(database: Path) -> None:
    fill(database, Keys((OLD,)))

    with pytest.raises(MissingKeyError, match=f"key {OLD.id}, and none was given"):
        open_embedded(database)
    with pytest.raises(MissingKeyError, match=f"key {OLD.id}, and {NEW.id} was given"):
        open_embedded(database, Keys((NEW,)))
    with opened(database, Keys((OLD,))) as store:
        assert store.value("SELECT path FROM kept") == CANARY


@pytest.mark.parametrize("before", [NO_KEYS, Keys((OLD,))], ids=["plain", "older key"])
def test_tables_move_to_the_new_key_and_need_no_other_then(database: Path, before: Keys) -> None:
    fill(database, before)
    with opened(database, Keys((NEW, *before.all))) as store:
        store.insert("kept", ["path"], [["/new"]])
        assert move_parts(store, Keys((NEW, *before.all))) == (1, 0)
        assert move_parts(store, Keys((NEW, *before.all))) == (0, 0)
    _remove_replaced(database)

    assert not has_parts(database)
    assert disks_in_use(database) == [NEW.id]
    with opened(database, Keys((NEW,))) as store:
        assert store.rows("SELECT path FROM kept ORDER BY path") == [(CANARY,), ("/new",)]
    assert holding(database, CANARY.encode()) == set()
    assert not (database / "sealed" / OLD.id).exists()


def test_a_dump_of_encrypted_tables_is_encrypted_and_comes_back_row_for_row(
    database: Path, tmp_path: Path
) -> None:
    keys = Keys((NEW,))
    fill(database, keys)
    with opened(database, keys) as store:
        dump, sums = write_dump(store, database, "one")
        live = table_sums(store, "footfall")
    copy = tmp_path / "copy"
    (copy / BACKUPS).mkdir(parents=True)
    dump.rename(copy / BACKUPS / "one")

    assert sums == live
    assert sums["kept"].rows == 1
    assert holding(copy, CANARY.encode()) == set()
    with opened(copy, keys) as store:
        assert read_dump(store, "one") == sums
        assert store.value("SELECT path FROM kept") == CANARY
    with opened(tmp_path / "other", Keys((OLD,))) as store:
        (tmp_path / "other" / BACKUPS).mkdir(exist_ok=True)
        (copy / BACKUPS / "one").rename(tmp_path / "other" / BACKUPS / "one")
        with pytest.raises(StoreError):
            read_dump(store, "one")


def _remove_replaced(database: Path) -> None:
    """Remove the parts that a mutation replaced, as the engine does minutes later."""
    for part in database.rglob("all_1_1_0"):
        if NEW.id not in part.parts:
            for file in part.iterdir():
                file.unlink()
            part.rmdir()


def test_what_a_dump_that_was_cut_off_left_behind_goes(database: Path) -> None:
    fill(database, NO_KEYS)
    with opened(database) as store:
        write_dump(store, database, "one")
        store.command("RESTORE DATABASE footfall AS footfall_trial FROM File('one')")
        remove_leftovers(store, database)

        assert store.value("SELECT count() FROM system.databases WHERE name LIKE '%trial'") == 0
        assert not (database / BACKUPS).exists()
        assert store.value("SELECT path FROM kept") == CANARY
