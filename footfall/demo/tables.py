"""Tables: the facts under `data/`, and picking from them by their shares."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Weighted(Generic[_T]):
    """Things of which each is picked as often as its weight says."""

    def __init__(self, weights: Iterable[tuple[_T, float]]) -> None:
        pairs = [(item, weight) for item, weight in weights if weight > 0]
        self.items = [item for item, _ in pairs]
        self._bounds = list(accumulate(weight for _, weight in pairs))
        self._total = self._bounds[-1]
        # Rounding may put the last bound below the total: what falls behind it is the last item.
        self._last = len(pairs) - 1

    def pick(self, rng: Random) -> _T:
        """Return one of the things."""
        return self.items[min(bisect(self._bounds, rng.random() * self._total), self._last)]


def read_facts(name: str) -> list[list[str]]:
    """Return the rows of `data/NAME`, each as its tab-separated columns."""
    text = files("footfall.demo.data").joinpath(name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def shares(text: str) -> Weighted[str]:
    """Return what "name:share name:share" says."""
    pairs = (part.partition(":") for part in text.split())
    return Weighted((name, float(share)) for name, _, share in pairs)
