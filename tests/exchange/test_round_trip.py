"""Round trip: what one installation exports is the same in another that imports it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.event import ENGAGEMENT, NOBODY, PAGEVIEW, Event
from collector.writer.event_rows import COLUMNS, Placed, columns
from collector.writer.session import Sessions
from footfall.errors import CommandError
from schema import Store, save_site
from schema.closing import close_day, refresh_shown_places
from tests.build import SITE, a_site, an_event
from tests.exchange.bringing_in import Here, by_value, everything, here, site_figures, written

MIDNIGHT = datetime(2026, 6, 15, tzinfo=UTC)
PLACES = [("", "", ""), ("AZ", "AZ-BA", "Baku"), ("TR", "TR-34", "Istanbul")]
_TABLES = (
    "event_rows", "session_rows", "daily_rows", "day_closes", "shown_places", "imports",
)  # fmt: skip
PAGES = ["/", "/cart", "/shoes/red", "/ünvan", "/a,b\"c'd\\e"]


@st.composite
def an_action(draw: st.DrawFn) -> Event:
    """Draw something that one of six visitors, or nobody, did within two days."""
    visitor = draw(st.sampled_from([NOBODY, *(n << 32 for n in range(1, 7))]))
    day = MIDNIGHT.date() + timedelta(days=draw(st.integers(0, 1)))
    at_ms = draw(st.integers(0, 86_399_999))
    # Where a visitor is, and with what, follows from who it is, as in one browser.
    country, region, city = PLACES[(visitor >> 32) % 3] if visitor else PLACES[0]
    name = draw(st.sampled_from([PAGEVIEW, PAGEVIEW, ENGAGEMENT, "Order"]))
    sale: dict[str, Any] = {}
    if name == "Order":
        sale = {"revenue": Decimal(draw(st.integers(-999, 99_999))) / 100, "currency": "AZN"}
        sale["props"] = draw(
            st.dictionaries(st.sampled_from(["size", "ad"]), st.sampled_from(PAGES))
        )
        sale["interactive"] = draw(st.booleans())
    time = datetime.combine(day, MIDNIGHT.timetz()) + timedelta(milliseconds=at_ms)
    return an_event(
        received_at=time,
        day=day,
        name=name,
        visitor=visitor ^ (day.toordinal() if visitor else 0),
        sample=at_ms % 256,
        page_id=draw(st.integers(0, 2**64 - 1)),
        path=draw(st.sampled_from(PAGES)),
        source=draw(st.sampled_from(["", "Google"])),
        country=country,
        region=region,
        city=city,
        lcp_ms=draw(st.sampled_from([None, 0, 1200])),
        cls=draw(st.sampled_from([None, 0.25])),
        engaged_ms=draw(st.integers(0, 2**32 - 1)) if name == ENGAGEMENT else 0,
        **sale,
    )


def keep(store: Store, events: list[Event]) -> None:
    """Put events into the store as the writer does, and close their days."""
    sessions, placed = Sessions(), list[Placed]()
    for event in sorted(events, key=lambda event: event.time):
        assigned = sessions.assign(event)
        if assigned is not None:
            placed.append((event, assigned.session, assigned.starts))
    if placed:
        store.insert("event_rows", COLUMNS, columns(placed), by_column=True)
    for day in sorted({event.day for event, _, _ in placed}):
        refresh_shown_places(store, a_site(small_number=2), day, datetime.now(UTC))
        close_day(store, a_site(small_number=2), day, datetime.now(UTC))


def empty(store: Store) -> None:
    for table in (
        "event_rows",
        "session_rows",
        "daily_rows",
        "day_closes",
        "shown_places",
        "imports",
    ):
        store.command("TRUNCATE TABLE {name:Identifier}", {"name": table})


def exported(shop: Here, output_format: str, target: Path, dataset: str = "events") -> Path:
    days = {"since": "2026-06-01", "until": "2026-06-30"}
    pieces = shop.stream(
        "export_part", dataset=dataset, site=SITE, output_format=output_format, **days
    )
    target.write_bytes(b"".join(pieces))
    return target


@pytest.mark.parametrize("output_format", ["ndjson", "parquet"])
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=st.lists(an_action(), min_size=1, max_size=40, unique_by=lambda event: event.time))
def test_events_sessions_and_daily_figures_are_the_same(
    embedded_store: Store, tmp_path: Path, output_format: str, events: list[Event]
) -> None:
    empty(embedded_store)
    shop = here(embedded_store, tmp_path, small_number=2)
    keep(embedded_store, events)
    before = everything(embedded_store)
    file = exported(shop, output_format, tmp_path / "events")
    empty(embedded_store)
    if not before["events"]:
        return

    shop.bring_in(file, kind="footfall")

    assert everything(embedded_store) == before


def test_daily_figures_come_in_where_no_events_are_left(
    embedded_store: Store, tmp_path: Path
) -> None:
    shop = here(embedded_store, tmp_path)
    keep(embedded_store, [an_event(visitor=n, page_id=n) for n in range(1, 8)])
    before = everything(embedded_store)["daily"]
    file = exported(shop, "ndjson", tmp_path / "daily.ndjson", "daily")
    empty(embedded_store)

    report = shop.bring_in(file)

    assert report["events"] == 0
    assert everything(embedded_store)["daily"] == before


def test_rows_of_another_site_come_in_when_it_is_named(
    embedded_store: Store, tmp_path: Path
) -> None:
    shop = here(embedded_store, tmp_path)
    keep(embedded_store, [an_event()])
    file = exported(shop, "ndjson", tmp_path / "events.ndjson")
    save_site(embedded_store, a_site("new.example"))

    with pytest.raises(CommandError, match="nothing of it can come in"):
        shop.bring_in(file, site="new.example")
    shop.bring_in(file, site="new.example", from_site=SITE)

    assert site_figures(embedded_store, "new.example") == {"2026-06-15": (1, 1, 1, 1, 1, 0)}


def test_an_export_is_not_added_to_days_that_hold_its_own_rows(
    embedded_store: Store, tmp_path: Path
) -> None:
    shop = here(embedded_store, tmp_path)
    keep(embedded_store, [an_event()])
    file = exported(shop, "ndjson", tmp_path / "events.ndjson")

    with pytest.raises(CommandError, match="nothing of it can come in"):
        shop.bring_in(file, merge=True)


def test_what_names_a_person_is_cut_from_a_file_of_anybody(
    embedded_store: Store, tmp_path: Path
) -> None:
    row = (
        '{"time":"2026-06-15 09:00:00","name":"pageview","visitor":7,'
        '"path":"/?mail=a@mail.example","referrer":"https://mail.example/?u=b@mail.example","props":{"who":"c@mail.example"}}\n'
    )
    here(embedded_store, tmp_path).bring_in(written(tmp_path / "events.ndjson", row))

    rows = embedded_store.rows("SELECT path, referrer, props FROM events")
    assert rows == [("/", "https://mail.example/", {"who": "[email]"})]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"time":"2026-06-15 09:00:00"}', "missing required field `name`"),
        ('{"time":"soon","name":"pageview"}', "expected a time such as"),
        ('{"time":"2026-06-15 09:00:00","name":"a","visitor":-1}', r"`int` >= 0 - at `\$.visitor`"),
        ('{"time":"2026-06-15 09:00:00","name":"a","day":"2026-01-01"}', "a day that holds it"),
        ('{"time":', "expected one JSON object"),
        ("[1]", "expected one JSON object"),
    ],
)
def test_a_bad_row_is_named_by_its_line(
    embedded_store: Store, tmp_path: Path, line: str, said: str
) -> None:
    good = '{"time":"2026-06-15 09:00:00","name":"pageview","visitor":7}\n'
    file = written(tmp_path / "events.ndjson", f"{good}{line}\n{good}")

    with pytest.raises(CommandError, match=rf"^events.ndjson, line 2: .*{said}"):
        here(embedded_store, tmp_path).bring_in(file)

    assert embedded_store.value("SELECT count() FROM event_rows") == 0


def test_a_file_that_is_cut_off_is_refused(embedded_store: Store, tmp_path: Path) -> None:
    shop = here(embedded_store, tmp_path)
    keep(embedded_store, [an_event()])
    file = exported(shop, "parquet", tmp_path / "events.parquet")
    file.write_bytes(file.read_bytes()[:-20])

    with pytest.raises(CommandError, match=r"events.parquet is no whole Parquet file"):
        shop.bring_in(file)

    assert by_value(embedded_store, "page", "2026-06-15", "visitors") == {"/": 1}
