"""A backup that is made after an erasure holds no byte of what was erased."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collector.journal.journal import write_segments
from collector.writer.writer import Writer
from footfall.backups import create_backup
from footfall.config import Config
from footfall.opening import open_store
from footfall.paths import DataPaths
from privacy.records import Erasure, new_id
from privacy.scope import Scope
from schema import migrate
from tests.build import an_event

NOW = datetime.now(UTC).replace(microsecond=0)
LEYLA, SOMEBODY = 7, 8
# What no compression takes apart: it stands in a column's file as it is.
CANARY, OTHER = "/c4n8x2q9z7v5k3j1", "/p6w0m2r8t4y1h5g3"


def holds(backup: Path, text: str) -> bool:
    """Tell whether any file of a backup has a text's bytes."""
    return any(text.encode() in p.read_bytes() for p in backup.rglob("*") if p.is_file())


def test_a_backup_after_an_erasure_has_none_of_its_bytes(tmp_path: Path) -> None:
    config = Config(data=tmp_path / "data")
    paths = DataPaths(config.data)
    at = NOW - timedelta(seconds=10)
    events = [
        an_event(visitor=visitor, received_at=at, time=at, day=NOW.date(), path=path)
        for visitor, path in ((LEYLA, CANARY), (SOMEBODY, OTHER))
    ]
    scope = Scope(site="shop.example", until=NOW, visitor=LEYLA, day=NOW.date())
    before, after = tmp_path / "before", tmp_path / "after"
    with closing(open_store(config)) as store:
        migrate(store)
        write_segments(paths.journal / "c0", events)
        writer = Writer(store, paths.journal, paths.checkpoint)
        assert writer.step() == len(events)
        create_backup(store, paths, config.keys, before, 30, NOW)
        writer._clerk.carry_out(Erasure(id=new_id(), received_at=NOW, scope=scope))
        create_backup(store, paths, config.keys, after, 30, NOW)

    assert (holds(before, CANARY), holds(before, OTHER)) == (True, True)
    assert (holds(after, CANARY), holds(after, OTHER)) == (False, True)
