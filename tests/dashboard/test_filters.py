"""Filters: an address's conditions come back as they were, choose what they say, and are bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import ParameterError
from dashboard.figures.dimensions import DIMENSIONS
from dashboard.figures.filters import make_filter, parse_filters
from dashboard.figures.model import Filter
from dashboard.figures.query import (
    Figures,
    Scope,
    breakdown,
    by_day,
    by_hour,
    page_engagement,
    visitors,
)
from dashboard.rendering.links import Links, filter_text
from schema import Store
from tests.dashboard.build_rows import SITE, a_store, at, event_row, insert_rows

DAY = at("2026-11-18 10:00")
NEXT_DAY = at("2026-11-19 10:00")
ODD = "a'b\"c\\d|e:f{g:String}\n--;ə%_"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with a_store(tmp_path_factory.mktemp("filters") / "db") as opened:
        google, odd = {"source": "Google", "channel": "Organic Search"}, {"source": ODD}
        insert_rows(
            opened,
            [
                # Visitor 1 comes from Google, reads two pages and buys.
                event_row(DAY, visitor=1, session=1, starts=True, path="/", **google),
                event_row(DAY, visitor=1, session=1, path="/cart"),
                event_row(DAY, visitor=1, session=1, path="/cart", name="Purchase"),
                event_row(
                    DAY,
                    visitor=1,
                    session=1,
                    path="/cart",
                    name="engagement",
                    page_id=5,
                    engaged_ms=4_000,
                    scroll_depth=50,
                ),
                # Visitor 2 comes directly, from Türkiye, and bounces.
                event_row(DAY, visitor=2, session=2, starts=True, path="/cart", country="TR"),
                # Visitor 3 comes from an odd place to an odd page.
                event_row(DAY, visitor=3, session=3, starts=True, path=ODD, **odd),
                # The next day, visitor 4 reads one seller's page and buys on another's.
                event_row(NEXT_DAY, visitor=4, session=4, starts=True, path="/mine/a"),
                event_row(NEXT_DAY, visitor=4, session=4, path="/theirs/b", name="Purchase"),
                # Nobody.
                event_row(DAY, visitor=0, path="/cart", country="AZ"),
            ],
        )
        yield opened


def scope(*texts: str, prefixes: tuple[str, ...] = ()) -> Scope:
    return Scope(
        site=SITE,
        raw_days=(DAY.date(),),
        filters=parse_filters(texts),
        path_prefixes=prefixes,
    )


def totals(store: Store, *texts: str) -> Figures:
    return sum(by_day(store, scope(*texts)).values(), Figures())


def test_without_filter_everything_counts(store: Store) -> None:
    # Three visitors, one session each; pages /, /cart, /cart, the odd one and nobody's.
    assert totals(store) == Figures(3, 3, 5, 2, 0)


def test_a_page_chooses_events_and_the_sessions_that_have_one(store: Store) -> None:
    # /cart was seen by 1, 2 and nobody; only the session of 2 is a bounce.
    assert totals(store, "page:is:/cart") == Figures(2, 2, 3, 1, 0)
    sources = dict(breakdown(store, scope("page:is:/cart"), "source").rows)
    assert {value: figures.visitors for value, figures in sources.items()} == {"Google": 1, "": 1}


def test_a_source_chooses_sessions_and_all_their_events(store: Store) -> None:
    assert totals(store, "source:is:Google") == Figures(1, 1, 2, 0, 0)
    pages = dict(breakdown(store, scope("source:is:Google"), "page").rows)
    assert {value: figures.pageviews for value, figures in pages.items()} == {"/": 1, "/cart": 1}


def test_a_goal_chooses_those_who_reached_it_with_all_they_did(store: Store) -> None:
    # Visitor 1 bought, after / and /cart; the 4 seconds on /cart are of that session.
    assert totals(store, "goal:is:Purchase") == Figures(1, 1, 2, 0, 0)
    assert totals(store, "goal:contains:purch") == Figures(1, 1, 2, 0, 0)
    view = scope("goal:is:Purchase")
    pages = {value: figures.pageviews for value, figures in breakdown(store, view, "page").rows}
    assert pages == {"/": 1, "/cart": 1}
    assert [value for value, _ in breakdown(store, view, "source").rows] == ["Google"]
    assert [value for value, _ in breakdown(store, view, "country").rows] == ["AZ"]
    assert page_engagement(store, view) == {"/cart": (4.0, 0.5)}
    assert visitors(store, view) == 1
    hours = by_hour(store, view, "UTC")
    assert hours == {DAY: Figures(1, 1, 2, 0, 0)}


def test_a_goal_not_reached_chooses_the_other_sessions(store: Store) -> None:
    # 2 and 3 bounced; of nobody it is not known.
    assert totals(store, "goal:is_not:Purchase") == Figures(2, 2, 2, 2, 0)
    assert totals(store, "goal:contains_not:urchas") == Figures(2, 2, 2, 2, 0)


def test_a_goal_and_a_page_need_not_be_one_event(store: Store) -> None:
    assert totals(store, "goal:is:Purchase", "page:is:/") == Figures(1, 1, 1, 0, 0)
    assert totals(store, "goal:is:Purchase", "source:is:") == Figures()


def test_a_goal_reached_on_the_pages_of_others_is_not_a_sellers_to_know(store: Store) -> None:
    for prefixes, found in (((), 1), (("/mine",), 0), (("/theirs",), 1)):
        bought = replace(scope("goal:is:Purchase", prefixes=prefixes), raw_days=(NEXT_DAY.date(),))
        assert visitors(store, bought) == found


def test_a_country_holds_for_events_of_nobody_too(store: Store) -> None:
    assert totals(store, "country:is:TR") == Figures(1, 1, 1, 1, 0)
    assert totals(store, "country:is:AZ") == Figures(2, 2, 4, 1, 0)


def test_conditions_of_both_kinds_hold_together(store: Store) -> None:
    # Of Google's one session, the events on /cart.
    assert totals(store, "page:is:/cart", "source:is:Google") == Figures(1, 1, 1, 0, 0)
    assert totals(store, "page:is:/", "source:is:") == Figures()
    assert visitors(store, scope("page:is:/cart", "source:is:Google")) == 1


def test_each_operator_says_what_it_says(store: Store) -> None:
    assert totals(store, "page:is:/|/cart").visitors == 2
    assert totals(store, "page:is_not:/cart").visitors == 2  # 1 saw / and 3 the odd page
    assert totals(store, "page:contains:CAR").visitors == 2
    assert totals(store, "page:contains_not:car").visitors == 2
    assert totals(store, "source:is_not:Google").visitors == 2


def test_engagement_follows_the_filters(store: Store) -> None:
    assert page_engagement(store, scope("source:is:Google")) == {"/cart": (4.0, 0.5)}
    assert page_engagement(store, scope("source:is:")) == {}
    assert page_engagement(store, scope(), ["/"]) == {}


def test_a_seller_sees_the_own_pages_alone(store: Store) -> None:
    view = scope(prefixes=("/cart",))
    assert [value for value, _ in breakdown(store, view, "page").rows] == ["/cart"]
    # Visitor 1 entered at "/", which is not the seller's to know.
    entries = {value: f.visitors for value, f in breakdown(store, view, "entry_page").rows}
    assert entries == {"/cart": 1, "": 1}
    probing = scope("entry_page:is:/", prefixes=("/cart",))
    assert breakdown(store, probing, "page").rows == []


@pytest.mark.parametrize("dimension", list(DIMENSIONS))
@pytest.mark.parametrize("operator", ["is", "is_not", "contains", "contains_not"])
def test_any_dimension_and_operator_runs_with_any_text(
    store: Store, dimension: str, operator: str
) -> None:
    condition = make_filter(dimension, operator, [ODD])
    found = by_day(store, Scope(site=SITE, raw_days=(DAY.date(),), filters=(condition,)))
    has_odd = dimension in ("page", "source", "entry_page", "exit_page")
    seen = sum(found.values(), Figures()).visitors
    assert seen == ((1 if has_odd else 0) if operator in ("is", "contains") else 3 - has_odd)


@given(
    st.sampled_from(sorted(DIMENSIONS)),
    st.sampled_from(["is", "is_not", "contains", "contains_not"]),
    st.lists(st.text(st.characters(exclude_characters="\0"), max_size=20), min_size=1, max_size=4),
)
def test_a_condition_comes_back_from_the_address_as_it_was(
    dimension: str, operator: str, values: list[str]
) -> None:
    condition = make_filter(dimension, operator, values)
    assert parse_filters([filter_text(condition)]) == (condition,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "page",
        "page:is",
        "salary:is:5",
        "page:equals:/",
        "page:is:a\0b",
        "page:is:" + "x" * 2_001,
    ],
)
def test_what_cannot_be_read_is_refused_by_name(text: str) -> None:
    with pytest.raises(ParameterError) as refused:
        parse_filters([text])
    assert refused.value.parameter == "f"


def test_more_conditions_than_anybody_reads_are_refused() -> None:
    with pytest.raises(ParameterError):
        parse_filters(["page:is:/"] * 11)


def test_links_keep_the_view_and_change_one_thing() -> None:
    links = Links(
        site_name="shop.example",
        period_key="7d",
        filters=parse_filters(["page:is:/a|b", "country:is:AZ"]),
        tabs={"pages": "entry"},
    )
    kept = "period=7d&f=page:is:/a|b&f=country:is:AZ"
    assert links.overview() == f"/sites/shop.example?{kept}&pages=entry"
    assert links.tab("pages", "exit") == f"/sites/shop.example?{kept}&pages=exit"
    assert links.without_filter(links.filters[0]) == (
        "/sites/shop.example?period=7d&f=country:is:AZ&pages=entry"
    )
    assert links.with_filter("page", "is_not", "a|b").endswith("&f=page:is_not:a%5C|b&pages=entry")
    assert links.with_filter("country", "is", "AZ").count("country") == 1
    assert links.site("b.example") == "/sites/b.example?period=7d&pages=entry"
    assert links.details("pages", search="x y", sort="value", descending=False, page=2) == (
        f"/sites/shop.example/details/pages?{kept}&pages=entry&q=x%20y&sort=value&page=2"
    )
    with pytest.raises(ValueError, match="operator"):
        links.with_filter("page", "like", "x")  # type: ignore[arg-type]


def test_labels_are_for_people() -> None:
    assert make_filter("country", "is", ["AZ", "XX", ""]).labels == ("Azerbaijan", "XX", "Unknown")
    assert make_filter("city", "is", ["AZ-BA/Baku"]).labels == ("Baku",)
    assert make_filter("source", "is", [""]) == Filter("source", "is", ("",), ("Direct / None",))
