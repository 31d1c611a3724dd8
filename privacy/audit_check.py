"""Audit check: finds every place where the log is not what was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from privacy.audit import FIRST, BrokenLink, record_hash
from privacy.checkpoints import Checkpoint, CheckpointLog, End, Signed, signed_state
from privacy.errors import AuditError
from schema import Store

# Read at one time: about 20 MB of memory.
_ROWS_AT_ONE_TIME: Final = 50_000
_NO_CHAIN: Final = UUID(int=0)


def verify(store: Store) -> list[BrokenLink]:
    """Return every place where a chain does not hold together; none is a whole log.

    What the chains alone cannot show is that records at the end of one were taken away.
    """
    return list(check_chains(read_records(store), Signed({}, {})))


def verify_signed(store: Store, data: Path) -> list[BrokenLink]:
    """Return every place where the log is not what the checkpoints of a data directory say.

    What was written since the last of them is held together by its chain alone.
    """
    log = CheckpointLog(store, data)
    try:
        in_file, in_store = log.in_file(), log.in_store()
        broken = list(check_checkpoints(in_file, in_store, log.public_key))
        signed = signed_state(in_file or in_store)
    except AuditError as error:
        return [BrokenLink(None, 0, str(error))]
    return broken + list(check_chains(read_records(store), signed))


def is_empty(store: Store, data: Path) -> bool:
    """Return whether nothing was recorded or signed yet; raises AuditError.

    Whoever took away all of it, the file in the data directory included, leaves the same.
    """
    log = CheckpointLog(store, data)
    return next(read_records(store), None) is None and not log.in_store() and not log.in_file()


def read_records(store: Store) -> Iterator[tuple[Any, ...]]:
    """Yield the log's records chain by chain, each chain in the order of its numbers."""
    chain, number = _NO_CHAIN, 0
    while True:
        rows = store.run(
            "privacy.queries",
            "audit_chains",
            chain=str(chain),
            number=number,
            row_limit=_ROWS_AT_ONE_TIME,
        )
        yield from rows
        if len(rows) < _ROWS_AT_ONE_TIME:
            return
        chain, number = rows[-1][:2]


def check_chains(records: Iterable[tuple[Any, ...]], signed: Signed) -> Iterator[BrokenLink]:
    """Yield where records, in the order of `read_records`, are not what they should be."""
    missing = set(signed.ends)
    for chain, of_chain in groupby(records, key=lambda record: record[0]):
        name = str(chain)
        missing.discard(name)
        yield from _check_chain(
            chain, of_chain, signed.ends.get(name), signed.removed.get(name, End(0, FIRST))
        )
    for name in sorted(missing):
        end = signed.ends[name]
        yield BrokenLink(UUID(name), end.number, "the whole chain is gone")


def check_checkpoints(
    in_file: Sequence[Checkpoint], in_store: Sequence[Checkpoint], public_key: bytes
) -> Iterator[BrokenLink]:
    """Yield where checkpoints are not what was signed; raises AuditError for unreadable ones."""
    if not in_file and not in_store:
        yield BrokenLink(None, 0, "there is no checkpoint: none was made yet, or all were removed")
        return
    yield from _check_sequence(in_file, public_key)
    in_both = set(in_file) & set(in_store)
    for each in in_file:
        if each not in in_both:
            yield BrokenLink(None, each.number, "it is in the file, and not so in the database")
    for each in in_store:
        if each not in in_both:
            yield BrokenLink(None, each.number, "it is in the database, and not so in the file")
    if len(in_store) != len(set(in_store)):
        yield BrokenLink(None, 0, "the database has one of them twice")


def _check_sequence(found: Sequence[Checkpoint], public_key: bytes) -> Iterator[BrokenLink]:
    before: Checkpoint | None = None
    for each in found:
        statement = each.statement
        if not each.is_signed_by(public_key) or statement.number != each.number:
            yield BrokenLink(None, each.number, "it was not signed by this installation's key")
        elif (
            before is None
            and not statement.is_whole
            and not any(later.statement.is_whole for later in found)
        ):
            yield BrokenLink(None, each.number, "those before it are gone")
        elif before is not None and statement.previous != sha256(before.body).digest():
            yield BrokenLink(None, each.number, "it does not follow the one before it")
        before = each


def _check_chain(
    chain: UUID, records: Iterable[tuple[Any, ...]], end: End | None, removed: End
) -> Iterator[BrokenLink]:
    number, previous = removed.number, removed.hash
    for row in records:
        *record, before, digest = row
        if record[1] <= removed.number:
            yield BrokenLink(chain, record[1], "it was removed, and is there again")
            continue
        if record[1] != number + 1:
            yield BrokenLink(chain, record[1], f"follows number {number}")
        elif before != previous:
            yield BrokenLink(chain, record[1], "the one before it was changed")
        elif record_hash(tuple(record), before) != digest:
            yield BrokenLink(chain, record[1], "it was changed")
        if end is not None and record[1] == end.number and digest != end.hash:
            yield BrokenLink(chain, record[1], "it is not the one that was signed")
        number, previous = record[1], digest
    if end is not None and number < end.number:
        yield BrokenLink(chain, number + 1, f"all from here to number {end.number} is gone")
