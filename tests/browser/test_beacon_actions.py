"""Promise: calls, marked elements and the features asked for make the events they name."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.recorder import Recorder

STUB = (
    "<script>window.footfall=window.footfall||"
    "function(){(footfall.q=footfall.q||[]).push(arguments)}</script>"
)
STAY = "addEventListener('click', event => event.preventDefault())"
STAY_ON_SUBMIT = "addEventListener('submit', event => event.preventDefault())"


def follow(shop: Recorder, page: Page, script: str, markup: str) -> list[tuple[str, Any]]:
    """Click the element `markup` on a page with `script`; return the events after the pageview."""
    page.goto(shop.serve("/tea", markup, script=script))
    page.evaluate(STAY)
    page.click("[data-test]")
    page.evaluate("footfall('end')")
    shop.wait_for("end")
    return [(event["n"], event.get("props")) for event in shop.events[1:-1]]


def test_a_call_sends_its_props_revenue_and_address(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    page.evaluate("""footfall("Purchase", {
        props: {size: "L", count: 2, gift: true}, interactive: false,
        revenue: {amount: "12.50", currency: "AZN"}, url: "/thanks?x=1#y"})""")
    (event,) = shop.wait_for("Purchase")
    assert event["props"] == {"size": "L", "count": 2, "gift": True}
    assert event["revenue"] == {"amount": "12.50", "currency": "AZN"}
    assert event["interactive"] is False
    assert event["u"] == shop.origin + "/thanks?x=1"
    assert event["k"] == shop.named("pageview")[0]["k"]


def test_a_bare_call_sends_no_empty_fields(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    page.evaluate("footfall('Hello')")
    (event,) = shop.wait_for("Hello")
    assert set(event) == {"n", "u", "d", "k", "g", "b", "w", "tz", "id"}


def test_a_pageview_called_by_hand_is_a_page_of_its_own(shop: Recorder, page: Page) -> None:
    page.goto(shop.serve("/tea"))
    page.evaluate("footfall('pageview', {url: '/virtual'}); footfall('pageview')")
    first, second, third = shop.wait_for("pageview", 3)
    assert second["u"] == shop.origin + "/virtual"
    assert len({first["k"], second["k"], third["k"]}) == 3


def test_calls_made_before_the_script_came_follow_the_pageview(shop: Recorder, page: Page) -> None:
    head = STUB + "<script>footfall('one', {props: {a: 1}}); footfall('two')</script>"
    page.goto(shop.serve("/tea", head=head))
    shop.wait_for("two")
    assert shop.names == ["pageview", "one", "two"]
    assert shop.events[1]["props"] == {"a": 1}


def test_a_function_called_with_runs_once_the_script_is_there(shop: Recorder, page: Page) -> None:
    head = STUB + "<script>footfall(loaded => loaded('from function'))</script>"
    page.goto(shop.serve("/tea", head=head))
    shop.wait_for("from function")


def test_a_marked_element_tells_clicks_on_it_and_in_it(shop: Recorder, page: Page) -> None:
    markup = (
        '<button class="red" data-event="Add to cart"'
        """ data-event-props='{"size": "L", "gift": false}'><b data-test>Add</b></button>"""
    )
    assert follow(shop, page, "beacon.elements.js", markup) == [
        ("Add to cart", '{"size": "L", "gift": false}')  # the collector reads such text, too
    ]


def test_a_click_that_the_page_stops_is_told_nevertheless(shop: Recorder, page: Page) -> None:
    markup = '<p onclick="event.stopPropagation()"><b data-test data-event="Zoom">+</b></p>'
    assert follow(shop, page, "beacon.elements.js", markup) == [("Zoom", None)]


def test_a_marked_form_tells_its_submission_and_no_click(shop: Recorder, page: Page) -> None:
    page.goto(
        shop.serve(
            "/tea",
            """<form data-event="Subscribe" data-event-props='{"list": "news"}'>"""
            "<p>x</p><button>Go</button></form>",
            script="beacon.elements.js",
        )
    )
    page.evaluate(STAY_ON_SUBMIT)
    page.click("p")
    page.click("button")
    shop.wait_for("Subscribe")
    page.evaluate("footfall('end')")
    shop.wait_for("end")
    assert shop.names == ["pageview", "Subscribe", "end"]
    assert shop.events[1]["props"] == '{"list": "news"}'


@pytest.mark.parametrize(
    ("script", "markup", "expected"),
    [
        (
            "beacon.outbound.js",
            '<a data-test href="http://partner.example/tea?mail=a#b"><b>x</b></a>',
            [("Outbound Link: Click", {"url": "http://partner.example/tea"})],
        ),
        ("beacon.outbound.js", '<a data-test href="/other">x</a>', []),
        ("beacon.outbound.js", '<a data-test href="mailto:a@shop.example">x</a>', []),
        ("beacon.js", '<a data-test href="http://partner.example/">x</a>', []),
        ("beacon.js", '<b data-test data-event="Zoom">+</b>', []),
        (
            "beacon.downloads.js",
            '<a data-test href="http://files.example/list.PDF?v=2">x</a>',
            [("File Download", {"url": "http://files.example/list.PDF"})],
        ),
        ("beacon.downloads.js", '<a data-test href="http://files.example/pdf">x</a>', []),
        (
            "beacon.downloads.js",
            '<a data-test download href="http://files.example/get">x</a>',
            [("File Download", {"url": "http://files.example/get"})],
        ),
        (
            "beacon.all.js",
            '<a data-test data-event="Guide" href="http://files.example/guide.pdf">x</a>',
            [("Guide", None), ("File Download", {"url": "http://files.example/guide.pdf"})],
        ),
    ],
)
def test_links_make_the_events_of_the_features_asked_for(
    shop: Recorder, page: Page, script: str, markup: str, expected: list[tuple[str, Any]]
) -> None:
    assert follow(shop, page, script, markup) == expected


def test_the_middle_button_opens_a_link_and_the_right_one_does_not(
    shop: Recorder, page: Page
) -> None:
    page.goto(shop.serve("/tea", '<a href="http://p.example/">x</a>', script="beacon.outbound.js"))
    page.evaluate("addEventListener('auxclick', event => event.preventDefault())")
    page.click("a", button="right")
    page.click("a", button="middle")
    shop.wait_for("Outbound Link: Click")
    page.evaluate("footfall('end')")
    shop.wait_for("end")
    assert shop.names == ["pageview", "Outbound Link: Click", "end"]


def test_an_outbound_click_that_leaves_the_page_arrives_once(shop: Recorder, page: Page) -> None:
    shop.serve_markup("/partner", "")
    url = shop.collector + "/partner"
    page.goto(shop.serve("/tea", f'<a href="{url}">x</a>', script="beacon.outbound.js"))
    shop.wait_for("pageview")
    page.click("a")
    page.wait_for_url(url)
    shop.mark(page)
    assert len(shop.wait_for("Outbound Link: Click")) == 1


def test_a_submitted_form_tells_the_path_it_goes_to(shop: Recorder, page: Page) -> None:
    form = '<form action="/order?step=1"><input name="action" value="x"><button>Go</button></form>'
    page.goto(shop.serve("/tea", form, script="beacon.forms.js"))
    page.evaluate(STAY_ON_SUBMIT)
    page.click("button")
    assert shop.wait_for("Form: Submission")[0]["props"] == {"path": "/order"}
