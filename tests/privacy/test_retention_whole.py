"""Whatever rows and policy a site has, and wherever a run breaks off: nothing past its time is left
by the run that ends, and no reader ever sees other totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privacy.retention import list_reports, run_retention
from privacy.retention_policy import retention_of
from privacy.small_numbers import FOLDED_VALUE
from schema import Site, Store, StoreError
from schema.closing import close_day, days_to_close, refresh_shown_places
from tests.dashboard.build_rows import SITE, at, event_row, insert_rows

NOW = at("2026-11-21 12:00")
TODAY = NOW.date()
PLACES: tuple[dict[str, str], ...] = (
    {},
    {"region": "AZ-BA", "city": "Baku"},
    {"region": "AZ-GA", "city": "Ganja"},
)
_TABLES = ("event_rows", "session_rows", "daily_rows", "day_closes", "retention_reports")

# A policy of days and rows around its ends: (days ago, visitor, page, place).
POLICIES = st.tuples(*(st.integers(1, 12) for _ in range(3)))
ROWS = st.lists(
    st.tuples(
        st.integers(0, 14),
        st.integers(0, 5),
        st.sampled_from(["/a", "/b", "/c"]),
        st.integers(0, 2),
    ),
    max_size=25,
)


class BreakingStore(Store):
    """A store that a process leaves, as if killed, after a number of calls."""

    def __init__(self, store: Store, calls: int) -> None:
        super().__init__(store._clients, store.streams)
        self.calls = calls

    def _count(self) -> None:
        if self.calls == 0:
            raise StoreError("broken off")
        self.calls -= 1

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().command(sql, parameters)
        self._count()

    def insert(self, *arguments: Any, **options: Any) -> None:
        super().insert(*arguments, **options)
        self._count()

    def rows(self, *arguments: Any) -> list[tuple[Any, ...]]:
        self._count()
        return super().rows(*arguments)


def fill(store: Store, site: Site, rows: Sequence[tuple[int, int, str, int]]) -> None:
    """Insert events, one session a visitor and day, and close every day."""
    opened: set[tuple[int, int]] = set()
    events = []
    for ago, visitor, path, place in sorted(rows):
        starts = visitor != 0 and (ago, visitor) not in opened
        opened.add((ago, visitor))
        instant = at("2026-11-21 10:00") - timedelta(days=ago)
        number = ago * 10 + visitor if visitor else 0
        values = PLACES[place] if visitor else {}
        events.append(
            event_row(instant, visitor=number, session=number, starts=starts, path=path, **values)
        )
    if events:
        insert_rows(store, events)
    for day in days_to_close(store, site, NOW):
        refresh_shown_places(store, site, day, NOW)
        close_day(store, site, day, NOW)


def sums(store: Store) -> list[tuple[Any, ...]]:
    """Return the site's totals, and what each dimension's values sum to, day by day."""
    return store.rows(
        "SELECT day, dimension, sum(visitors), sum(sessions), sum(pageviews), sum(events),"
        " sum(bounces), sum(duration_s), toString(sum(revenue))"
        " FROM daily_rows FINAL GROUP BY day, dimension ORDER BY day, dimension"
    )


def violations(store: Store, site: Site) -> list[int]:
    """Return how many rows of each kind are past their time, asked in other words than a run's."""
    policy = retention_of(site)

    def number(condition: str, table: str, days: int, **values: Any) -> int:
        until = TODAY - timedelta(days=days)
        sql = f"SELECT count() FROM {table} WHERE day <= {{until:Date}} AND {condition}"  # noqa: S608
        count: int = store.value(sql, {"until": until, **values})
        return count

    return [
        number("concat(region, city) != ''", "event_rows", policy.cities),
        number("concat(region, city) != ''", "session_rows", policy.cities),
        number("visitor + session + page_id + consent_id > 0", "event_rows", policy.ids),
        number("1", "session_rows", policy.ids),
        number("1", "event_rows", policy.events),
        number(
            "dimension != '' AND value != {other:String} AND currency = ''"
            " AND greatest(visitors, if(visitors = 0, events, 0)) < {level:UInt16}",
            "daily_rows",
            policy.events,
            other=FOLDED_VALUE,
            level=site.small_number,
        ),
    ]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(POLICIES, ROWS, st.integers(2, 4))
def test_no_row_is_past_its_time_after_a_run_and_sums_are_what_they_were(
    embedded_store: Store,
    days: tuple[int, int, int],
    rows: list[tuple[int, int, str, int]],
    level: int,
) -> None:
    for table in _TABLES:
        embedded_store.command(f"TRUNCATE TABLE {table}")
    keep = tuple(f"{kept}={n}" for kept, n in zip(("cities", "ids", "events"), days, strict=True))
    site = Site(name=SITE, small_number=level, keep=keep)
    fill(embedded_store, site, rows)
    before = sums(embedded_store)

    reports = list(run_retention(embedded_store, [site], NOW))

    assert violations(embedded_store, site) == [0] * 6
    assert sums(embedded_store) == before
    assert [report.found_after for report in reports] == [0] * 6


def test_a_run_may_break_off_at_any_call_and_be_repeated(embedded_store: Store) -> None:
    """Two days past everything, with small values, and one that lost nothing yet."""
    site = Site(name=SITE, small_number=3, keep=("cities=2", "ids=3", "events=4"))
    rows = [(ago, visitor, "/a", 1) for ago in (0, 4, 5) for visitor in range(1, 5)]
    rows += [(ago, 1, path, 2) for ago in (2, 3, 4, 5) for path in ("/b", "/c")]
    fill(embedded_store, site, rows)
    before = sums(embedded_store)

    breaks = 0
    while True:
        try:
            list(run_retention(BreakingStore(embedded_store, breaks), [site], NOW))
        except StoreError:
            breaks += 1
            assert sums(embedded_store) == before
        else:
            break

    # A run that finds nothing makes 15 calls, so that a run broke off behind each of them at least.
    assert breaks >= 15
    assert violations(embedded_store, site) == [0] * 6
    assert sums(embedded_store) == before
    assert embedded_store.rows("SELECT day, count() FROM event_rows GROUP BY day ORDER BY day") == [
        (date(2026, 11, 18), 2),
        (date(2026, 11, 19), 2),
        (date(2026, 11, 21), 4),
    ]
    # What broke off is still told of.
    assert {report.state for report in list_reports(embedded_store)} == {"started", "done"}
