"""Export: the rows of a site's days in every format, whole, noted, and resumed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pyarrow import BufferReader, parquet

from collector.writer.event_rows import COLUMNS, columns
from collector.writer.session import Sessions
from footfall.cli.exports import _place, _write
from footfall.errors import CommandError, UsageError
from schema import Store
from schema.closing import close_day
from schema.exporting import extract_pages, read
from schema.stream import QueryError
from tests.build import SITE, a_site, an_event
from tests.exchange.bringing_in import Here, here
from tests.installation import Installation, footfall, installation

FIRST, SECOND = date(2026, 6, 14), date(2026, 6, 15)
REQUEST = {"dataset": "events", "site": SITE, "since": "2026-06-01", "until": "2026-06-30"}


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Here:
    """Return a shop with three pageviews on one day and one on the next."""
    found = here(store, tmp_path)
    count(store, FIRST, {"/": 3})
    count(store, SECOND, {"/cart": 1})
    return found


def count(store: Store, day: date, paths: dict[str, int]) -> None:
    """Put pageviews into the store, each of a visitor of its own, and close the day."""
    placed = []
    for path, visitors in paths.items():
        for number in range(visitors):
            event = an_event(
                received_at=datetime(day.year, day.month, day.day, 9, number, tzinfo=UTC),
                day=day,
                path=path,
                visitor=hash((day, path, number)) % 2**63 + 1,
            )
            assigned = Sessions().assign(event)
            assert assigned is not None
            placed.append((event, assigned.session, True))
    store.insert("event_rows", COLUMNS, columns(placed), by_column=True)
    close_day(store, a_site(), day, datetime.now(UTC))


def exported(shop: Here, output_format: str, **wish: str) -> bytes:
    request = REQUEST | wish
    content = b""
    for number, part in enumerate(shop.call("export_plan", **request)):
        days = {"since": part["since"], "until": part["until"]}
        pieces = shop.stream(
            "export_part", output_format=output_format, has_head=number == 0, **request | days
        )
        content += b"".join(pieces)
    return content


def test_a_csv_file_of_several_days_has_one_head(shop: Here) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(shop, "csv").decode())))

    assert [(row["day"], row["path"]) for row in rows] == [
        *[("2026-06-14", "/")] * 3,
        ("2026-06-15", "/cart"),
    ]


def test_ndjson_has_one_row_a_line(shop: Here) -> None:
    rows = [json.loads(line) for line in exported(shop, "ndjson").splitlines()]

    assert [row["path"] for row in rows] == ["/", "/", "/", "/cart"]
    assert rows[0]["time"].startswith("2026-06-14 09:0")


@pytest.mark.parametrize(("dataset", "rows"), [("events", 3), ("sessions", 3), ("daily", 1)])
def test_parquet_is_whole(shop: Here, dataset: str, rows: int) -> None:
    days = {"since": "2026-06-14", "until": "2026-06-14"}
    pieces = shop.stream(
        "export_part", output_format="parquet", **REQUEST | days | {"dataset": dataset}
    )

    found = parquet.read_table(BufferReader(b"".join(pieces)))
    if dataset == "daily":
        found = found.filter([value == "" for value in found["dimension"].to_pylist()])
    assert found.num_rows == rows


def test_what_was_dropped_is_of_the_sites_own_days(shop: Here, store: Store) -> None:
    store.insert(
        "dropped_rows",
        ["site", "hour", "reason", "detail", "count"],
        [[SITE, datetime(2026, 6, day, 23, tzinfo=UTC), "bot", "Googlebot", 2] for day in (14, 30)],
    )
    row = "site,hour,reason,detail,count\n" + f"{SITE},2026-06-14 23:00:00,bot,Googlebot,2\n"

    content = exported(shop, "csv", dataset="dropped", until="2026-06-29").decode()

    assert content.replace('"', "") == row


def test_an_export_is_noted_with_its_rows(shop: Here, store: Store) -> None:
    shop.call("export_plan", purpose="Moving house", **REQUEST)

    rows = store.rows("SELECT actor, action, site, rows, purpose, detail FROM audit_rows")
    assert rows == [("cli", "export", SITE, 4, "Moving house", "events 2026-06-01 to 2026-06-30")]


def asked(shop: Here, query: str, purpose: str = "") -> bytes:
    shop.call("export_plan", query=query, purpose=purpose)
    return b"".join(shop.stream("export_part", output_format="ndjson", query=query))


def test_a_query_is_written_as_the_other_exports_are(shop: Here) -> None:
    text = "SELECT path, toUInt64(count()) AS n FROM events GROUP BY path ORDER BY path; "

    rows = [json.loads(line) for line in asked(shop, text).splitlines()]

    assert rows == [{"path": "/", "n": 3}, {"path": "/cart", "n": 1}]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("DROP TABLE event_rows", 62),
        ("SELECT 1) FORMAT Null; DROP TABLE event_rows", 62),
        ("SELECT 1 INTO OUTFILE '/tmp/out.csv'", 62),
        ("SELECT * FROM event_rows", 497),
        ("SELECT * FROM users", 497),
        ("SELECT file('/etc/hostname')", 497),
        ("SELECT * FROM file('/etc/hostname', RawBLOB)", 497),
        ("SELECT * FROM system.processes", 497),
        ("SELECT 1 SETTINGS readonly = 0", 115),
    ],
)
def test_a_query_may_do_what_analysts_may_and_no_more(
    shop: Here, store: Store, query: str, code: int
) -> None:
    with pytest.raises(QueryError) as planned:
        shop.call("export_plan", query=query)
    with pytest.raises(QueryError) as written:
        list(shop.stream("export_part", output_format="csv", query=query))

    assert (planned.value.code, written.value.code) == (code, code)

    noted = store.rows("SELECT action, rows FROM audit_rows")
    assert noted == [("export_failed", 0)]


def test_a_query_is_noted_without_its_values_and_with_its_purpose(shop: Here, store: Store) -> None:
    asked(shop, "SELECT time FROM events WHERE path = '/cart'", "Monthly report")

    ((*noted, detail),) = store.rows(
        "SELECT actor, action, site, rows, purpose, detail FROM audit_rows"
    )
    assert noted == ["cli", "export", "", 1, "Monthly report"]
    assert detail.startswith("SELECT time FROM events WHERE path = '?' [")


def test_a_seller_gets_pages_of_their_own_and_small_ones_together(shop: Here, store: Store) -> None:
    # Level 5: /s/c alone is small, so the next smallest, /s/b, goes with it.
    count(store, date(2026, 6, 16), {"/s/a": 9, "/s/b": 6, "/s/c": 2, "/other": 50})
    wanted = extract_pages(a_site(), date(2026, 6, 16), date(2026, 6, 16), ["/s/"])

    rows = [json.loads(line) for line in b"".join(read(store, wanted, "ndjson")).splitlines()]

    assert [(row["page"], row["visitors"], row["pageviews"]) for row in rows] == [
        ("/s/a", 9, 9),
        ("Other (fewer than 5 visitors)", 8, 8),
    ]


class BreakingOff(Here):
    """A way to the store that breaks off within a part."""

    def __init__(self, way: Here, day: str) -> None:
        self.config, self.context = way.config, way.context
        self._day = day

    def stream(self, command: str, **arguments: Any) -> Iterator[bytes]:
        pieces = super().stream(command, **arguments)
        if arguments["since"] == self._day:
            yield next(pieces)[:10]
            raise CommandError("the running store process did not answer")
        yield from pieces


def write(way: Here, output: Path, output_format: str = "csv", *, resume: bool = False) -> int:
    place = _place(str(output), REQUEST, output_format, resume=resume)
    found = way.call("export_plan", **REQUEST)
    return _write(way, REQUEST, found, output_format, place)


def test_an_export_that_broke_off_goes_on_behind_the_last_whole_day(
    shop: Here, tmp_path: Path
) -> None:
    whole, broken = tmp_path / "whole.csv", tmp_path / "broken.csv"
    write(shop, whole)
    with pytest.raises(CommandError):
        write(BreakingOff(shop, "2026-06-15"), broken)
    assert not broken.exists()

    # The first day would break off again, were it asked for again.
    write(BreakingOff(shop, "2026-06-14"), broken, resume=True)

    assert sorted(broken.read_text().splitlines()) == sorted(whole.read_text().splitlines())
    assert sorted(path.name for path in tmp_path.glob("*.csv*")) == ["broken.csv", "whole.csv"]


def test_a_directory_gets_a_file_a_day_and_those_that_are_there_stay(
    shop: Here, tmp_path: Path
) -> None:
    target = tmp_path / "days"
    target.mkdir()
    with pytest.raises(CommandError):
        write(BreakingOff(shop, "2026-06-15"), target, "parquet")
    write(BreakingOff(shop, "2026-06-14"), target, "parquet", resume=True)

    files = sorted(path.name for path in target.iterdir())
    assert files == ["events-2026-06-14.parquet", "events-2026-06-15.parquet"]
    assert [parquet.read_table(target / name).num_rows for name in files] == [3, 1]


def test_another_export_cannot_go_on_where_this_one_stopped(shop: Here, tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    with pytest.raises(CommandError):
        write(BreakingOff(shop, "2026-06-15"), broken)

    with pytest.raises(UsageError, match="is of another export"):
        write(shop, broken, "ndjson", resume=True)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Return an installation with a site, into which a log was imported while it runs."""
    with installation(tmp_path_factory.mktemp("export") / "data") as found:
        found.command("site", "add", SITE)
        log = found.data.parent / "access.log"
        log.write_text(
            '203.0.113.7 - - [01/Jan/2026:09:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "Mozilla/5.0'
            ' (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/145.0"\n'
        )
        imported = found.command("import", str(log), "--site", SITE)
        assert imported["events"] == 1
        yield found


def test_commands_reach_the_running_store(running: Installation, tmp_path: Path) -> None:
    output = tmp_path / "events.parquet"
    said = running.command("export", "events", "--format", "parquet", "-o", str(output))

    assert said == {"output": str(output), "rows": 1, "parts": 1}
    assert parquet.read_table(output)["path"].to_pylist() == ["/"]


def test_standard_output_takes_an_export(running: Installation) -> None:
    done = footfall(
        *("export", "--query", "SELECT path, 1 AS n FROM events", "--format", "ndjson"),
        *("--data", str(running.data)),
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"path": "/", "n": 1}


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["export"], 2, "export what?"),
        (["export", "events", "--site", "no.example"], 2, "no site is named 'no.example'"),
        (["export", "events", "--from", "may"], 2, "--from 'may': expected a day such as"),
        (["export", "--query", "SELECT nope"], 1, "Unknown expression"),
        (["export", "events", "--resume"], 2, "--resume wants a file"),
        (["import"], 2, "import what?"),
        (["import", "--undo", "zz"], 2, "no import 'zz' is in"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    running: Installation, arguments: list[str], status: int, said: str
) -> None:
    done = footfall(*arguments, "--data", str(running.data))

    assert done.returncode == status
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
