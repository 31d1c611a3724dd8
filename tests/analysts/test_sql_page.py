"""Promise: owners and analysts ask in SQL on a page, each of their own sites, and it is noted."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import httpx
import pytest

from dashboard.gallery import examples
from dashboard.workbench.links import question_link
from tests.analysts.conftest import ShopServer
from tests.analysts.shop_rows import FOREIGN, SHOP
from tests.dashboard.serve import form_token
from tests.installation import wait_until

SignIn = Callable[[str], httpx.Client]
PURPOSE = "Weekly report"


def ask(client: httpx.Client, text: str, target: str = "/sql", **fields: str) -> httpx.Response:
    """Post a question as the form does, with a purpose unless said."""
    csrf = form_token(client.get("/sql"))
    form = {"purpose": PURPOSE} | fields | {"csrf": csrf, "text": text}
    return client.post(target, data=form)


def cells(page: httpx.Response) -> list[str]:
    found = re.findall(r"<td[^>]*>(.*?)</td>", page.text.partition("sql-table")[2])
    return [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in found]


def alert(page: httpx.Response) -> str:
    [found] = re.findall(r'role="alert">.*?<pre>(.*?)</pre>', page.text, re.DOTALL)
    return unescape(found)


@pytest.mark.parametrize("role", ["viewer", "seller"])
def test_others_than_owners_and_analysts_find_no_such_page(
    shop: ShopServer, signed_in: SignIn, role: str
) -> None:
    client = signed_in(role)
    assert client.get("/sql").status_code == 404
    assert client.get("/sql/names").status_code == 404
    token = form_token(client.get("/account/password"))
    form = {"csrf": token, "text": "SELECT 1", "purpose": PURPOSE}
    assert client.post("/sql", data=form).status_code == 404
    assert client.post("/sql/file", data={**form, "format": "csv"}).status_code == 404


def test_nobody_signed_out_is_told_anything(shop: ShopServer) -> None:
    answer = httpx.get(f"{shop.url}/sql?q=abc")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/sql%3Fq%3Dabc")


def test_a_form_from_elsewhere_runs_nothing(signed_in: SignIn) -> None:
    client = signed_in("owner")
    answer = client.post("/sql", data={"text": "SELECT 1", "purpose": PURPOSE, "csrf": "x"})
    assert answer.status_code == 403


def test_rows_are_those_of_the_analysts_sites(signed_in: SignIn) -> None:
    text = "SELECT countIf(path = {path:String}) AS there FROM events"
    assert cells(ask(signed_in("owner"), text, param_path=FOREIGN)) == ["1"]
    assert cells(ask(signed_in("analyst"), text, param_path=FOREIGN)) == ["0"]


def test_a_refusal_names_the_part_and_what_is_allowed(signed_in: SignIn) -> None:
    answer = ask(signed_in("owner"), "SELECT file('/etc/hostname')")
    assert answer.status_code == 400
    assert alert(answer) == (
        "the function file is not allowed here: call the functions of system.functions."
        " (ACCESS_DENIED)"
    )
    refused = alert(ask(signed_in("owner"), "SELECT * FROM users"))
    assert refused.startswith("the table users is not allowed here: read events, sessions,")


def test_an_engines_error_is_told_as_it_is(signed_in: SignIn) -> None:
    assert "nosuch" in alert(ask(signed_in("owner"), "SELECT nosuch FROM events"))


def test_a_purpose_is_asked_once_in_a_session(signed_in: SignIn) -> None:
    client = signed_in("analyst")
    assert 'name="purpose" required' in client.get("/sql").text
    refused = ask(client, "SELECT 1", purpose=" ")
    assert (refused.status_code, alert(refused)[:25]) == (400, "Say what the answers are ")
    assert cells(ask(client, "SELECT 1", purpose="Stock")) == ["1"]
    assert "Purpose: Stock" in client.get("/sql").text
    assert cells(ask(client, "SELECT 2", purpose="")) == ["2"]
    assert 'name="purpose" required' in signed_in("analyst").get("/sql").text


def test_each_question_is_in_the_audit_log_without_its_values(
    shop: ShopServer, signed_in: SignIn
) -> None:
    text = "SELECT path FROM events WHERE path = '/product/rose' LIMIT 3"
    ask(signed_in("analyst"), text, purpose="Audit of roses")
    [(actor, site, rows, detail)] = shop.store.rows(
        "SELECT actor, site, rows, detail FROM audit_rows"
        " WHERE action = 'sql' AND purpose = 'Audit of roses'"
    )
    assert (actor, site, rows) == (str(shop.users["analyst"].id), "shop.example", 3)
    assert re.fullmatch(r"SELECT path FROM events WHERE .*path = '\?'.* \[\d+\.\d{3} s\]", detail)
    assert "rose" not in detail


def test_values_of_parameters_are_bound_and_kept_in_their_fields(signed_in: SignIn) -> None:
    text = "SELECT {name:String} AS name, {number:UInt8} + 1 AS more"
    answer = ask(signed_in("owner"), text, param_name="O'Hara\t{x}", param_number="41")
    assert cells(answer) == ["O'Hara\t{x}", "42"]
    assert 'name="param_number" type="number" step="any" required value="41"' in answer.text


def test_amounts_and_large_numbers_are_exact(signed_in: SignIn) -> None:
    text = "SELECT toDecimal64('0.1000', 4), 18446744073709551615, NULL, [1, 2], map('a', 1)"
    assert cells(ask(signed_in("owner"), text)) == [
        "0.1", "18446744073709551615", "NULL", "[1,2]", '{"a":1}',
    ]  # fmt: skip


def test_a_page_shows_a_thousand_rows_and_a_file_has_all(signed_in: SignIn) -> None:
    client = signed_in("owner")
    text = "SELECT number FROM numbers(1500) ORDER BY number"
    page = ask(client, text)
    assert len(cells(page)) == 1000
    assert "rows shown, there are more" in page.text
    file = ask(client, text, "/sql/file", format="csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="query.csv"'
    assert file.headers["Content-Type"].startswith("text/csv")
    assert file.text.split() == ['"number"', *map(str, range(1500))]
    assert ask(client, "SELECT 1 AS a", "/sql/file", format="json").json()["data"] == [{"a": 1}]
    assert ask(client, "SELECT 1", "/sql/file", format="parquet").content[:4] == b"PAR1"


def test_a_file_is_named_after_its_question(signed_in: SignIn) -> None:
    client = signed_in("owner")
    example = next(each for each in examples() if each.stem == "weekdays")
    days = {"param_site": SHOP, "param_since": "2026-11-01", "param_until": "2026-11-30"}

    file = ask(client, example.text, "/sql/file", format="csv", **days)
    assert file.headers["Content-Disposition"] == 'attachment; filename="days-of-the-week.csv"'
    kept = ask(client, "SELECT 1", "/sql/save", name="Gəlir / ay")
    saved = kept.headers["Location"].rpartition("=")[2]
    file = ask(client, "SELECT 1", "/sql/file", format="csv", saved=saved)
    assert file.headers["Content-Disposition"] == (
        "attachment; filename=\"query.csv\"; filename*=UTF-8''g%C9%99lir-ay.csv"
    )


def test_a_file_that_cannot_be_made_is_a_page_that_says_why(signed_in: SignIn) -> None:
    answer = ask(signed_in("owner"), "SELECT * FROM tokens", "/sql/file", format="csv")
    assert answer.status_code == 400
    assert "the table tokens is not allowed here" in alert(answer)


def test_an_answer_over_time_has_a_line_and_one_by_names_has_bars(signed_in: SignIn) -> None:
    client = signed_in("owner")
    line = ask(client, "SELECT day, count() AS events FROM events GROUP BY day ORDER BY day")
    assert "data-chart=" in line.text
    bars = ask(client, "SELECT channel, count() AS events FROM events GROUP BY channel")
    assert "sql-bars" in bars.text
    neither = ask(client, "SELECT path, name FROM events LIMIT 3")
    assert "data-chart=" not in neither.text
    assert "sql-bars" not in neither.text


def test_a_link_opens_the_question_again_and_runs_nothing(
    shop: ShopServer, signed_in: SignIn
) -> None:
    client = signed_in("owner")
    text = "SELECT {x:UInt8} AS opened_by_link"
    answer = ask(client, text, param_x="7")
    [link] = re.findall(r'data-link="([^"]+)"', answer.text)
    assert unescape(link) == question_link(text, {"x": "7"})
    before = shop.store.value("SELECT count() FROM audit_rows WHERE action LIKE 'sql%'")
    opened = client.get(unescape(link))
    assert "opened_by_link" in opened.text
    assert 'value="7"' in opened.text
    assert shop.store.value("SELECT count() FROM audit_rows WHERE action LIKE 'sql%'") == before
    assert client.get("/sql?q=eNodamaged").status_code == 400


def test_what_one_asked_stands_in_ones_own_list_alone(signed_in: SignIn) -> None:
    owner, analyst = signed_in("owner"), signed_in("analyst")
    ask(owner, "SELECT 'a question of the owner'")
    assert "a question of the owner" in unescape(owner.get("/sql").text)
    assert "a question of the owner" not in unescape(analyst.get("/sql").text)


def test_a_kept_question_is_ones_own_until_it_is_shared(
    shop: ShopServer, signed_in: SignIn
) -> None:
    owner, analyst = signed_in("owner"), signed_in("analyst")
    kept = ask(owner, "SELECT 1 AS kept", "/sql/save", name="Kept for me")
    assert kept.status_code == 303
    target = kept.headers["Location"]
    assert analyst.get(target).status_code == 404
    saved = target.partition("=")[2]
    again = ask(owner, "SELECT 2 AS kept", "/sql/save", name="Kept for me", saved=saved, shared="1")
    assert again.headers["Location"] == target
    shown = analyst.get(target)
    assert "SELECT 2 AS kept" in shown.text
    assert "Remove query" not in shown.text
    assert ask(analyst, "x", "/sql/remove", saved=saved).status_code == 404
    assert ask(owner, "x", "/sql/remove", saved=saved).status_code == 303
    assert owner.get(target).status_code == 404
    assert shop.store.value("SELECT any(text) FROM saved_queries FINAL WHERE removed") == ""


def test_every_column_says_what_it_means_and_every_example_opens(signed_in: SignIn) -> None:
    client = signed_in("analyst")
    page = unescape(client.get("/sql").text)
    assert "pseudonym of one browser on one site for one day; 0 is nobody" in page
    for example in examples():
        assert f"/sql?example={example.stem}" in page
        opened = client.get(f"/sql?example={example.stem}")
        assert opened.status_code == 200
        assert example.text in unescape(opened.text)


def test_the_editor_is_told_of_tables_and_the_functions_that_may_run(signed_in: SignIn) -> None:
    names = signed_in("analyst").get("/sql/names").json()
    assert [table["name"] for table in names["tables"]] == [
        "events",
        "sessions",
        "daily",
        "dropped",
    ]
    assert "uniqExact" in names["functions"]
    assert "file" not in names["functions"]


def test_a_query_ends_when_its_reader_leaves(shop: ShopServer, signed_in: SignIn) -> None:
    client = signed_in("owner")
    with pytest.raises(httpx.ReadTimeout):
        client.post(
            "/sql",
            data={
                "csrf": form_token(client.get("/sql")),
                "text": "SELECT max(SHA256(toString(number))) FROM numbers(900000000)",
                "purpose": "Left early",
            },
            timeout=1,
        )
    found = "SELECT detail FROM audit_rows WHERE action = 'sql_failed' AND purpose = 'Left early'"
    wait_until(lambda: shop.store.rows(found))
    # 394: the engine's own number for a query that was cancelled.
    assert re.search(r", code 394\]$", shop.store.value(found))
