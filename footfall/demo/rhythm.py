"""Rhythm: how many visitors a day has and when in the day they come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from footfall.demo.tables import Weighted

# All figures of this file are our choice, after what shops tell of themselves.

# Monday to Sunday: people buy perfume for the weekend.
_WEEKDAYS: Final = (0.92, 0.93, 0.95, 1.00, 1.13, 1.16, 1.03)
# By local hour, from midnight: a rise through the working day, the peak after dinner.
_HOURS: Final = (
    *(1.6, 0.9, 0.5, 0.3, 0.3, 0.4, 0.8, 1.6, 2.6, 3.6, 4.3, 4.7),
    *(5.0, 5.1, 5.0, 4.9, 5.1, 5.5, 6.1, 6.9, 7.9, 8.6, 8.0, 4.6),
)
# A shop that grows by a quarter in a month.
_GROWTH_A_DAY: Final = 0.0075
# How far a day may be off for no reason at all.
_CHANCE: Final = 0.07
# What the sale's campaign adds to an ordinary day, by days ago.
_SALE: Final = {11: 0.10, 10: 1.35, 9: 0.30, 8: 0.12}

_HOUR_OF_DAY: Final = Weighted(enumerate(_HOURS))
_HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of the site."""

    day: date
    begins_at: datetime  # aware, UTC: local midnight
    ends_at: datetime
    visitors: int  # over the whole day
    sale_share: float  # of the visitors, in 0..1, those that the sale's campaign brings


def days_until(today: date, zone: ZoneInfo, count: int, visitors: int) -> list[Day]:
    """Return the last `count` days, today the last, with about `visitors` in all."""
    weights = [_weight(today, ago) for ago in reversed(range(count))]
    scale = visitors / sum(weights)
    return [
        Day(
            day := today - timedelta(days=ago),
            _midnight(day, zone),
            _midnight(day + timedelta(days=1), zone),
            round(weight * scale),
            _SALE.get(ago, 0.0) / (1 + _SALE.get(ago, 0.0)),
        )
        for ago, weight in zip(reversed(range(count)), weights, strict=True)
    ]


def instant_ms(rng: Random) -> int:
    """Return when in a day somebody comes, in milliseconds from its start."""
    return int((_HOUR_OF_DAY.pick(rng) + rng.random()) * _HOUR_MS)


def _weight(today: date, ago: int) -> float:
    day = today - timedelta(days=ago)
    growth = 1 - _GROWTH_A_DAY * ago
    chance = Random(day.toordinal()).uniform(1 - _CHANCE, 1 + _CHANCE)
    return _WEEKDAYS[day.weekday()] * growth * chance * (1 + _SALE.get(ago, 0.0))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
