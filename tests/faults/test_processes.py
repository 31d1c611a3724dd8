"""A store that hangs, resends across restarts, descriptors used up: nothing lost, nothing twice."""

from __future__ import annotations

from pathlib import Path

from tests.faults.descriptors import use_up_descriptors
from tests.faults.hang import stop_store_for
from tests.faults.resends import COUNT, resend_after_kills


def test_a_store_that_hangs_is_replaced_and_costs_no_beacon(tmp_path: Path) -> None:
    found = stop_store_for(tmp_path, stopped_s=4, hung_after_s=3)
    assert found.is_clean, found
    assert set(found.answers) == {"202"}, "only the store was down"
    assert found.more["replaced"]


def test_resends_count_once_across_restarts_of_each_process(tmp_path: Path) -> None:
    found = resend_after_kills(tmp_path)
    assert found["acknowledged"] == 4 * COUNT
    assert (found["stored"], found["lost"], found["doubled"]) == (COUNT, 0, 0)
    # Those that asked whether the site is counted yet are repeats, too.
    assert found["counted_as_repeats"] >= 3 * COUNT


def test_a_collector_without_descriptors_loses_nothing_and_recovers(tmp_path: Path) -> None:
    found = use_up_descriptors(tmp_path, hold_s=2)
    assert found.is_clean, found
    assert set(found.answers) == {"202"}
    assert found.more["most_open"] >= found.more["limit"] - 1
