"""Labels: a region reads by its name, and what has no name reads as it is kept."""

from __future__ import annotations

import pytest

from dashboard.rendering.labels import label


@pytest.mark.parametrize(
    ("dimension", "value", "expected"),
    [
        ("region", "AZ-BA", "Bakı"),
        ("region", "DE-BY", "Bayern"),
        ("region", "TR-34", "İstanbul"),
        ("region", "XX-1", "XX-1"),
        ("region", "", "Unknown"),
        ("country", "AZ", "Azerbaijan"),
        ("city", "AZ-BA/Baku", "Baku"),
        ("source", "", "Direct / None"),
    ],
)
def test_a_value_reads_by_its_name(dimension: str, value: str, expected: str) -> None:
    assert label(dimension, value) == expected
