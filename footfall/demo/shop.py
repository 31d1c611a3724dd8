"""Shop: what the demonstration shop sells and under which paths, as its catalogue says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar

import msgspec

from footfall.demo.tables import Weighted
from footfall.paths import STOREFRONT

_T = TypeVar("_T")

CATALOGUE: Final = STOREFRONT / "catalogue.json"

# Links from before the shop changed its paths, which still stand elsewhere.
_GONE: Final = ("/etir/qara-nar-30-ml", "/endirim/yay", "/qadin-parfumlari")
PRICE_LIST: Final = "/files/qiymetler.csv"


@dataclass(frozen=True, slots=True)
class Product:
    """Something in the shop."""

    path: str  # with the shop's prefix, as everywhere here
    name: str
    category: str  # the category's title, as the shop's pages tell it
    price: Decimal


class Shop:
    """The shop's pages by kind (their templates' names), and its products, best sellers first."""

    def __init__(self, catalogue: dict[str, Any]) -> None:
        base = catalogue["base"]
        titles = {each["path"]: each["title"] for each in catalogue["categories"]}
        self.site: str = catalogue["site"]
        self.base: str = base
        self.currency: str = catalogue["currency"]
        self.products = [
            Product(
                base + each["path"], each["name"], titles[each["category"]], Decimal(each["price"])
            )
            for each in catalogue["products"]
        ]
        pages: dict[str, list[str]] = {
            each["template"]: [base + each["path"]] for each in catalogue["pages"]
        }
        pages["category"] = [base + path for path in titles]
        slugs = [each["slug"] for each in catalogue["collections"]]
        pages["collection"] = [f"{base}/kolleksiya/{slug}" for slug in ("", *slugs)]
        pages["notfound"] = [base + path for path in _GONE]
        self._pages = {kind: _favourites(paths) for kind, paths in pages.items()}
        self._products = _favourites(self.products)
        reduced = {base + each["path"] for each in catalogue["products"] if each["was"]}
        self._reduced = _favourites(each for each in self.products if each.path in reduced)

    def page(self, kind: str, rng: Random) -> str:
        """Return the path of a page of this kind."""
        return self._pages[kind].pick(rng)

    def product(self, rng: Random, *, is_reduced: bool = False) -> Product:
        """Return a product somebody looks at."""
        return (self._reduced if is_reduced else self._products).pick(rng)


def load_shop(path: Path = CATALOGUE) -> Shop:
    """Return the shop; raises OSError when the catalogue is not there."""
    return Shop(msgspec.json.decode(path.read_bytes()))


def _favourites(items: Iterable[_T]) -> Weighted[_T]:
    # Zipf's law with a shift, as sales of a small range go: the first of 16 sells 6 times the last.
    return Weighted((item, 1 / (rank + 2.4)) for rank, item in enumerate(items))
