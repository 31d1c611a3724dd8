"""Promise: the pages work for everyone, in any theme and width, and load only our own files."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.axe import violations
from tests.dashboard import look_records as look
from tests.dashboard.look_server import LookServer, open_page, watch

N = "\u202f"
NAMES = sorted(look.every_page())


pytest_plugins = ["tests.dashboard.look_browser"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(
    browser: Browser, server: LookServer, faults: list[str], name: str, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    watch(context, faults, server)
    page = context.new_page()
    open_page(page, server, name)
    if name == "overview":
        page.locator("#places").scroll_into_view_if_needed()
        page.locator(".map path.m5").wait_for()
    assert violations(page) == []
    context.close()
    assert faults == []


@pytest.mark.parametrize("name", NAMES)
def test_no_page_scrolls_sideways_at_320_px(page: Page, server: LookServer, name: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    open_page(page, server, name)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_text_spacing_of_readers_cuts_no_figure(page: Page, server: LookServer) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    open_page(page, server, "overview")
    # WCAG 1.4.12, set through the CSSOM, which the policy allows.
    page.evaluate(
        """() => {
          for (const element of document.body.querySelectorAll("*")) {
            element.style.setProperty("letter-spacing", "0.12em");
            element.style.setProperty("word-spacing", "0.16em");
            element.style.setProperty("line-height", "1.5");
          }
        }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".metric .value, td.num")]
          .filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
          .map((cell) => cell.textContent)"""
    )
    assert cut == []


def test_the_chosen_theme_holds_against_the_system_and_over_a_reload(
    page: Page, server: LookServer
) -> None:
    page.emulate_media(color_scheme="light")
    open_page(page, server, "overview")
    page.locator(".theme label[title=Dark]").click()
    assert background(page) == "rgb(13, 16, 18)"
    page.reload()
    assert background(page) == "rgb(13, 16, 18)"
    assert page.get_by_role("radio", name="Dark").is_checked()
    assert page.context.cookies() == []


def test_forced_colours_keep_bars_line_and_chosen_tab_visible(
    page: Page, server: LookServer
) -> None:
    page.emulate_media(forced_colors="active")
    open_page(page, server, "overview")
    ground = background(page)
    for selector, style in [
        ("#pages .bar-svg rect:last-child", "fill"),
        (".chart .s-now", "stroke"),
        ("#pages .tabs [aria-current]", "borderBottomColor"),
        (".minutes rect.m-old", "fill"),
    ]:
        shown = page.locator(selector).first.evaluate(f"e => getComputedStyle(e).{style}")
        assert shown != ground, selector


def test_print_leaves_the_controls_out_and_names_the_period(page: Page, server: LookServer) -> None:
    open_page(page, server, "overview")
    page.emulate_media(media="print")
    expect(page.locator(".print-head")).to_contain_text("25 October \u2013 21 November 2026")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator("#pages .tabs")).to_be_hidden()


def test_the_chart_shows_the_figures_of_its_table(page: Page, server: LookServer) -> None:
    open_page(page, server, "overview")
    page.get_by_text("Show as table").click()
    table = [
        [cell.strip() for cell in row]
        for row in page.locator("#trend .plain tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
        )
    ]
    page.locator(".chart-plot").focus()
    page.keyboard.press("Home")
    for row in table:
        when, value, earlier, previous, change = row
        assert readout(page) == [value, previous]
        assert page.locator(".readout dt").all_text_contents() == [
            re.sub(r" \(.*", "", when),
            earlier,
        ]
        assert page.locator(".readout .delta").text_content() == change
        page.keyboard.press("ArrowRight")
    assert len(table) == 28


def test_the_line_goes_through_the_figures(page: Page, server: LookServer) -> None:
    open_page(page, server, "overview")
    path = page.locator(".chart .s-now").first.get_attribute("d") or ""
    points = [tuple(map(float, pair.split(","))) for pair in re.findall(r"[\d.]+,[\d.]+", path)]
    ys = [y for _, y in points]
    assert len(points) == 27  # the last day is not over and has a thinner line of its own
    assert ys.index(min(ys)) == 17  # 11 November, the sale
    top, bottom = 10.0, page.locator(".chart-plot").bounding_box()["height"] - 34.0  # type: ignore[index]
    expected = [bottom - (bottom - top) * day[0] / 2000 for day in look.DAYS[:27]]
    assert ys == pytest.approx(expected, abs=0.01)


def test_the_map_colours_countries_by_fixed_steps(page: Page, server: LookServer) -> None:
    open_page(page, server, "overview")
    page.locator("#places").scroll_into_view_if_needed()
    page.locator(".map a").first.wait_for()
    steps = {"AZ": "m5", "TR": "m4", "RU": "m3", "KZ": "m3", "UA": "m2", "PL": "m1"}
    for code, step in steps.items():
        mark = page.locator(f'.map a[data-key="map:{code}"] > .{step}')
        assert mark.count() == 1, code
    link = page.locator('.map a[data-key="map:AZ"]')
    assert link.get_attribute("aria-label") == f"Azerbaijan: 20{N}694 visitors, 74.6%"
    # Nearby is where the visitors are; what lies far away is on the map of the world.
    assert page.locator('.map a[data-key="map:SG"] > *').count() == 0
    page.get_by_role("button", name="World").click()
    assert page.locator('.map a[data-key="map:SG"] > circle').count() == 1


def test_without_script_everything_is_a_link_or_a_form(
    browser: Browser, server: LookServer
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.address("live"))
    page.get_by_role("link", name="Entry").click()
    assert page.url.endswith("?pages=entry")
    page.get_by_role("button", name="Bounce rate", exact=False).first.click()
    assert "chart=bounce_rate" in page.url
    page.get_by_text("Show as table").click()
    expect(page.locator("#trend .plain thead")).to_contain_text("Bounce rate")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.locator("#add-filter input[name=value]").fill("Google")
    page.locator("#add-filter select[name=dimension]").select_option("source")
    page.get_by_role("button", name="Add filter").click()
    assert "f=source%3Ais%3AGoogle" in page.url
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_role("link", name="Remove filter: Source is Google").click()
    expect(page.locator(".chip")).to_have_count(0)
    page.locator("#pages .more").click()
    expect(page.get_by_role("heading", name="Top pages")).to_be_visible()
    context.close()


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def readout(page: Page) -> list[str]:
    return page.locator(".readout dd").all_text_contents()


@pytest.mark.parametrize("width", [1440, 390])
def test_states_keep_the_height_of_their_panels(page: Page, server: LookServer, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    heights = []
    for name in ("overview", "no-match", "panel-error"):
        open_page(page, server, name)
        heights.append([page.locator(f"#{each}").bounding_box()["height"] for each in TABLES])  # type: ignore[index]
    full, empty, broken = heights
    assert empty == pytest.approx(full, abs=2)
    assert broken == pytest.approx(full, abs=2)


TABLES = ("trend", "pages", "sources", "devices")
