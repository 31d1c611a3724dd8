"""docs/data.md describes every column of the analysts' views, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schema import Store

DOC = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("view", ["events", "sessions", "daily", "dropped"])
def test_a_views_columns_are_those_of_its_section(embedded_store: Store, view: str) -> None:
    columns = {
        name
        for (name,) in embedded_store.rows(
            "SELECT name FROM system.columns"
            " WHERE database = currentDatabase() AND table = {view:String}",
            {"view": view},
        )
    }
    described = _described(view)
    if view == "sessions":
        # The section says that the rest is as in `events`.
        assert described - columns == set()
        assert columns - described <= _described("events")
    else:
        assert described == columns


def _described(view: str) -> set[str]:
    [section] = re.findall(rf"^## {view}\n(.*?)(?=^## |\Z)", DOC, re.MULTILINE | re.DOTALL)
    cells = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
