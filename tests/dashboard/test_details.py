"""Details: every row can be found, in the order asked for, fifty at a time or as a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from dashboard.rendering.csv_file import plain
from schema import Site, Store
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows
from tests.dashboard.serve import add_user, an_app, serving, sign_in

NOW = at("2026-11-18 12:00")
FORMULA = '=HYPERLINK("https://evil.example","x")'
PATHS = [f"/p/{number:03d}" for number in range(120)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with a_store(tmp_path_factory.mktemp("details") / "db", Site(name=SITE)) as opened:
        _insert(opened)
        add_user(opened, "owner@shop.example")
        add_user(opened, "seller@shop.example", "seller", sites=(SITE,), path_prefixes=("/p/00",))
        add_user(opened, "elsewhere@shop.example", "viewer", sites=("other.example",))
        yield opened


@pytest.fixture(scope="module")
def address(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(an_app(store, tmp_path_factory.mktemp("data"), lambda: NOW)) as url:
        yield url


@pytest.fixture(scope="module")
def owner(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address) as client:
        sign_in(client, "owner@shop.example")
        yield client


def _insert(store: Store) -> None:
    """Insert one visitor of each path, three of the last; the first was read for a minute.

    Ten are in Sumqayit, six in Baku, two in Ganja; one came by a campaign with a hostile name.
    """
    places = [("AZ-SM", "Sumqayit")] * 10 + [("AZ-BA", "Baku")] * 6 + [("AZ-GA", "Ganja")] * 2
    places += [("", "")] * (len(PATHS) - len(places))
    rows = [
        event_row(
            NOW,
            visitor=number,
            session=number,
            starts=True,
            path=path,
            region=region,
            city=city,
            utm_campaign=FORMULA if number == 1 else "",
        )
        for number, (path, (region, city)) in enumerate(zip(PATHS, places, strict=True), 1)
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


def file_of(client: httpx.Client, panel: str, query: str = "") -> list[list[str]]:
    """Return the rows of a panel's file, its head first."""
    answer = client.get(f"/sites/{SITE}/details/{panel}.csv?period=7d&{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.text)))


def test_the_file_has_every_row_that_matches_in_the_pages_order(owner: httpx.Client) -> None:
    head, *rows = file_of(owner, "pages")
    assert head == ["page", "visitors", "share", "pageviews", "bounce_rate", "engaged_s", "scroll"]
    assert [row[0] for row in rows] == [PATHS[-1], *PATHS[:-1]]
    # Three of 122 visitors, and one who was on the first page for a minute and down to 80%.
    assert rows[0] == [PATHS[-1], "3", "0.02459", "3", "1.0", "", ""]
    assert rows[1] == [PATHS[0], "1", "0.008197", "1", "1.0", "60.0", "0.8"]
    _, *found = file_of(owner, "pages", "q=P/11&sort=-value&page=2")
    assert [row[0] for row in found] == PATHS[:109:-1]
    _, *filtered = file_of(owner, "pages", "f=page:is:/p/007")
    assert [row[:2] for row in filtered] == [["/p/007", "1"]]


def test_the_file_is_one_to_keep_under_a_name(owner: httpx.Client) -> None:
    answer = owner.get(f"/sites/{SITE}/details/pages.csv?period=7d&pages=exit")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="shop.example-pages-exit-2026-11-12-2026-11-18.csv"'
    )
    page = owner.get(f"/sites/{SITE}/details/pages?period=7d&q=P/11&f=country:is:AZ").text
    link = re.search(r'href="([^"]+[.]csv[^"]*)"', page)
    assert link is not None
    answer = owner.get(unescape(link[1]))
    assert len(answer.text.splitlines()) == 11


def test_no_cell_is_a_formula(owner: httpx.Client) -> None:
    [_, row] = file_of(owner, "sources", "sources=campaigns")
    assert row[:2] == [f"'{FORMULA}", "1"]


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))  # noqa: RUF001
def test_text_that_would_begin_a_formula_is_quoted(start: str) -> None:
    assert plain(f"{start}1") == f"'{start}1"
    assert plain(f"1{start}") == f"1{start}"


def test_small_numbers_fold_in_a_file_as_on_the_page(owner: httpx.Client) -> None:
    head, *rows = file_of(owner, "places")
    assert head[:4] == ["city", "code", "visitors", "share"]
    # Ganja's two fold, and Baku's six with them, so that no difference says how many.
    assert [row[:3] for row in rows] == [
        ["Unknown", "", "104"],
        ["Sumqayit", "AZ-SM/Sumqayit", "10"],
        ["Other (fewer than 5 visitors)", "", "8"],
    ]
    assert file_of(owner, "pages", "f=page:is:/p/007&f=country:is:AZ")[1:] == []


def test_a_file_holds_what_its_reader_may_see(address: str) -> None:
    with httpx.Client(base_url=address) as client:
        assert client.get(f"/sites/{SITE}/details/pages.csv").status_code == 303
        sign_in(client, "seller@shop.example")
        _, *rows = file_of(client, "pages")
        assert [row[:2] for row in rows] == [["Other (fewer than 5 visitors)", "10"]]
    with httpx.Client(base_url=address) as client:
        sign_in(client, "elsewhere@shop.example")
        assert client.get(f"/sites/{SITE}/details/pages.csv").status_code == 404


def test_the_log_says_who_took_how_many_rows(owner: httpx.Client, store: Store) -> None:
    file_of(owner, "pages", "q=P/11")
    last = store.rows(
        "SELECT action, site, rows, detail FROM audit_rows WHERE action = 'export'"
        " ORDER BY at DESC LIMIT 1"
    )
    assert last == [("export", SITE, 10, "details pages top")]
    assert owner.get(f"/sites/{SITE}/details/nothing.csv").status_code == 404
    assert owner.get(f"/sites/{SITE}/details/pages.csv?sort=salary").status_code == 400
