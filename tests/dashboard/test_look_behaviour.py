"""Promise: a click changes figures in place, the keyboard reaches all, and live figures keep up."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from dashboard.figures.model import LivePath
from tests.dashboard import look_records as look
from tests.dashboard.look_server import LookServer, open_page

pytest_plugins = ["tests.dashboard.look_browser"]

N = "\u202f"


def test_a_row_filters_in_place_and_says_so(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    stays = page.locator("#live").element_handle()
    expect(page.locator("#live-scope")).to_be_empty()
    page.locator('#places a[data-key="country:AZ"]').click()
    expect(page.locator(".chip")).to_contain_text("Country is Azerbaijan")
    expect(page.locator("#metrics .value").first).to_have_text(f"20{N}694")
    expect(page.locator("#said")).to_have_text(
        f"Filtered: Country is Azerbaijan. 25 Oct \u2013 21 Nov. 20{N}694 visitors"
    )
    # Who is there now is read for all who look, whatever they filter.
    expect(page.locator("#live-scope")).to_have_text("Filter does not apply here")
    assert page.url.endswith("?f=country:is:AZ")
    assert stays.evaluate("element => element.isConnected")  # no new page was loaded
    focused = page.evaluate("document.activeElement.dataset.key")
    assert focused == "country:AZ"


def test_back_and_forward_walk_through_filters(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    page.locator('#sources a[data-key="source:Google"]').click()
    expect(page.locator(".chip")).to_have_count(1)
    page.go_back()
    expect(page.locator(".chip")).to_have_count(0)
    page.go_forward()
    expect(page.locator(".chip")).to_contain_text("Source is Google")


def test_shift_and_click_leaves_a_row_out(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    page.locator('#sources a[data-key="source:Google"]').click(modifiers=["Shift"])
    expect(page.locator(".chip")).to_contain_text("Source is not Google")


def test_removing_a_chip_gives_the_figures_back(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    page.locator('#places a[data-key="country:AZ"]').click()
    page.get_by_role("link", name="Remove filter: Country is Azerbaijan").click()
    expect(page.locator("#metrics .value").first).to_have_text(f"27{N}748")
    assert page.url.endswith("/sites/shop.example")


def test_the_form_adds_a_filter_and_a_chip_edits_it(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    page.keyboard.press("f")
    page.locator("#add-filter select[name=dimension]").select_option("browser")
    page.locator("#add-filter input[name=value]").fill("Firefox")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_contain_text("Browser is Firefox")
    page.get_by_role("button", name="Edit filter: Browser is Firefox").click()
    page.locator("#edit-1 input[name=value]").fill("Edge")
    page.get_by_role("button", name="Change filter").click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator(".chip")).to_contain_text("Browser is Edge")


def test_a_country_on_the_map_filters(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    page.locator("#places").scroll_into_view_if_needed()
    page.locator('.map a[data-key="map:TR"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_contain_text("Country is Türkiye")


def test_a_tab_changes_its_panel_alone(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    before = page.locator("#sources").bounding_box()
    page.get_by_role("link", name="Entry").click()
    expect(page.locator("#pages [aria-current]")).to_have_text("Entry")
    assert page.locator("#sources").bounding_box() == before


def test_a_metric_chooses_the_series_at_once(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    asked = pages_asked(server)
    page.locator(".metric .pick").nth(3).click()
    expect(page.locator("#h-trend")).to_have_text("Bounce rate per day")
    expect(page.locator(".metric.is-on .name")).to_have_text("Bounce rate")
    page.get_by_text("Show as table").click()
    expect(page.locator("#trend .plain tbody tr").first).to_contain_text("42.0%")
    expect(page.locator(".chart .axis").first).to_have_text("0%")
    assert pages_asked(server) == asked
    page.locator('#sources a[data-key="source:Google"]').click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator("#h-trend")).to_have_text("Bounce rate per day")


def test_a_kept_address_shows_the_series_it_names(page: Page, server: LookServer) -> None:
    page.goto(server.address("overview") + "?chart=bounce_rate")
    expect(page.locator("#h-trend")).to_have_text("Bounce rate per day")
    page.get_by_text("Show as table").click()
    expect(page.locator("#trend .plain thead")).to_contain_text("Bounce rate")
    expect(page.locator("#trend .plain tbody tr").first).to_contain_text("42.0%")


def test_the_keyboard_walks_the_chart_and_opens_a_day(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    chart = page.locator(".chart-plot")
    assert chart.get_attribute("role") == "img"
    assert f"Visitors: 27{N}748" in (chart.get_attribute("aria-label") or "")
    page.locator('.metric[data-metric="duration_s"] .info').focus()
    page.keyboard.press("Tab")
    expect(chart).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator(".readout")).to_contain_text("Sat 21 Nov")
    expect(page.locator(".readout")).to_contain_text("Not over yet")
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".readout")).to_contain_text("Wed 11 Nov")
    expect(page.locator("#said")).to_have_text(f"Wed 11 Nov: 1{N}912, Wed 14 Oct: 818")
    page.keyboard.press("Enter")
    page.wait_for_url("**period=custom&from=2026-11-11&until=2026-11-11")


def test_pointing_at_the_chart_reads_the_nearest_day(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    box = page.locator(".chart-plot").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 12, box["y"] + 100)
    expect(page.locator(".readout dd")).to_have_text(["548", "471"])
    page.mouse.move(0, 0)
    expect(page.locator(".readout")).to_be_hidden()


def test_details_open_over_the_page_and_close_to_where_they_came_from(
    page: Page, server: LookServer
) -> None:
    open_page(page, server, "live")
    opener = page.locator("#pages .more")
    opener.click()
    dialog = page.locator("#details-dialog")
    expect(dialog.get_by_role("heading", name="Top pages")).to_be_focused()
    assert page.url.endswith("/sites/shop.example")
    search = dialog.get_by_role("searchbox")
    search.fill("etir/")
    expect(dialog.locator("tbody tr")).to_have_count(2)
    expect(search).to_be_focused()
    dialog.get_by_role("link", name="On page").click()
    expect(dialog.locator("th[aria-sort]")).to_have_text("On page")
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body"
            " || document.getElementById('details-dialog').contains(document.activeElement)"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_row_of_the_details_filters_the_page_below(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    page.locator("#pages .more").click()
    page.locator("#details-dialog a.row-label", has_text="/sebet").click()
    expect(page.locator("#details-dialog")).to_be_hidden()
    expect(page.locator(".chip").last).to_contain_text("Page is /sebet")


def test_tab_reaches_everything_in_the_order_it_is_read(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    page.evaluate("document.activeElement.blur()")
    seen: list[str] = []
    for _ in range(130):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(WHERE))
    assert [place for place in seen if place.startswith("no ring")] == []
    order = ["skip", "bar-1", "view", "metrics", "trend", "live", "pages", "sources", "places"]
    firsts = [seen.index(name) for name in order]
    assert firsts == sorted(firsts)
    assert firsts[0] == 0


WHERE = """() => {
  const active = document.activeElement;
  if (active.classList.contains("skip")) return "skip";
  if (active === document.body) return "the browser's own controls";
  const box = active.getBoundingClientRect();
  const style = getComputedStyle(active.matches("input.sr") ? active.parentElement : active);
  const after = getComputedStyle(active, "::after").outlineStyle;
  const isMap = active.closest(".map");
  const hasRing = isMap || style.outlineStyle !== "none" || after !== "none";
  if (!hasRing) return "no ring: " + active.outerHTML;
  return active.closest("[data-region], .bar-1, #live, main")?.id || "bar-1";
}"""


def pages_asked(server: LookServer) -> list[str]:
    return [address for address in server.asked if address.startswith("/sites/")]


def test_menus_open_with_the_keyboard_and_arrows_walk_them(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    page.locator("#comparisons-button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#comparisons a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#comparisons a").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#comparisons")).to_be_hidden()
    expect(page.locator("#comparisons-button")).to_be_focused()


def test_single_keys_work_until_they_are_switched_off(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    page.keyboard.press("w")
    page.wait_for_url("**?period=7d")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.reload()
    page.locator("#trend.is-drawn").wait_for()
    page.keyboard.press("d")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_hidden()
    assert page.url.endswith("?period=7d")


def test_live_figures_follow_the_stream(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    minutes = [0] * 29 + [8]
    paths = [LivePath("/sebet|x", 9), LivePath("/", 4)]
    server.say(visitors=1_024, paths=paths, pageviews_per_minute=minutes)
    for place in page.locator("[data-live-count]").all():
        expect(place).to_have_text(f"1{N}024")
    rows = page.locator("[data-live-rows] tr")
    expect(rows).to_have_count(2)
    assert [re.sub(r"\s+", " ", text) for text in rows.all_text_contents()] == ["/sebet|x9", "/4"]
    assert (rows.first.locator("a").get_attribute("href") or "").endswith(
        "f=page:is:%2Fsebet%5C%7Cx"
    )
    bars = page.locator("[data-live-minutes] rect")
    assert bars.nth(29).get_attribute("height") == "100%"
    assert bars.nth(0).get_attribute("height") == "0%"
    rows.first.locator("a").click()
    expect(page.locator(".chip")).to_contain_text("Page is /sebet|x")


def test_the_pages_figures_keep_up_while_visitors_come(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    server.say()
    expect(page.locator(".live-lost")).to_be_hidden()
    page.get_by_text("Show as table").click()
    page.locator(".metric .pick").nth(1).click()
    server.visitors = look.TOTAL + 1
    server.say(visitors=24)
    expect(page.locator("#metrics .value").first).to_have_text(f"27{N}749", timeout=20_000)
    expect(page.locator("#trend-table")).to_have_attribute("open", "")
    expect(page.locator(".metric.is-on .name")).to_have_text("Sessions")
    expect(page.locator("#h-trend")).to_have_text("Sessions per day")


def test_a_lost_connection_is_said_and_mended(page: Page, server: LookServer) -> None:
    open_page(page, server, "live")
    server.say()
    expect(page.locator(".live-lost")).to_be_hidden()
    server.live.put(None)  # the server ends the stream
    expect(page.locator(".live-lost")).to_be_visible()
    server.say(visitors=31)
    expect(page.locator(".live-lost")).to_be_hidden()
    expect(page.locator("[data-live-count]").first).to_have_text("31")


def test_the_start_page_notices_the_first_event(page: Page, server: LookServer) -> None:
    open_page(page, server, "start")
    server.say(visitors=0, paths=[], pageviews_per_minute=[0] * 30)
    server.say(visitors=1, paths=[LivePath("/", 1)], pageviews_per_minute=[0] * 29 + [1])
    page.wait_for_url("**/sites/shop.example")


def test_the_snippet_is_copied_as_it_stands(page: Page, server: LookServer) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page, server, "start")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith('<script defer\n  src="https://stats.shop.example/beacon.js"')


def test_the_snippet_follows_the_ticked_features(page: Page, server: LookServer) -> None:
    open_page(page, server, "start")
    expect(page.get_by_role("button", name="Show the script with these")).to_be_hidden()
    page.get_by_label("Web vitals").check()
    page.get_by_label("Downloads").check()
    expect(page.locator("#snippet")).to_contain_text("/beacon.downloads.vitals.js")
    expect(page.locator("#snippet-checked")).to_contain_text('crossorigin="anonymous"')
    expect(page.get_by_role("button", name="Copy")).to_have_count(2)
    page.get_by_label("Web vitals").uncheck()
    page.get_by_label("Downloads").uncheck()
    expect(page.locator("#snippet")).to_contain_text("/beacon.js")


def test_without_script_a_button_shows_the_snippet_of_the_ticked_features(
    browser: Browser, server: LookServer
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.address("start"))
    page.get_by_label("Forms sent").check()
    page.get_by_role("button", name="Show the script with these").click()
    expect(page.locator("#snippet")).to_contain_text("/beacon.forms.js")
    expect(page.get_by_label("Forms sent")).to_be_checked()
    context.close()


def test_the_page_of_a_counted_site_stays(page: Page, server: LookServer) -> None:
    open_page(page, server, "start-counted")
    expect(page.locator(".note")).to_have_text("Counting since 25 Oct 2026. Open the figures")
    expect(page.locator("#snippet")).to_contain_text("/beacon.vitals.js")
    assert not [path for path in server.asked if path.startswith("/api/live")]
    page.get_by_role("link", name="Open the figures").click()
    page.wait_for_url("**/sites/shop.example")
