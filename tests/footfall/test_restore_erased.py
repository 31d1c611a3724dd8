"""What was erased after a backup was made does not come back with it, whatever else was lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.journal.journal import write_segments
from collector.writer.writer import Writer
from footfall.backups import create_backup, keep_backups, trim_ledger
from footfall.config import Config
from footfall.opening import open_store
from footfall.paths import DataPaths
from footfall.restoring import restore_backup
from privacy.ledger import Ledger
from privacy.records import Erasure, new_id
from privacy.scope import Scope
from schema import Store, migrate
from tests.build import an_event

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = NOW.date()
LEYLA, NOBODY_ELSE = 7, 8
ERASURE = Erasure(
    id=new_id(),
    received_at=NOW,
    scope=Scope(site="shop.example", until=NOW, visitor=LEYLA, day=DAY),
)


@contextmanager
def opened(config: Config) -> Iterator[Store]:
    with closing(open_store(config)) as store:
        migrate(store)
        yield store


def count(store: Store, visitor: int) -> int:
    found: int = store.value(
        "SELECT count() FROM event_rows WHERE visitor = {visitor:UInt64}", {"visitor": visitor}
    )
    return found


@pytest.fixture(params=["", "0a" * 32], ids=["plain", "encrypted"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    """Return an installation with a backup that knows two visitors, one of them erased since."""
    config = Config(data=tmp_path / "data", encryption_key=request.param)
    paths = DataPaths(config.data)
    at = NOW - timedelta(seconds=10)
    events = [
        an_event(visitor=visitor, received_at=at, time=at, day=DAY)
        for visitor in (LEYLA, LEYLA, NOBODY_ELSE)
    ]
    with opened(config) as store:
        write_segments(paths.journal / "c0", events, keys=config.keys)
        writer = Writer(store, paths.journal, paths.checkpoint, keys=config.keys)
        assert writer.step() == len(events)
        create_backup(store, paths, config.keys, tmp_path / "backup", 30, NOW)
        assert count(store, LEYLA) == 2
        writer._clerk.carry_out(ERASURE)
        assert count(store, LEYLA) == 0
    return config


def test_it_stays_erased_where_the_ledger_survived(config: Config, tmp_path: Path) -> None:
    restored = restore_backup(config, tmp_path / "backup", replace=True)

    assert restored.replayed == 1
    with opened(config) as store:
        assert (count(store, LEYLA), count(store, NOBODY_ELSE)) == (0, 1)


def test_it_stays_erased_where_only_the_backup_survived(config: Config, tmp_path: Path) -> None:
    keep_backups(DataPaths(config.data))
    shutil.rmtree(config.data)
    restored = restore_backup(config, tmp_path / "backup", replace=False)

    assert restored.replayed == 1
    with opened(config) as store:
        assert (count(store, LEYLA), count(store, NOBODY_ELSE)) == (0, 1)


def test_the_ledger_lasts_as_long_as_the_backup_and_is_sealed_with_a_key(config: Config) -> None:
    paths = DataPaths(config.data)
    ledger = Ledger(config.data, config.keys)
    trim_ledger(paths, config.keys)

    assert [entry.record.id for entry in ledger.entries()] == [ERASURE.id]
    assert (b"shop.example" in (config.data / "erasures.ledger").read_bytes()) != bool(config.keys)
    over = NOW + timedelta(days=31)
    assert ledger.backups(over) == []
    assert ledger.drop_before(over, over) == 2
    assert ledger.entries() == []
