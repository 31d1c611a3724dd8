"""Promise: every example of the gallery runs as an analyst of one site, and answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from dashboard.gallery import Example, examples
from dashboard.sql import Asked, Desk, Reader
from dashboard.workbench.blanks import blanks_of, bound
from privacy.audit import AuditLog
from schema import migrate, open_embedded
from tests.analysts.shop_rows import NOW, SHOP, fill_shop

READER = Reader("analyst", "analyst@shop.example", (SHOP,))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    data: Path = tmp_path_factory.mktemp("gallery")
    store = open_embedded(data / "database")
    migrate(store)
    fill_shop(store)
    yield Desk(store, AuditLog(store))
    store.close()


def test_there_are_at_least_twenty_with_a_title_and_a_text_of_their_own() -> None:
    found = examples()
    assert len(found) >= 20
    assert len({example.title for example in found}) == len(found)
    assert all(example.about.endswith(".") and "--" not in example.text for example in found)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.stem)
def test_an_example_answers_with_rows(desk: Desk, example: Example) -> None:
    rows = _rows(desk, example)
    assert rows
    assert all(any(value not in (None, "", 0) for value in row) for row in rows)


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        # Ten on each of two days; two pages each, and a purchase is no pageview.
        ("visitors_by_day", [["2026-11-19", 10, 20], ["2026-11-20", 10, 20]]),
        ("revenue_by_day", [["2026-11-19", 25, 2, 12.5], ["2026-11-20", 25, 2, 12.5]]),
        (
            "funnel",
            [["Product seen", 20], ["Add to cart", 10], ["Checkout started", 6], ["Purchase", 4]],
        ),
        # Five of ten carts a day, of which two are bought.
        ("abandoned_carts", [["2026-11-19", 5, 3, 60], ["2026-11-20", 5, 3, 60]]),
        # Of even visitors, who come by Google, number 0 buys; of odd ones number 1.
        ("conversion_by_channel", [["Direct", 10, 2, 20], ["Organic Search", 10, 2, 20]]),
        ("next_pages", [["/product/rose", 20]]),
        ("left_out", [["2026-11-20", "bot", 3]]),
        ("against_last_period", [["Direct", 10, 0, 10], ["Organic Search", 10, 0, 10]]),
    ],
)
def test_an_example_answers_what_it_says(
    desk: Desk, stem: str, expected: list[list[object]]
) -> None:
    [example] = [example for example in examples() if example.stem == stem]
    assert _rows(desk, example) == expected


def _rows(desk: Desk, example: Example) -> list[list[object]]:
    values = {b.name: b.value for b in blanks_of(example.text, {}, [SHOP], NOW.date())}
    asked = Asked(
        text=example.text, parameters=bound(example.text, values), default_format="JSONCompact"
    )
    answer = desk.open(desk.check(asked, READER))
    try:
        data = b"".join(iter(lambda: answer.read(65536), b""))
    finally:
        answer.close()
    rows: list[list[object]] = msgspec.json.decode(data)["data"]
    return rows
