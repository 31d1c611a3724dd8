"""Own: what an installation exported, the columns of `events` or of `daily`, NDJSON or Parquet.

Visitors and sessions keep their ids: they are of days that are over, so they name nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from collector.event import Event
from collector.facts.page import split_url
from collector.facts.scrub import scrubbed
from collector.facts.visitor import VisitorId, sample_of
from collector.rules.site import SiteRules
from footfall.errors import CommandError
from footfall.exchange.records import TO_BE_PLACED, Figure, FileError, Notes, Records, Row
from footfall.exchange.source import Source

PARQUET: Final = b"PAR1"
_BATCH_ROWS: Final = 10_000

# msgspec's own bounds end at 63 bits; the upper one of these is looked at apart.
_U64 = Annotated[int, Meta(ge=0)]
_U64_END: Final = 2**64
_U32 = Annotated[int, Meta(ge=0, lt=2**32)]
_Text = Annotated[str, Meta(max_length=2_000)]
_Short = Annotated[str, Meta(max_length=300)]
_ONE_DAY: Final = timedelta(days=1)


class _EventRow(msgspec.Struct, frozen=True, gc=False):
    """A row of `events`; columns that a file lacks are unknown."""

    time: Any  # a text, or an instant where the file has such
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    site: _Short = ""
    day: Any = None
    visitor: _U64 = 0
    session: _U64 = 0
    starts: bool | None = None
    page_id: _U64 = 0
    hostname: _Short = ""
    path: _Text = "/"
    referrer: _Text = ""
    source: _Short = ""
    channel: _Short = "Direct"
    utm_source: _Short = ""
    utm_medium: _Short = ""
    utm_campaign: _Short = ""
    utm_term: _Short = ""
    utm_content: _Short = ""
    device: _Short = "Other"
    browser: _Short = ""
    browser_version: _Short = ""
    os: _Short = ""
    os_version: _Short = ""
    country: _Short = ""
    region: _Short = ""
    city: _Short = ""
    timezone: _Short = ""
    language: _Short = ""
    screen: _Short = ""
    props: dict[str, str] = {}
    revenue: Decimal = Decimal(0)
    currency: Annotated[str, Meta(max_length=3)] = ""
    interactive: bool = True
    engaged_ms: _U32 = 0
    scroll_depth: Annotated[int, Meta(ge=0, le=255)] = 0
    lcp_ms: _U32 | None = None
    fcp_ms: _U32 | None = None
    ttfb_ms: _U32 | None = None
    inp_ms: _U32 | None = None
    cls: float | None = None


class _DailyRow(msgspec.Struct, frozen=True, gc=False):
    """A row of `daily`."""

    day: Any
    dimension: _Short
    value: _Text
    site: _Short = ""
    visitors: _U64 = 0
    sessions: _U64 = 0
    pageviews: _U64 = 0
    events: _U64 = 0
    bounces: _U64 = 0
    duration_s: _U64 = 0
    revenue: Decimal = Decimal(0)
    currency: Annotated[str, Meta(max_length=3)] = ""


# What an event's text may hold that names a person is cut again: the file may be anybody's.
_SCRUBBED: Final = ("name", "utm_source", "utm_medium", "utm_campaign", "utm_term",
                    "utm_content")  # fmt: skip
_SAME: Final = (
    "page_id", "hostname", "source", "channel", "device", "browser", "browser_version", "os",
    "os_version", "country", "timezone", "language", "screen", "currency", "interactive",
    "engaged_ms", "scroll_depth", "lcp_ms", "fcp_ms", "ttfb_ms", "inp_ms", "cls",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnReader:
    """Reads one file; rows of the site called `from_site` come in."""

    rules: SiteRules
    notes: Notes
    from_site: str

    def read(self, source: Source, *, is_parquet: bool) -> Records:
        """Yield events, or figures of days, as the file's columns say."""
        rows = _parquet_rows(source) if is_parquet else _json_rows(source)
        for number, row, error in rows:
            if error is not None:
                raise FileError(source.path, number, error)
            self.notes.rows_read += 1
            if isinstance(row, dict):
                yield from self._record(source, number, row)

    def _record(self, source: Source, number: int, row: dict[str, Any]) -> Records:
        site = row.get("site", "")
        if site and site != self.from_site:
            self.notes.leave_out("rows of other sites (name theirs with --from-site)")
            return
        kind: type[_DailyRow | _EventRow] = _DailyRow if "dimension" in row else _EventRow
        try:
            checked = msgspec.convert(row, kind, strict=True)
            yield _figure(checked) if isinstance(checked, _DailyRow) else self._event(checked)
        except (msgspec.MsgspecError, ValueError, OverflowError) as error:
            raise FileError(source.path, number, _expected(error)) from error

    def _event(self, row: _EventRow) -> Row:
        time = _instant(row.time)
        day = self.rules.site.day_at(time) if row.day is None else _day(row.day)
        if max(row.visitor, row.session, row.page_id) >= _U64_END:
            raise ValueError("expected ids of 64 bits")
        if abs(day - time.date()) > _ONE_DAY:
            raise ValueError("expected a day that holds the time")
        fields: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
        fields |= {name: scrubbed(getattr(row, name)) for name in _SCRUBBED}
        event = Event(
            site=self.rules.site.name,
            received_at=time,
            time=time,
            day=day,
            visitor=row.visitor,
            # What is counted for nobody has no visitor to be spread by.
            sample=sample_of(VisitorId(row.visitor)) if row.visitor else secrets.randbelow(256),
            path=scrubbed(split_url(row.path)[0]),
            referrer=scrubbed(split_url(row.referrer)[0]),
            region=row.region if row.visitor else "",
            city=row.city if row.visitor else "",
            props={scrubbed(key): scrubbed(value) for key, value in row.props.items()},
            revenue=row.revenue if row.currency else None,
            **fields,
        )
        session = row.session if row.session or not row.visitor else TO_BE_PLACED
        return Row(event, session, row.starts is True)


def _figure(row: _DailyRow) -> Figure:
    return Figure(
        _day(row.day),
        row.dimension,
        scrubbed(row.value),
        row.visitors,
        row.sessions,
        row.pageviews,
        row.events,
        row.bounces,
        row.duration_s,
        row.revenue,
        row.currency,
    )


_Numbered = Iterator[tuple[int, Any, str | None]]


def _json_rows(source: Source) -> _Numbered:
    decode: Callable[[str], Any] = msgspec.json.Decoder().decode
    for number, line in source.lines():
        try:
            row = decode(line)
        except msgspec.MsgspecError:
            row = None
        if isinstance(row, dict):
            yield number, row, None
        else:
            yield number, None, "expected one JSON object"


def _parquet_rows(source: Source) -> _Numbered:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise CommandError(
            "reading Parquet needs pyarrow, which comes with the embedded engine: install"
            " footfall[embedded], or export NDJSON"
        ) from error
    try:
        with ParquetFile(source.path) as file:
            number = 0
            for batch in file.iter_batches(_BATCH_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield number, _plain(row), None
    except ArrowException as error:
        raise CommandError(
            f"{source.path.name} is no whole Parquet file: nothing was imported"
        ) from error


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of Parquet with maps as dictionaries and bytes as text."""
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if name == "props" and isinstance(value, Iterable):
        return {_value("", key): _value("", text) for key, text in dict(value).items()}
    if name in ("interactive", "starts") and isinstance(value, int):
        return bool(value)
    return value


def _instant(value: Any) -> datetime:
    time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    # The export writes UTC without saying so.
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _expected(error: Exception) -> str:
    """Return what was expected; msgspec names the column and never the value."""
    if isinstance(error, msgspec.ValidationError):
        text = str(error)
        return text[0].lower() + text[1:]
    return (
        "expected a time such as 2026-01-31 09:30:00.000 in UTC, a day that holds it, and ids of"
        " 64 bits"
    )
