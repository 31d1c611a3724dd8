"""A scope means the same rows in the store and before they are there, and never more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.event import Event
from collector.writer.event_rows import COLUMNS, columns
from privacy.rows import survey
from privacy.scope import NO_DAY, Scope
from schema import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS = (date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1))
# Few values, so that scopes and rows meet; 0 is none of each.
IDS = st.sampled_from([0, 1, 2, 2**64 - 1])
INSTANTS = st.integers(0, 5).map(lambda second: NOON + timedelta(seconds=second))
SITES = st.sampled_from(["a.example", "b.example"])

EVENTS = st.builds(
    Event,
    site=SITES,
    received_at=INSTANTS,
    time=INSTANTS,
    day=st.sampled_from(DAYS),
    name=st.sampled_from(["pageview", "engagement"]),
    visitor=IDS,
    sample=st.just(1),
    page_id=IDS,
    consent_id=IDS,
)
SCOPES = st.builds(
    Scope,
    site=SITES,
    until=INSTANTS,
    visitor=IDS,
    day=st.sampled_from([*DAYS, NO_DAY]),
    page_ids=st.lists(IDS, max_size=2).map(tuple),
    consent_ids=st.lists(IDS, max_size=2).map(tuple),
)


def is_covered(scope: Scope, event: Event) -> bool:
    return scope.covers(
        site=event.site,
        received_at=event.received_at,
        visitor=event.visitor,
        day=event.day,
        page_id=event.page_id,
        consent_id=event.consent_id,
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=st.lists(EVENTS, min_size=1, max_size=12), scopes=st.lists(SCOPES, max_size=8))
def test_sql_and_python_mean_the_same_rows(
    embedded_store: Store, events: list[Event], scopes: list[Scope]
) -> None:
    # Sites of its own for each example: nothing needs to be taken away.
    prefix = uuid4().hex
    events = [msgspec.structs.replace(each, site=f"{prefix}.{each.site}") for each in events]
    embedded_store.insert(
        "event_rows", COLUMNS, columns([(event, 0, False) for event in events]), by_column=True
    )
    for scope in scopes:
        meant = msgspec.structs.replace(scope, site=f"{prefix}.{scope.site}")
        expected = sum(is_covered(meant, event) for event in events)
        assert survey(embedded_store, meant).events == expected


@given(SCOPES, EVENTS)
def test_what_is_proved_is_part_of_what_is_meant(scope: Scope, event: Event) -> None:
    if is_covered(scope.proved, event):
        assert is_covered(scope, event)
        assert event.page_id in scope.page_ids or event.consent_id in scope.consent_ids


@given(SCOPES, EVENTS)
def test_nobodys_events_and_other_sites_are_never_meant(scope: Scope, event: Event) -> None:
    nobodys = msgspec.structs.replace(event, visitor=0, page_id=0, consent_id=0)
    assert not is_covered(scope, nobodys)
    assert not is_covered(msgspec.structs.replace(scope, site="c.example"), event)


@given(SCOPES, EVENTS)
def test_what_came_later_is_never_meant(scope: Scope, event: Event) -> None:
    later = msgspec.structs.replace(event, received_at=scope.until + timedelta(microseconds=1))
    assert not is_covered(scope, later)


def test_kinds_name_what_is_looked_for_and_no_value() -> None:
    scope = Scope("a.example", NOON, 7, DAYS[0], page_ids=(1,), consent_ids=(2,))
    assert scope.kinds == ["visitor", "page", "consent"]
    assert scope.proved.kinds == ["page", "consent"]
    assert Scope("a.example", NOON).kinds == []
