"""Promise: every page shows its records' figures, in HTML that nothing can break out of."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from dashboard.figures.model import Filter, LivePath, Metric, Row
from dashboard.rendering.chart import round_ticks
from dashboard.rendering.links import Links
from dashboard.rendering.render import map_step, render, shown_rows
from tests.dashboard import look_records as look

PAGES = look.every_page()
VOID = {"meta", "link", "input", "br", "hr", "wbr", "img"}
N = "\u202f"


class Outline(HTMLParser):
    """Reads HTML strictly: what is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        self.faults += [f"{tag} has {name} twice" for name, count in names.items() if count > 1]
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> Outline:
    outline = Outline()
    outline.feed(html)
    outline.close()
    return outline


def text_of(html: str) -> str:
    return re.sub(r"[ \n]+", " ", "".join(read(html).words))


def links_in(html: str, **wanted: str) -> list[dict[str, str]]:
    tags = (attributes for tag, attributes in read(html).tags if tag == "a")
    return [a for a in tags if all(a.get(name) == value for name, value in wanted.items())]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_sound_html(name: str) -> None:
    outline = read(PAGES[name])
    assert outline.faults == []
    assert outline.open == []
    ids = Counter(a["id"] for _, a in outline.tags if "id" in a)
    assert [each for each, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_refers_to_by_id_is_there(name: str) -> None:
    tags = [attributes for _, attributes in read(PAGES[name]).tags]
    ids = {a["id"] for a in tags if "id" in a}
    for attribute in ("popovertarget", "aria-labelledby", "aria-describedby", "for"):
        assert {a[attribute] for a in tags if attribute in a} <= ids, attribute


@pytest.mark.parametrize("name", PAGES)
def test_no_page_carries_a_style_or_a_script_of_its_own(name: str) -> None:
    for tag, attributes in read(PAGES[name]).tags:
        assert tag != "style"
        assert tag != "script" or attributes["src"].startswith("/static/")
        assert not [a for a in attributes if a == "style" or a.startswith("on")]


def test_every_figure_of_the_overview_is_on_it() -> None:
    text = text_of(PAGES["overview"])
    strip = [f"27{N}748", f"32{N}931", f"122{N}306", "41.3%", "2m\u00a046s"]
    changes = ["↑ 21.3%", "↑ 21.9%", "↑ 25.0%", "↓ 2.1\u00a0pts", "↓ 4.6%"]
    for figure in [*strip, *changes, f"9{N}292", f"3{N}127", "14:20:08"]:
        assert figure in text, figure
    for name, panel in look.an_overview().panels.items():
        for row in shown_rows(panel.rows, 7 if name == "devices" else 9):
            figure = f"{row.visitors:,}".replace(",", N)
            assert (f"{row.share:.1%}" if name == "device_split" else figure) in text, row
    for figure in ("Azerbaijan", "74.6%", "Baku", "54.1%", "0m\u00a038s", "52%", "Chrome Mobile"):
        assert figure in text


def test_the_charts_table_has_each_points_figures() -> None:
    html = PAGES["overview"]
    table = html[html.index('class="plain"') : html.index("</table>", html.index('class="plain"'))]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", table)
    found = [(when, re.findall(r"<td[^>]*>(.*?)</td>", cells)) for when, cells in rows]
    assert len(found) == 28
    assert found[0] == ("Sun 25 Oct", ["812", "Sun 27 Sep", "742", "↑ 9.4%"])
    assert found[17] == ("Wed 11 Nov", [f"1{N}912", "Wed 14 Oct", "818", "↑ 133.7%"])
    assert found[27] == ("Sat 21 Nov (to 14:20)", ["548", "Sat 24 Oct", "471", "↑ 16.3%"])


def test_the_script_draws_the_same_figures_as_the_table() -> None:
    data = json.loads(chart_attribute(PAGES["overview"]))
    assert [point["cells"]["visitors"][0] for point in data["points"]] == [d[0] for d in look.DAYS]
    assert [point["cells"]["visitors"][2] for point in data["points"]] == [d[1] for d in look.DAYS]
    assert data["points"][17]["cells"]["visitors"][1] == f"1{N}912"
    assert [p["partial"] for p in data["points"]] == [False] * 27 + [True]
    assert data["points"][-1]["label"] == "Today, to 14:20"
    assert next(p["label"] for p in data["points"] if p["label"]) == "Mon 26 Oct"
    assert data["ticks"]["visitors"] == [
        [0, "0"], [500, "500"], [1000, f"1{N}000"], [1500, f"1{N}500"], [2000, f"2{N}000"],
    ]  # fmt: skip
    assert "up 21.3%" in data["sentences"]["visitors"]
    assert f"Highest: Wed 11 Nov, 1{N}912." in data["sentences"]["visitors"]


def test_hours_that_have_not_come_are_unknown() -> None:
    data = json.loads(chart_attribute(PAGES["one-day"]))
    assert [p["cells"]["visitors"][0] is None for p in data["points"]] == [False] * 15 + [True] * 9
    assert [p["label"] for p in data["points"] if p["label"]] == [
        "00:00", "06:00", "12:00", "Now", "18:00",
    ]  # fmt: skip


def test_the_address_chooses_the_charts_series() -> None:
    html = look.overview_html(tabs={"chart": "bounce_rate"})
    assert json.loads(chart_attribute(html))["metric"] == "bounce_rate"
    [chosen] = links_in(html, **{"aria-pressed": "true"})
    assert chosen["data-key"] == "chart:bounce_rate"
    assert "Bounce rate per day" in text_of(html)


def test_a_series_nobody_knows_shows_visitors() -> None:
    html = look.overview_html(tabs={"chart": "revenue"})
    assert json.loads(chart_attribute(html))["metric"] == "visitors"


@given(st.floats(min_value=1e-3, max_value=1e12), st.booleans())
def test_ticks_are_round_and_few_and_reach_the_highest(highest: float, is_duration: bool) -> None:
    ticks = round_ticks(highest, is_duration=is_duration)
    assert 4 <= len(ticks) <= 6
    assert ticks[0] == 0
    assert ticks[-1] >= highest * (1 - 1e-6)
    assert ticks[-1] <= max(highest * 2.1, 5)
    step = ticks[1]
    assert all(abs(tick - step * n) < step * 1e-6 for n, tick in enumerate(ticks))


@pytest.mark.parametrize("highest", [0, 1, 2, 3])
def test_ticks_of_few_visitors_are_whole_numbers(highest: int) -> None:
    assert round_ticks(highest, is_whole=True) in ([0, 1, 2, 3], [0, 1, 2, 3, 4])


HOSTILE = """"><script>alert('x')</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"""


def test_a_hostile_label_stays_text_everywhere() -> None:
    rows = [look.a_row(HOSTILE, 50), look.a_row("/b", 20)]
    panels = {name: replace(p, rows=rows) for name, p in look.an_overview().panels.items()}
    page = look.an_overview(
        panels=panels,
        filters=(Filter("page", "is", (HOSTILE, "b"), (HOSTILE, "b")),),
        live=look.a_live(paths=[LivePath(HOSTILE, 3)]),
    )
    details = look.a_details_page(panel=panels["pages"], search=HOSTILE, filters=page.filters)
    login = look.login_html(HOSTILE, 1, HOSTILE)
    for html in (look.overview_html(page), look.details_html(details), login):
        outline = read(html)
        assert outline.faults == []
        assert [a for tag, a in outline.tags if tag == "script" and "src" not in a] == []
        assert not [tag for tag, _ in outline.tags if tag == "img"]
        assert "alert" in text_of(html)
        assert "{{ 7 * 7 }}" in text_of(html)


def test_an_unknown_figure_is_a_dash_that_is_spoken() -> None:
    html = look.overview_html(look.an_overview(metrics=[Metric("visitors", None, None)]))
    cell = html[html.index('data-metric="visitors"') : html.index('data-metric="sessions"')]
    assert '<span aria-hidden="true">\u2013</span><span class="sr">unknown</span>' in cell


def test_folded_rows_come_last_without_a_link() -> None:
    html = PAGES["overview"]
    other = html[html.index('class="row-other"') :]
    row = other[: other.index("</tr>")]
    assert "Other (fewer than 5 visitors)" in row
    assert "<a " not in row
    assert "fewer than 5 visitors are folded" in text_of(html)
    plain = [Row(str(n), str(n), 20 - n, None) for n in range(12)]
    kept = shown_rows([*plain, look.other_row()], 9)
    assert [row.label for row in kept] == [
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        look.other_row().label,
    ]


def test_a_row_filters_and_a_filtered_row_lets_go() -> None:
    [row] = links_in(PAGES["overview"], **{"data-key": "source:Google"})
    assert row["href"].endswith("f=page:contains_not:/topdan&f=source:is:Google")
    assert row["data-not"].endswith("f=page:contains_not:/topdan&f=source:is_not:Google")
    chosen = look.an_overview(filters=(Filter("source", "is", ("Google",), ("Google",)),))
    html = look.overview_html(chosen)
    [row] = links_in(html, **{"data-key": "source:Google"})
    assert row["href"] == "/sites/shop.example"
    assert "filtered" in text_of(html)


def test_every_period_and_comparison_can_be_chosen_without_script() -> None:
    hrefs = {a["href"] for a in links_in(PAGES["overview"]) if "href" in a}
    f = "f=page:contains_not:/topdan"
    for key in ("today", "yesterday", "7d", "30d", "91d", "month", "last_month", "12mo", "year"):
        assert f"/sites/shop.example?period={key}&{f}" in hrefs
    assert f"/sites/shop.example?compare=year&{f}" in hrefs
    assert f"/sites/shop.example?compare=none&{f}" in hrefs
    assert f"/sites/shop.example?period=custom&from=2026-09-27&until=2026-10-24&{f}" in hrefs


def test_forms_send_the_view_along() -> None:
    html = PAGES["overview"]
    dates = html[html.index('class="dates"') :]
    dates = dates[: dates.index("</form>")]
    assert '<input type="hidden" name="f" value="page:contains_not:/topdan">' in dates
    assert '<input type="hidden" name="period" value="custom">' in dates
    editing = html[html.index('id="edit-1"') :]
    editing = editing[: editing.index("</form>")]
    assert 'name="f"' not in editing  # the filter that is edited is replaced
    assert 'value="/topdan"' in editing


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("no-match", ["Nothing matches these filters", "Remove “Device is TV”", "Clear all"]),
        ("empty", ["Nothing counted", "See the script"]),
        ("too-few", ["Too few visitors to show", "Fewer than 5 visitors remain"]),
        ("panel-error", ["Sources could not be read", "nothing is lost", "Try again"]),
        ("page-error", ["The figures could not be read", "The store took longer than 10 s."]),
        ("details-none", ["No row holds these words", "Show all rows"]),
        ("login-error", ["Email and password do not match. 4 tries left."]),
        ("password-error", ["The two are not the same."]),
        ("error", ["No such page", "Nothing is kept at this address.", "404"]),
    ],
)
def test_each_state_says_what_happened_and_what_to_do(name: str, sentences: list[str]) -> None:
    text = text_of(PAGES[name])
    for sentence in sentences:
        assert sentence in text


def test_details_name_the_order_and_the_page() -> None:
    html = PAGES["details"]
    assert 'aria-sort="descending"' in html
    [visitors] = links_in(html, **{"data-key": "sort:visitors"})
    assert "sort=visitors" in visitors["href"]  # a second click turns the order round
    [following] = links_in(html, **{"data-key": "next"})
    assert "page=2" in following["href"]
    assert "Page 1 of 9 · 214 rows" in text_of(html)
    assert look.LONG_PATH in text_of(html)


def test_the_start_page_holds_the_snippet_as_text() -> None:
    html = PAGES["start"]
    code = re.search(r'<code id="snippet">(.*?)</code>', html, re.DOTALL)
    assert code is not None
    assert unescape(code[1]).startswith("<script defer")
    assert 'data-start="/api/live?site=shop.example"' in html


def test_days_of_which_only_totals_are_kept_are_named_under_a_filter() -> None:
    page = look.an_overview(lost_until=date(2026, 10, 31))
    assert "Filters reach back to the day after Sat 31 Oct" in text_of(look.overview_html(page))
    assert "only totals are kept" not in text_of(PAGES["overview"])


def test_a_large_count_keeps_its_exact_figure() -> None:
    page = look.an_overview(metrics=[Metric("visitors", 1_236_789, None)])
    html = look.overview_html(page)
    assert f'title="1{N}236{N}789"' in html
    assert "1.24\u00a0M" in text_of(html)


@pytest.mark.parametrize(
    ("share", "step"),
    [(None, 0), (0, 0), (0.0001, 1), (0.0025, 2), (0.01, 3), (0.05, 4), (0.4, 5), (1, 5)],
)
def test_the_map_has_six_steps_with_fixed_limits(share: float | None, step: int) -> None:
    assert map_step(share) == step


def test_a_name_that_is_missing_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(UndefinedError, match="csrf"):
        render("password.html", error="", one_time=False)


@pytest.mark.parametrize("language", ["az", "ru", "tr"])
def test_another_language_changes_the_signs_of_figures(language: str) -> None:
    page = look.an_overview()
    context: dict[str, Any] = {"viewer": look.VIEWER, "sites": look.SITES, "credits": ()}
    links = Links(site_name=page.site)
    html = render("overview.html", locale=language, page=page, links=links, **context)
    assert f'<html lang="{language}">' in html
    assert "41.3%" not in text_of(html)
    assert f"27{N}748" in text_of(html)


def chart_attribute(html: str) -> str:
    return next(a["data-chart"] for _, a in read(html).tags if "data-chart" in a)
