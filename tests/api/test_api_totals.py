"""Totals: under any conditions the API's figures are those that plain SQL over the views gives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.stats_shop import Shop, a_shop
from tests.dashboard.build_rows import at, event_row

DAY = "2026-11-18"
PATHS = ("/", "/a", "/b'c", "/d|e")
SOURCES = ("", "Google", "Bing")
COUNTRIES = ("AZ", "TR", "")
NAMES = ("pageview", "Purchase", "Sign up")
PLANS = ("", "gold", "silver")


def random_rows() -> list[dict[str, Any]]:
    """Return a day of sessions, each in one country and from one source, and of nobody."""
    chance = random.Random(4)
    rows = []
    for session in range(1, 150):
        start = at(f"{DAY} 00:00") + timedelta(seconds=chance.randrange(80_000))
        visitor = 0 if chance.random() < 0.1 else chance.randrange(1, 60)
        country = chance.choice(COUNTRIES)
        source = chance.choice(SOURCES)
        rows += [
            event_row(
                start + timedelta(seconds=60 * number),
                visitor=visitor,
                session=session,
                starts=number == 0,
                name=NAMES[0] if number == 0 else chance.choice((*NAMES, "engagement")),
                path=chance.choice(PATHS),
                country=country,
                props={"plan": plan} if (plan := chance.choice(PLANS)) else {},
                source=source if number == 0 else "",
            )
            for number in range(chance.choice([1, 1, 2, 4]))
        ]
    return rows


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(tmp_path_factory.mktemp("api_totals"), rows=random_rows()) as served:
        yield served


@dataclass(frozen=True, slots=True)
class Chosen:
    """A condition as the API takes it, and the same over rows of events joined with sessions."""

    api: list[Any]
    sql: str
    level: str  # event, session or both

    def over_events(self) -> str:
        """Return SQL over events: of one without a session no condition on sessions holds."""
        return f"(s.session != 0 AND ({self.sql}))" if self.level == "session" else f"({self.sql})"


def _quoted(values: list[str]) -> str:
    texts = (value.replace("\\", "\\\\").replace("'", "\\'") for value in values)
    return ", ".join(f"'{text}'" for text in texts)


def _is(
    level: str, dimension: str, column: str, values: tuple[str, ...]
) -> st.SearchStrategy[Chosen]:
    empty = {"visit:source": "Direct / None", "event:props:plan": "(none)"}.get(
        dimension, "(not set)"
    )

    def chosen(picked: list[str], negated: bool) -> Chosen:
        return Chosen(
            ["is_not" if negated else "is", dimension, [value or empty for value in picked]],
            f"{column} {'NOT ' if negated else ''}IN ({_quoted(picked)})",
            level,
        )

    lists = st.lists(st.sampled_from(values), min_size=1, max_size=2)
    return st.builds(chosen, lists, st.booleans())


EVENT_TESTS = (
    _is("event", "event:page", "e.path", PATHS)
    | _is("event", "event:name", "e.name", NAMES)
    | _is("event", "event:props:plan", "e.props['plan']", PLANS)
)
SESSION_TESTS = _is("session", "visit:source", "s.source", SOURCES)
BOTH_TESTS = _is("both", "visit:country", "e.country", COUNTRIES)


def _level(parts: list[Chosen]) -> str:
    levels = {part.level for part in parts}
    return next((level for level in ("event", "session") if level in levels), "both")


def _joined(inner: st.SearchStrategy[Chosen]) -> st.SearchStrategy[Chosen]:
    def several(word: str, parts: list[Chosen]) -> Chosen:
        level = _level(parts)
        texts = (part.over_events() if level == "event" else f"({part.sql})" for part in parts)
        return Chosen([word, [part.api for part in parts]], f" {word.upper()} ".join(texts), level)

    return st.builds(
        several, st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3)
    ) | inner.map(lambda part: Chosen(["not", part.api], f"NOT ({part.sql})", part.level))


# An event among the tests makes a condition one on events, which is what the SQL below counts.
CONDITIONS = st.recursive(EVENT_TESTS | SESSION_TESTS | BOTH_TESTS, _joined, max_leaves=5)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(conditions=st.lists(CONDITIONS, max_size=3), on_page=EVENT_TESTS)
def test_totals_under_any_conditions_are_those_of_plain_sql(
    shop: Shop, conditions: list[Chosen], on_page: Chosen
) -> None:
    chosen = [*conditions, on_page]
    filters = " AND ".join(part.over_events() for part in chosen)
    counted = shop.store.rows(
        "SELECT uniqExactIf(e.visitor, e.visitor != 0), uniqExactIf(e.session, e.session != 0),"  # noqa: S608
        " countIf(e.name = 'pageview'), count()"
        " FROM events AS e LEFT JOIN sessions AS s"
        " ON s.site = e.site AND s.session = e.session AND s.day = e.day"
        f" WHERE e.site = 'shop.example' AND e.name != 'engagement' AND {filters}"
    )
    found = shop.totals(
        *("visitors", "visits", "pageviews", "events"),
        filters=[part.api for part in chosen],
        date_range=[DAY, DAY],
    )
    assert tuple(found) == counted[0]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(condition=SESSION_TESTS | BOTH_TESTS)
def test_sessions_under_a_condition_are_those_of_plain_sql(shop: Shop, condition: Chosen) -> None:
    counted = shop.store.rows(
        "SELECT uniqExact(visitor), count(), round(100 * avg(is_bounce), 2),"  # noqa: S608
        " round(sum(pageviews) / count(), 2)"
        f" FROM sessions AS s WHERE {condition.sql.replace('e.', 's.')}"
    )
    found = shop.totals(
        *("visitors", "visits", "bounce_rate", "views_per_visit"),
        filters=[condition.api],
        date_range=[DAY, DAY],
    )
    assert found == pytest.approx(list(counted[0]), abs=0.011)
