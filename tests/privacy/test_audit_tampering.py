"""Audit check: whatever is done to the log's table, the check finds it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from privacy.audit import FIRST, AuditLog, record_hash
from privacy.audit_check import check_chains, read_records, verify_signed
from privacy.checkpoints import CHECKPOINT_FILE, CheckpointLog, Signed, signed_state
from schema import Store
from tests.dashboard.build_rows import a_store

Row = list[Any]

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
EDITS: Final = 1000
# Which of them are made depends on this number alone.
SEED: Final = 20261121
CHAIN, NUMBER, AT, ACTOR, ACTION, SITE, ROWS, PURPOSE, DETAIL, PREVIOUS, HASH = range(11)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit")


@pytest.fixture(scope="module")
def store(data: Path) -> Iterator[Store]:
    """Return a store with the records of three processes, signed to the last."""
    with a_store(data / "db") as opened:
        logs = [AuditLog(opened) for _ in range(3)]
        for number in range(30):
            logs[number % 3].record(
                actor=f"user {number % 4}", action="view", site="shop.example", rows=number
            )
            if number == 15:
                CheckpointLog(opened, data).sign(NOW)
        CheckpointLog(opened, data).sign(NOW)
        yield opened


@dataclass(frozen=True)
class Copy:
    """The table's rows, to be edited, and what was signed of them."""

    rows: list[Row]
    signed: Signed

    def is_broken(self) -> bool:
        rows = sorted(self.rows, key=lambda row: (str(row[CHAIN]), row[NUMBER]))
        return any(True for _ in check_chains(map(tuple, rows), self.signed))


@pytest.fixture
def copied(store: Store, data: Path) -> Callable[[], Copy]:
    rows = list(read_records(store))
    signed = signed_state(CheckpointLog(store, data).in_file())
    return lambda: Copy([list(row) for row in rows], signed)


def test_each_of_a_thousand_random_edits_is_found(copied: Callable[[], Copy]) -> None:
    chance = random.Random(SEED)
    assert not copied().is_broken()
    unfound = []
    for number in range(EDITS):
        edit = chance.choice(ALL_EDITS)
        copy = copied()
        edit(copy.rows, chance)
        if not copy.is_broken():
            unfound.append((number, edit.__name__))
    assert unfound == []


def change_a_field(rows: list[Row], chance: random.Random) -> None:
    row, column = chance.choice(rows), chance.randrange(len(rows[0]))
    row[column] = _other(row[column], chance)


def change_and_hash_again(rows: list[Row], chance: random.Random) -> None:
    """Do as somebody would who knows how the log is made."""
    row = chance.choice(rows)
    row[ROWS] += 1
    _hash_from(row, rows)


def delete(rows: list[Row], chance: random.Random) -> None:
    rows.remove(chance.choice(rows))


def delete_and_close_the_gap(rows: list[Row], chance: random.Random) -> None:
    gone = chance.choice(rows)
    rows.remove(gone)
    later = [row for row in rows if row[CHAIN] == gone[CHAIN] and row[NUMBER] > gone[NUMBER]]
    for row in later:
        row[NUMBER] -= 1
    if later:
        _hash_from(min(later, key=lambda row: int(row[NUMBER])), rows)


def swap(rows: list[Row], chance: random.Random) -> None:
    one, other = chance.sample(rows, 2)
    one[AT:], other[AT:] = other[AT:], one[AT:]


def duplicate(rows: list[Row], chance: random.Random) -> None:
    rows.append(list(chance.choice(rows)))


def insert_between(rows: list[Row], chance: random.Random) -> None:
    ends = {row[CHAIN]: row[NUMBER] for row in rows}
    before = chance.choice([row for row in rows if row[NUMBER] < ends[row[CHAIN]]])
    for row in rows:
        if row[CHAIN] == before[CHAIN] and row[NUMBER] > before[NUMBER]:
            row[NUMBER] += 1
    new = [*before[:NUMBER], before[NUMBER] + 1, *before[AT:]]
    rows.append(new)
    if chance.random() < 0.5:
        _hash_from(new, rows)


def cut_the_tail(rows: list[Row], chance: random.Random) -> None:
    chain = chance.choice(rows)[CHAIN]
    length = sum(row[CHAIN] == chain for row in rows)
    kept = chance.randrange(length)
    rows[:] = [row for row in rows if row[CHAIN] != chain or row[NUMBER] <= kept]


def take_a_chain_for_another(rows: list[Row], chance: random.Random) -> None:
    chain = chance.choice(rows)[CHAIN]
    for row in rows:
        if row[CHAIN] == chain:
            row[CHAIN] = UUID(int=chance.getrandbits(128))


ALL_EDITS: Final = (
    change_a_field,
    change_and_hash_again,
    delete,
    delete_and_close_the_gap,
    swap,
    duplicate,
    insert_between,
    cut_the_tail,
    take_a_chain_for_another,
)


@pytest.mark.parametrize(
    "edit",
    [
        "ALTER TABLE audit_rows UPDATE actor = 'nobody' WHERE number = 4",
        "ALTER TABLE audit_rows UPDATE at = at + 1 WHERE number = 10",
        "ALTER TABLE audit_rows DELETE WHERE number = 1",
        "ALTER TABLE audit_rows DELETE WHERE number > 8",
        "ALTER TABLE audit_rows DELETE WHERE chain = (SELECT min(chain) FROM audit_rows)",
        "INSERT INTO audit_rows SELECT * FROM audit_rows WHERE number = 3 LIMIT 1",
        "ALTER TABLE audit_checkpoints DELETE WHERE number = 2",
        "ALTER TABLE audit_checkpoints DELETE WHERE 1",
        "ALTER TABLE audit_checkpoints UPDATE body = lower(body) WHERE number = 1",
    ],
)
def test_an_edit_of_the_real_tables_is_found(store: Store, data: Path, edit: str) -> None:
    assert verify_signed(store, data) == []
    for table in ("audit_rows", "audit_checkpoints"):
        store.command(f"CREATE TABLE {table}_kept AS {table}")
        store.command(f"INSERT INTO {table}_kept SELECT * FROM {table}")  # noqa: S608  # our names
    try:
        store.command(edit + ("" if edit.startswith("INSERT") else " SETTINGS mutations_sync = 2"))
        assert verify_signed(store, data) != []
    finally:
        for table in ("audit_rows", "audit_checkpoints"):
            store.command(f"EXCHANGE TABLES {table} AND {table}_kept")
            store.command(f"DROP TABLE {table}_kept")


@pytest.mark.parametrize("kept_lines", [0, 1])
def test_a_cut_checkpoint_file_is_found(store: Store, data: Path, kept_lines: int) -> None:
    path = data / CHECKPOINT_FILE
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:kept_lines]))
    try:
        assert "in the database, and not so in the file" in str(verify_signed(store, data))
    finally:
        path.write_bytes(whole)


def test_a_checkpoint_of_another_key_counts_for_nothing(
    store: Store, data: Path, tmp_path: Path
) -> None:
    (tmp_path / CHECKPOINT_FILE).write_bytes((data / CHECKPOINT_FILE).read_bytes())

    found = verify_signed(store, tmp_path)

    assert [(link.chain, link.number, link.reason) for link in found] == [
        (None, number, "it was not signed by this installation's key") for number in (1, 2)
    ]


def test_an_older_day_can_be_moved_nowhere(copied: Callable[[], Copy]) -> None:
    copy = copied()
    copy.rows[0][AT] -= timedelta(days=1)
    _hash_from(copy.rows[0], copy.rows)
    assert copy.is_broken()


def _other(value: Any, chance: random.Random) -> Any:
    if isinstance(value, bytes):
        place = chance.randrange(len(value))
        return value[:place] + bytes([value[place] ^ 1 << chance.randrange(8)]) + value[place + 1 :]
    if isinstance(value, datetime):
        return value + timedelta(microseconds=chance.randrange(1, 10**9))
    if isinstance(value, UUID):
        return UUID(int=value.int ^ 1 << chance.randrange(128))
    if isinstance(value, int):
        return value + chance.randrange(1, 100)
    return value + chance.choice("abc ")


def _hash_from(changed: Row, rows: list[Row]) -> None:
    """Give a record and all after it in its chain the hashes that they would have had."""
    chain = sorted(
        (row for row in rows if row[CHAIN] == changed[CHAIN]), key=lambda row: row[NUMBER]
    )
    previous = FIRST
    for row in chain:
        if row[NUMBER] >= changed[NUMBER]:
            row[PREVIOUS] = previous
            row[HASH] = record_hash(tuple(row[:PREVIOUS]), previous)
        previous = row[HASH]
