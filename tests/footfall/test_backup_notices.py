"""Promise: what notices said and will say comes back with a backup, but not over what is newer."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from collector.rights.page.versions import Versions
from footfall.backups import create_backup
from footfall.config import Config
from footfall.opening import open_store
from footfall.paths import DataPaths
from footfall.restoring import restore_backup
from privacy.plans import Plan, open_plans, read_plans
from privacy.reach import Reach
from privacy.timeline import Timeline, read_timeline
from schema import migrate

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SITE = "shop.example"
LESS, MORE = Reach((), {}, 5), Reach(("the column city",), {}, 5)
PLAN = Plan(
    id="p1",
    site=SITE,
    starts_on=date(2026, 12, 1),
    changes=("retention.cities=60",),
    announced_at=NOW,
)
TEXTS = {"en": "We count pages.", "az": "Səhifələri sayırıq."}


@pytest.fixture(params=["", "0a" * 32], ids=["plain", "encrypted"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    """Return an installation with a backup of a notice, an announcement and a site that grew."""
    config = Config(data=tmp_path / "data", encryption_key=request.param)
    paths = DataPaths(config.data)
    with closing(open_store(config)) as store:
        migrate(store)
        Versions(paths.root).keep(SITE, TEXTS, NOW.date(), LESS)
        timeline = Timeline(paths.timeline)
        timeline.note(SITE, LESS, NOW)
        timeline.note(SITE, MORE, NOW + timedelta(days=1))
        with open_plans(paths.plans) as plans:
            plans.plans.append(PLAN)
        create_backup(store, paths, config.keys, tmp_path / "backup", 30, datetime.now(UTC))
    return config


def test_they_come_back_into_an_empty_data_directory(config: Config, tmp_path: Path) -> None:
    paths = DataPaths(config.data)
    shutil.rmtree(paths.root)
    restore_backup(config, tmp_path / "backup", replace=False)

    [version] = Versions(paths.root).all(SITE)
    assert (version.texts, version.since, version.reach) == (TEXTS, NOW.date(), LESS)
    assert [span.reach for span in read_timeline(paths.timeline)[SITE]] == [LESS, MORE]
    assert read_plans(paths.plans).plans == [PLAN]


def test_what_is_there_stays(config: Config, tmp_path: Path) -> None:
    paths = DataPaths(config.data)
    with open_plans(paths.plans) as plans:
        plans.end(PLAN, "cancelled", NOW)
    restore_backup(config, tmp_path / "backup", replace=True)

    [plan] = read_plans(paths.plans).plans
    assert plan.state == "cancelled"
