"""The demonstration shop is whole: each link leads somewhere, nothing leaves the origin."""

import json
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from examples.storefront import build

FILES = build.files(build.read_catalogue())
PAGES = sorted(path for path in FILES if path.endswith(".html"))
# Served by the collector, not by the shop.
COLLECTOR_PATHS = ("/beacon.all.js", "/privacy/shop.example")
LOADING = {("script", "src"), ("img", "src"), ("link", "href")}


@dataclass
class Markup(HTMLParser):
    """What the tests ask of one page."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    inline_scripts: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        self.inline_scripts += tag == "script" and "src" not in given

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@cache
def markup(page: str) -> Markup:
    read = Markup()
    read.feed(FILES[page].decode())
    return read


def shown_at(page: str) -> str:
    """Return the path a page is seen under in the demo."""
    return "/demo/" + page.removesuffix("index.html").removesuffix(".html")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_to_a_file_of_the_site(page: str) -> None:
    for tag, attributes in markup(page).tags:
        for name in ("href", "src", "action"):
            target = urlsplit(urljoin(shown_at(page), attributes.get(name, "")))
            if name not in attributes or target.netloc or target.path in COLLECTOR_PATHS:
                continue
            assert target.path.startswith("/demo/"), (tag, attributes)
            below = target.path.removeprefix("/demo/")
            assert {below, build.file_of("/" + below)} & FILES.keys(), (tag, attributes)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_holds_no_inline_code_or_style(page: str) -> None:
    read = markup(page)
    loaded = [a[n] for tag, a in read.tags for t, n in LOADING if tag == t and n in a]
    assert loaded
    assert [address for address in loaded if urlsplit(address).netloc] == []
    assert read.inline_scripts == 0
    assert read.all("style") == []
    assert [a for _, a in read.tags if any(n == "style" or n.startswith("on") for n in a)] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_its_language_a_title_one_heading_and_a_label_for_each_field(page: str) -> None:
    read = markup(page)
    assert read.all("html") == [{"lang": "en"}]
    assert len(read.all("title")) >= 1
    assert len(read.all("h1")) == len(read.all("main")) == 1
    labelled = {attributes["for"] for attributes in read.all("label")}
    fields = {attributes["id"] for attributes in read.all("input", "select", "textarea")}
    assert fields == labelled
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_carries_the_beacon_as_a_shop_would(page: str) -> None:
    tags = [a for a in markup(page).all("script") if a["src"].startswith("/beacon")]
    assert tags == [{"defer": "", "src": "/beacon.all.js", "data-site": "shop.example"}]


def test_the_shop_links_only_to_reserved_names_outside_itself() -> None:
    hosts = {
        urlsplit(attributes["href"]).hostname
        for page in PAGES
        for attributes in markup(page).all("a")
        if urlsplit(attributes["href"]).netloc
    }
    assert hosts == {"chat.example", "social.example"}


def test_every_path_of_the_catalogue_is_a_page_and_prices_are_exact() -> None:
    catalogue = json.loads((build.HERE / "catalogue.json").read_text("utf-8"))
    listed = [each for kind in ("pages", "categories", "products") for each in catalogue[kind]]
    assert len(catalogue["products"]) == 16
    assert [p["path"] for p in listed if build.file_of(p["path"]) not in FILES] == []
    for product in catalogue["products"]:
        for price in filter(None, (product["price"], product["was"])):
            assert f"{float(price):.2f}" == price
        assert product["was"] is None or float(product["was"]) > float(product["price"])
