"""Details: every row can be found, in the order asked for, fifty at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from schema import Site, Store
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows
from tests.dashboard.serve import add_user, an_app, serving, sign_in

NOW = at("2026-11-18 12:00")
PATHS = [f"/p/{number:03d}" for number in range(120)]


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    path = tmp_path_factory.mktemp("details")
    with a_store(path / "db", Site(name=SITE)) as store:
        _insert(store)
        add_user(store, "owner@shop.example")
        with (
            serving(an_app(store, path, lambda: NOW)) as url,
            httpx.Client(base_url=url) as client,
        ):
            sign_in(client, "owner@shop.example")
            yield client


def _insert(store: Store) -> None:
    """Insert one visitor of each path, three of the last; the first was read for a minute."""
    rows = [
        event_row(NOW, visitor=number, session=number, starts=True, path=path)
        for number, path in enumerate(PATHS, 1)
    ]
    rows += [
        event_row(NOW, visitor=number, session=number, starts=True, path=PATHS[-1])
        for number in (1_001, 1_002)
    ]
    engaged = {"engaged_ms": 60_000, "scroll_depth": 80, "page_id": 3}
    rows.append(event_row(NOW, session=1, name="engagement", path=PATHS[0], **engaged))
    insert_rows(store, rows)


def shown(owner: httpx.Client, query: str) -> list[str]:
    page = owner.get(f"/sites/{SITE}/details/pages?period=7d&{query}")
    assert page.status_code == 200
    return re.findall(r'title="(/p/\d+)"', page.text)


def test_most_visitors_come_first_fifty_a_page(owner: httpx.Client) -> None:
    assert shown(owner, "") == [PATHS[-1], *PATHS[:49]]
    assert shown(owner, "page=2") == PATHS[49:99]
    assert shown(owner, "page=3") == PATHS[99:119]
    assert shown(owner, "page=9") == PATHS[99:119]


def test_rows_sort_by_name_and_by_any_column(owner: httpx.Client) -> None:
    assert shown(owner, "sort=value") == PATHS[:50]
    assert shown(owner, "sort=-value") == PATHS[:69:-1]
    assert shown(owner, "sort=visitors&page=3")[-1] == PATHS[-1]
    # What is unknown comes last, whichever way.
    assert shown(owner, "sort=-engaged_s")[0] == PATHS[0]
    assert shown(owner, "sort=scroll")[0] == PATHS[0]


def test_a_search_finds_a_part_of_a_name_on_every_page(owner: httpx.Client) -> None:
    assert shown(owner, "q=P/11&sort=value") == PATHS[110:120]
    assert shown(owner, "q=nowhere") == []
