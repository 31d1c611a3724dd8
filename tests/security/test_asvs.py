"""ASVS: the list names each requirement once, and every file it points to is there."""

from __future__ import annotations

import re
from collections import Counter

from tests.security.check_secrets import ROOT

DOC = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", DOC, re.MULTILINE)


def test_each_requirement_is_answered_once_in_order() -> None:
    numbers = [tuple(map(int, number.split("."))) for number, *_ in ROWS]

    assert numbers == sorted(set(numbers))
    assert {state for _, _, state, _ in ROWS} == {"kept", "part", "no", "n/a"}


def test_the_counts_at_its_head_are_those_of_its_lines() -> None:
    counts = Counter(state for _, _, state, _ in ROWS)

    assert (
        f"Of {len(ROWS)}: {counts['kept']} kept, {counts['part']} in part, {counts['no']} not,"
        f" {counts['n/a']} do not apply."
    ) in DOC


def test_every_file_that_it_points_to_is_there() -> None:
    paths = set(re.findall(r"\b[a-z][\w.-]*/[\w./-]+\.\w+", DOC))

    assert len(paths) > 50
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
