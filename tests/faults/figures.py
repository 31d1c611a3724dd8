"""Figures: what a fault left behind, counted beacon by beacon."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.traffic import Traffic
from tests.read_store import read_store

# Without the path PROBE of `load.py`.
ROWS = (
    "SELECT path, count() FROM event_rows"
    " WHERE path LIKE '/n/%' AND path != '/n/1000000000' GROUP BY path"
)


@dataclass(frozen=True, slots=True)
class Figures:
    """One fault's figures; the bar is `is_clean`."""

    fault: str
    acknowledged: int
    stored: int  # rows of acknowledged beacons
    lost: int  # acknowledged, and no row
    doubled: int  # with more rows than sites
    kept_though_refused: int  # answered 503, and yet a row
    resent: int  # had no answer at first: the connection broke
    answers: dict[str, int]
    seconds: float
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Tell whether every 202 is there once, and nothing that was refused is."""
        return self.lost == self.doubled == self.kept_though_refused == 0

    def record(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        return asdict(self)


def figures(
    fault: str,
    sent: Traffic,
    rows: Iterable[Iterable[Any]],
    begun_s: float,
    *,
    sites: int = 1,
    **more: Any,
) -> Figures:
    """Compare the answers with the rows, [path, count] each."""
    stored: Mapping[str, int] = Counter(dict(rows))  # type: ignore[arg-type]
    taken = [number for number, status in sent.statuses.items() if status == 202]
    return Figures(
        fault=fault,
        acknowledged=len(taken) * sites,
        stored=sum(stored[f"/n/{number}"] for number in taken),
        lost=sum(max(0, sites - stored[f"/n/{number}"]) for number in taken),
        doubled=sum(max(0, count - sites) for count in stored.values()),
        kept_though_refused=sum(
            stored[f"/n/{number}"] for number, status in sent.statuses.items() if status != 202
        ),
        resent=sent.unanswered,
        answers={str(status): count for status, count in sorted(sent.answers.items())},
        seconds=round(time.monotonic() - begun_s, 1),
        more=more,
    )


def stored_rows(data: Path) -> list[list[Any]]:
    """Return the rows of a stopped installation, by path."""
    return read_store(data, ROWS)
