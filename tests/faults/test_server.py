"""A ClickHouse URL that fails inserts costs no beacon, and no insert is made twice."""

from __future__ import annotations

from pathlib import Path

from tests.clickhouse_front import clickhouse_front
from tests.faults.fault_proxy import MODES
from tests.faults.server import fail_inserts


def test_five_ways_to_fail_an_insert_lose_and_double_nothing(
    engine_path: Path, tmp_path: Path
) -> None:
    with clickhouse_front(engine_path) as url:
        found = fail_inserts(tmp_path, url, rounds=1, hold_s=0.5)
    assert found.is_clean, found
    assert set(found.answers) == {"202"}, "only the store was down"
    assert set(found.more["hits"]) == set(MODES)
    assert found.acknowledged > 500
