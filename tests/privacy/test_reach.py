"""What goes further than before is told, so that nobody is held to a consent to less."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.errors import PlanError
from privacy.reach import Reach, grown, reach_of
from privacy.retention_policy import retention_of
from privacy.timeline import Span, Timeline, covered_since
from schema.sites import Site

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SITE = Site(name="shop.example", consent="consent", signal="nobody", small_number=5)


def a_reach(columns: tuple[str, ...] = ("path",), **changes: Any) -> Reach:
    site = replace(SITE, **changes)
    return reach_of(site, retention_of(site), columns, ("statistics",))


@pytest.mark.parametrize(
    ("after", "more"),
    [
        (a_reach(), []),
        (a_reach(keep=("cities=60",)), ["cities for 60 days instead of 30"]),
        (a_reach(keep=("cities=7", "events=90")), []),
        (a_reach(small_number=3), ["places from 3 visitors on instead of 5"]),
        (a_reach(small_number=9), []),
        (a_reach(signal="drop"), []),
        (a_reach(consent="strict"), []),
        (a_reach(consent="cookieless"), []),
        (a_reach(("path", "screen")), ["the column screen"]),
    ],
)
def test_what_goes_further_is_told_and_what_does_not_is_not(after: Reach, more: list[str]) -> None:
    assert grown(a_reach(), after) == more


def test_each_step_towards_more_is_one() -> None:
    assert grown(a_reach(consent="strict"), a_reach()) == ["visits before an answer"]
    assert grown(a_reach(consent="cookieless"), a_reach()) == ["an id that lasts, after consent"]
    assert grown(a_reach(signal="drop"), a_reach()) == ["visits with GPC or DNT, as nobody's"]


def test_only_consents_to_less_than_now_are_asked_for_again() -> None:
    less, more = a_reach(), a_reach(keep=("events=400",))
    day = timedelta(days=1)
    assert covered_since([Span(NOON, less)]) is None
    assert covered_since([Span(NOON, less), Span(NOON + day, more)]) == NOON + day
    # Less than before: whoever agreed to more agreed to this.
    assert covered_since([Span(NOON, more), Span(NOON + day, less)]) is None
    # Those of the first day agreed to what is so again, and those of the second to more.
    back = [Span(NOON, less), Span(NOON + day, more), Span(NOON + 2 * day, less)]
    assert covered_since(back) is None
    assert covered_since([*back, Span(NOON + 3 * day, more)]) == NOON + 3 * day


def test_spans_outlast_a_restart_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "timeline.json"
    less, more = a_reach(), a_reach(keep=("events=400",))
    assert Timeline(path).note("shop.example", less, NOON) is None
    later = NOON + timedelta(days=1)
    assert Timeline(path).note("shop.example", more, later) == later
    assert Timeline(path).note("shop.example", more, later + timedelta(days=1)) == later
    assert Timeline(path).note("other.example", more, later) is None
    path.write_bytes(b"[")
    with pytest.raises(PlanError, match=r"timeline\.json cannot be read"):
        Timeline(path).note("shop.example", more, later)
