"""Document: the stats API's page is true: its examples run, and it names all there is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.api.date_range import KEYS
from dashboard.api.names import FILTER_NAMES, METRICS
from tests.api.stats_shop import Shop, a_shop
from tests.installation import footfall

PAGE = (Path(__file__).parents[2] / "docs/analysts/stats-api.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found, language
    return found[1]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(tmp_path_factory.mktemp("api_doc")) as served:
        yield served


def test_the_query_of_the_page_is_answered(shop: Shop) -> None:
    body = json.loads(block("sh").partition("-d '")[2].rpartition("'")[0])
    assert shop.query(**body)["results"] == []
    # Visitor 1 bought and had looked at the cart.
    condition = json.loads(block("json").replace("/pricing", "/cart"))
    assert shop.totals("visitors", filters=[condition]) == [1]


def test_the_program_of_the_page_prints_rows(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    program = block("python").replace("http://127.0.0.1:8001", str(shop.client.base_url))
    names: dict[str, Any] = {"token": shop.token}
    exec(program, names)
    assert capsys.readouterr().out == "Direct / None 2\nGoogle 2\n"
    assert list(names["frame"]["bounce_rate"]) == [50.0, 50.0]


def test_the_questions_on_the_command_line_run(tmp_path: Path) -> None:
    question = re.search(r'footfall sql "(SELECT.*?)" --format (\w+)', PAGE)
    assert question
    done = footfall("sql", question[1], "--format", question[2], "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stdout) == (0, '"source","uniq(visitor)"\n'), done.stderr


def test_the_page_names_every_metric_dimension_and_range() -> None:
    for name in METRICS:
        assert f"`{name}`" in PAGE
    for name in (*(name.partition(":")[2] for name in FILTER_NAMES), *KEYS):
        assert re.search(rf"\b{name}\b", PAGE), name
