"""Promise: what docs/analysts and deploy/grafana give to other tools runs against the door."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from sqlalchemy import create_engine, inspect, text

from schema.tokens import Scope, new_token, save_token
from tests.analysts.conftest import ShopServer
from tests.analysts.shop_rows import SHOP

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "analysts"
GRAFANA = ROOT / "deploy" / "grafana"
DASHBOARD = json.loads((GRAFANA / "dashboards" / "footfall.json").read_text("utf-8"))
QUESTIONS = [panel["targets"][0]["rawSql"] for panel in DASHBOARD["panels"]]
# As the plugin's documentation has its macros become SQL.
MACROS = {
    r"\$__dateFilter\((\w+)\)": r"\1 >= toDate('2026-11-19') AND \1 <= toDate('2026-11-20')",
    r"\$__timeFilter\((\w+)\)": r"\1 >= toDateTime(1763510400) AND \1 <= toDateTime(1795219199)",
    r"\$\{site:sqlstring\}": f"'{SHOP}'",
}


def token(shop: ShopServer, name: str, scope: Scope) -> str:
    made, secret = new_token(name, scope, (SHOP,))
    save_token(shop.store, made)
    return secret


@pytest.mark.parametrize("question", QUESTIONS, ids=[p["title"] for p in DASHBOARD["panels"]])
def test_each_panel_of_the_grafana_dashboard_has_rows(shop: ShopServer, question: str) -> None:
    for macro, sql in MACROS.items():
        question = re.sub(macro, sql, question)
    assert "$" not in question
    answer = httpx.post(
        f"{shop.url}/clickhouse/?default_format=JSON",
        content=question,
        headers={"Authorization": f"Bearer {token(shop, 'grafana', 'sql')}"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]


def test_grafanas_files_name_one_source_and_a_place_for_the_dashboard() -> None:
    provisioning = GRAFANA / "provisioning"
    [source] = yaml.safe_load((provisioning / "datasources" / "footfall.yaml").read_text())[
        "datasources"
    ]
    [provider] = yaml.safe_load((provisioning / "dashboards" / "footfall.yaml").read_text())[
        "providers"
    ]
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} == {source["uid"]}
    assert {panel["datasource"]["type"] for panel in DASHBOARD["panels"]} == {source["type"]}
    assert provider["options"]["path"] in (DOCS / "grafana.md").read_text("utf-8")


def test_sqlalchemy_connects_as_superset_does(shop: ShopServer) -> None:
    secret = token(shop, "superset", "sql")
    address = shop.url.removeprefix("http://")
    engine = create_engine(
        f"clickhousedb://superset:{secret}@{address}/footfall",
        connect_args={"proxy_path": "/clickhouse"},
    )
    found = inspect(engine)
    assert {"events", "sessions", "daily", "dropped"} <= set(found.get_table_names()) | set(
        found.get_view_names()
    )
    assert "is_bounce" in {column["name"] for column in found.get_columns("sessions")}
    with engine.connect() as connection:
        [(bought,)] = connection.execute(text("SELECT countIf(name = 'Purchase') FROM events"))
    engine.dispose()
    assert bought == 4  # two on each of two days


def test_the_notebook_runs_from_its_first_cell_to_its_last(
    shop: ShopServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTFALL_URL", shop.url)
    monkeypatch.setenv("FOOTFALL_SITE", SHOP)
    monkeypatch.setenv("FOOTFALL_SINCE", "2026-11-19")
    monkeypatch.setenv("FOOTFALL_UNTIL", "2026-11-20")
    monkeypatch.setenv("FOOTFALL_SQL_TOKEN", token(shop, "notebook", "sql"))
    monkeypatch.setenv("FOOTFALL_STATS_TOKEN", token(shop, "figures", "stats"))
    notebook = json.loads((DOCS / "notebook.ipynb").read_text("utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in cells] == [[]] * len(cells)
    found: dict[str, Any] = {}
    for number, cell in enumerate(cells):
        exec(compile("".join(cell["source"]), f"cell {number}", "exec"), found)
    # Ten sessions a day, five carts, two purchases.
    assert found["funnel"][["sessions", "carts", "bought"]].to_numpy().tolist() == [[10, 5, 2]] * 2
    assert found["funnel"]["conversion"].tolist() == [0.2, 0.2]
    assert found["pages"].to_pydict() == {
        "path": ["/", "/product/rose"],
        "pageviews": [20, 20],
    }
    assert dict(
        zip(found["by_source"]["visit:source"], found["by_source"]["visitors"], strict=True)
    ) == {
        "Direct / None": 10,
        "Google": 10,
    }


def test_every_page_is_in_the_index_and_every_link_leads_somewhere() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    for page in DOCS.iterdir():
        assert page.name == "README.md" or f"({page.name})" in index, page.name
        if page.suffix == ".md":
            links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8"))
            assert [link for link in links if not (DOCS / link).exists()] == []
