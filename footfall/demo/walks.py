"""Walk: what one visitor does in the shop, page after page, until they leave."""

from __future__ import annotations

from decimal import Decimal
from math import exp
from random import Random
from typing import Final, NamedTuple

from collector.event import ENGAGEMENT, PAGEVIEW
from footfall.demo.shop import PRICE_LIST, Product, Shop
from footfall.demo.tables import Weighted, shares

# Where people go from each kind of page. Our choice, so that about half of those who stay see a
# product and one and a half in a hundred visitors buy.
_NEXT: Final = {
    kind: shares(text)
    for kind, text in {
        "home": "category:40 product:27 collection:9 sale:5 search:6 delivery:3 contact:2"
        " wholesale:1 privacy:0.5 leave:14",
        "category": "product:58 category:15 home:4 search:3 leave:17",
        "product": "product:29 category:20 home:6 cart:1 delivery:5 collection:4 search:3 leave:27",
        "collection": "collection:46 product:32 home:5 leave:15",
        "sale": "product:62 category:12 home:5 leave:20",
        "search": "product:52 search:14 category:8 home:5 leave:18",
        "delivery": "product:24 category:14 home:12 contact:8 leave:38",
        "contact": "message:18 home:24 delivery:8 leave:50",
        "wholesale": "contact:30 home:20 leave:50",
        "cart": "home:30 category:30 leave:40",
        "filled cart": "checkout:42 product:16 category:11 delivery:7 leave:24",
        "checkout": "thanks:40 cart:10 delivery:9 leave:39",
        "thanks": "home:24 product:14 leave:60",
        "message": "home:30 leave:68",
        "newsletter": "home:46 product:10 leave:42",
        "privacy": "home:44 leave:54",
        "notfound": "home:34 search:18 category:8 leave:38",
    }.items()
}
_LEAVE: Final = "leave"
# Chances in 0..1 on every page of a kind; our choice.
_ADD_TO_CART: Final = 0.115
_ADD_IN_SALE: Final = 0.15
_ON_TO_CART: Final = 0.5
_WHATSAPP: Final = {"product": 0.006, "delivery": 0.02, "contact": 0.09, "home": 0.003}
_SOCIAL_LINK: Final = {"home": 0.008, "contact": 0.05, "thanks": 0.02}
_NEWSLETTER: Final = {"home": 0.006, "thanks": 0.06, "collection": 0.006, "sale": 0.012}
_DOWNLOAD: Final = 0.42
# Nobody looks at more pages in one go.
_LONGEST_WALK: Final = 40

# Median seconds on a page; a few stay much longer (log-normal). Our choice.
_STAY_S: Final = {
    "home": 20, "category": 29, "product": 38, "collection": 18, "sale": 34, "search": 25,
    "delivery": 44, "contact": 36, "wholesale": 48, "cart": 26, "checkout": 82, "thanks": 19,
    "message": 9, "newsletter": 9, "privacy": 40, "notfound": 9,
}  # fmt: skip
_SPREAD: Final = 0.85
# Likeliest depth of reading, per cent of the page: long pages are skimmed, short ones seen whole.
# Our choice.
_DEPTH: Final = {
    "home": 46, "category": 68, "product": 55, "collection": 38, "sale": 76, "search": 42,
    "delivery": 84, "contact": 90, "wholesale": 72, "cart": 92, "checkout": 96, "thanks": 88,
    "message": 95, "newsletter": 95, "privacy": 30, "notfound": 97,
}  # fmt: skip
_LEAST_DEPTH: Final = 18
_DEPTH_SPREAD: Final = 30  # over 100 counts as 100: the end was reached
_BOUNCE_STAY: Final = 0.62  # of the median
_LONGEST_STAY_S: Final = 900  # below the gap that ends a session

_PIECES: Final = Weighted([(1, 0.88), (2, 0.10), (3, 0.02)])
_RESULTS: Final = Weighted([(0, 15), (1, 22), (2, 20), (3, 16), (4, 12), (6, 9), (9, 6)])
_DELIVERY: Final = Weighted([("courier", 66), ("post", 15), ("pickup", 19)])
_PAYMENT: Final = Weighted([("cash", 58), ("card", 42)])
_SUBJECT: Final = Weighted([("order", 48), ("scent", 30), ("wholesale", 9), ("other", 13)])
# The addresses that the shop's pages link to.
_WHATSAPP_URL: Final = "https://chat.example/etir-evi"
_SOCIAL_URL: Final = "https://social.example/etir.evi"

_NO_PROPS: Final[dict[str, str]] = {}


class Step(NamedTuple):
    """One thing a visitor does; steps come in the order of time."""

    at_ms: int  # from the walk's start
    name: str  # the event's
    page: int  # which page of the walk it happens on, from 0
    path: str
    props: dict[str, str] = _NO_PROPS
    revenue: Decimal | None = None
    engaged_ms: int = 0  # engagements only, as the next
    scroll_depth: int = 0
    is_last_look: bool = False  # the page is left: how fast it was is told now


class _Walk:
    """A walk as it is made."""

    def __init__(self, shop: Shop, rng: Random) -> None:
        self.shop = shop
        self.rng = rng
        self.steps: list[Step] = []
        self.now_ms = 0
        self.page = -1
        self.path = ""
        self.basket: list[Product] = []
        self.is_sale = False
        self.next_kind = ""  # when what was done on a page leads to another

    def open(self, kind: str) -> None:
        """Show a page of this kind."""
        self.page += 1
        self.is_sale = self.is_sale or kind == "sale"
        self.next_kind = ""
        product = None
        if kind == "product":
            product = self.shop.product(self.rng, is_reduced=self.is_sale)
            self.path = product.path
        else:
            self.path = self.shop.page(kind, self.rng)
        self.steps.append(Step(self.now_ms, PAGEVIEW, self.page, self.path))
        if product is not None:
            self._consider(product)

    def tell(self, name: str, props: dict[str, str], revenue: Decimal | None = None) -> None:
        """Note a custom event on the page that is shown."""
        self.now_ms += self.rng.randint(1_200, 9_000)
        self.steps.append(Step(self.now_ms, name, self.page, self.path, props, revenue))

    def act(self, kind: str) -> None:
        """Do what people do on such a page, beside reading it."""
        chance = self.rng.random
        if kind == "search":
            self.tell("Search", {"results": str(_RESULTS.pick(self.rng))})
        elif kind == "checkout":
            self.tell("Checkout started", {"items": str(len(self.basket))})
        elif kind == "thanks":
            self._buy()
        elif kind == "notfound":
            self.tell("404", {"path": self.path})
        elif kind == "wholesale" and chance() < _DOWNLOAD:
            self.tell("File Download", {"url": f"https://{self.shop.site}{self._base(PRICE_LIST)}"})
        if chance() < _WHATSAPP.get(kind, 0):
            self.tell("WhatsApp opened", _NO_PROPS)
            self._follow(_WHATSAPP_URL)
        elif chance() < _SOCIAL_LINK.get(kind, 0):
            self.tell("Outbound Link: Click", {"url": _SOCIAL_URL})
        elif chance() < _NEWSLETTER.get(kind, 0):
            self.tell("Newsletter joined", _NO_PROPS)
            self._submit("/xeberler")
            self.next_kind = "newsletter"

    def look(self, kind: str, stay: float) -> None:
        """Read the page for a while; `stay` scales the time."""
        rng = self.rng
        stay_s = _STAY_S[kind] * stay * exp(rng.gauss(0.0, _SPREAD))
        stay_ms = int(1_000 * min(max(stay_s, 1.4), _LONGEST_STAY_S))
        scroll_depth = _depth(kind, rng)
        engaged_ms = int(stay_ms * rng.uniform(0.55, 1.0))
        if rng.random() < 0.14:  # looked away once: what was seen until then is told
            self._engage(stay_ms // 2, engaged_ms // 2, scroll_depth * 2 // 3, is_last_look=False)
            stay_ms, engaged_ms = stay_ms - stay_ms // 2, engaged_ms - engaged_ms // 2
        self._engage(stay_ms, engaged_ms, scroll_depth, is_last_look=True)
        self.now_ms += rng.randint(250, 1_400)

    def next(self, kind: str, *, may_leave: bool) -> str:
        """Return the kind of the next page."""
        if self.next_kind:
            return self.next_kind
        table = _NEXT["filled cart" if kind == "cart" and self.basket else kind]
        while (chosen := table.pick(self.rng)) == _LEAVE and not may_leave:
            pass
        if chosen == "message":
            self.tell("Message sent", {"subject": _SUBJECT.pick(self.rng)})
            self._submit("/mesaj-alindi")
        return chosen

    def _consider(self, product: Product) -> None:
        rng = self.rng
        if rng.random() >= (_ADD_IN_SALE if self.is_sale else _ADD_TO_CART):
            return
        self.now_ms += rng.randint(4_000, 25_000)
        self.tell("Add to cart", {"product": product.name, "category": product.category})
        self.basket.extend([product] * _PIECES.pick(rng))
        if rng.random() < _ON_TO_CART:
            self.next_kind = "cart"

    def _buy(self) -> None:
        items = {
            "items": str(len(self.basket)),
            "delivery": _DELIVERY.pick(self.rng),
            "payment": _PAYMENT.pick(self.rng),
        }
        self.tell("Purchase", items, sum((each.price for each in self.basket), Decimal(0)))
        self.basket.clear()

    def _follow(self, url: str) -> None:
        # The beacon tells the link that carries another event in the same moment.
        self.steps.append(
            Step(self.now_ms + 1, "Outbound Link: Click", self.page, self.path, {"url": url})
        )

    def _submit(self, path: str) -> None:
        props = {"path": self._base(path)}
        self.steps.append(Step(self.now_ms + 1, "Form: Submission", self.page, self.path, props))

    def _base(self, path: str) -> str:
        return self.shop.base + path

    def _engage(
        self, after_ms: int, engaged_ms: int, scroll_depth: int, *, is_last_look: bool
    ) -> None:
        self.now_ms += after_ms
        seen = (engaged_ms, scroll_depth, is_last_look)
        self.steps.append(
            Step(self.now_ms, ENGAGEMENT, self.page, self.path, _NO_PROPS, None, *seen)
        )


def _depth(kind: str, rng: Random) -> int:
    likeliest = _DEPTH[kind]
    least = max(_LEAST_DEPTH, likeliest - 2 * _DEPTH_SPREAD)
    return min(100, int(rng.triangular(least, likeliest + _DEPTH_SPREAD, likeliest)))


def bounce(shop: Shop, landing: str, rng: Random) -> list[Step]:
    """Return the walk of somebody who looks at one page of a kind and goes."""
    walk = _Walk(shop, rng)
    walk.page = 0
    walk.path = shop.product(rng).path if landing == "product" else shop.page(landing, rng)
    walk.steps.append(Step(0, PAGEVIEW, 0, walk.path))
    walk.look(landing, _BOUNCE_STAY)
    return walk.steps


def stroll(shop: Shop, landing: str, rng: Random) -> list[Step]:
    """Return the walk of somebody who looks at two pages or more."""
    walk = _Walk(shop, rng)
    kind = landing
    while kind != _LEAVE and walk.page < _LONGEST_WALK:
        walk.open(kind)
        walk.act(kind)
        walk.look(kind, 1.0)
        kind = walk.next(kind, may_leave=walk.page > 0)
    return walk.steps
