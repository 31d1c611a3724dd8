"""Exporting: what can be taken out of an installation, and its bytes as the engine writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias, get_args
from uuid import uuid4

from schema.sites import Site
from schema.statements import statement
from schema.store import Store
from schema.stream import Question, Stream, escaped, quoted, settings_clause

Dataset: TypeAlias = Literal["events", "sessions", "daily", "dropped"]
DATASETS: Final[tuple[Dataset, ...]] = get_args(Dataset)
Format: TypeAlias = Literal["csv", "ndjson", "parquet"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

# What the engine calls them.  A file of several parts has one head, in its first part.
_FORMATS: Final[Mapping[Format, str]] = {
    "csv": "CSVWithNames",
    "ndjson": "JSONEachRow",
    "parquet": "Parquet",
}
_HEADLESS: Final[Mapping[Format, str]] = {**_FORMATS, "csv": "CSV"}
MEDIA_TYPES: Final[Mapping[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}

# What has so many rows a day that a day is a part of its own.
_BY_DAY: Final[frozenset[Dataset]] = frozenset({"events", "sessions"})

_QUERIES: Final = "schema.queries"
# How much is read at once: a piece that stays in a core's cache until it is written costs a fifth
# to a third less processor time than one of 1 MiB (bench/exchange.py).
_PIECE_BYTES: Final = 256 * 1024
# One row group of Parquet is in memory until it is written: rows of 40 columns, our choice.
_SETTINGS: Final[Mapping[str, str | int]] = {
    "max_threads": 2,
    "output_format_parquet_row_group_size": 100_000,
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_escape_forward_slashes": 0,
}
# Beyond those.  Two threads that read sessions in order have to be brought together again, which
# takes more than both save; what is written is made into text beside them all the same.
_SETTINGS_OF: Final[Mapping[Dataset, Mapping[str, str | int]]] = {"sessions": {"max_threads": 1}}


@dataclass(frozen=True, slots=True)
class Extract:
    """One statement to be written out: a dataset's days, or a question of one's own."""

    sql: str
    parameters: Mapping[str, str]
    settings: Mapping[str, str | int] = field(default_factory=dict)  # beyond those of every export


@dataclass(frozen=True, slots=True)
class Part:
    """Days that are written at once; an export goes on after the last whole one."""

    since: date
    until: date  # included
    rows: int


def extract(dataset: Dataset, site: Site, since: date, until: date) -> Extract:
    """Return the statement for a dataset's days, both included."""
    instants = {"since_at": _midnight(site, since), "until_at": _midnight(site, until, days=1)}
    days = {"since": since.isoformat(), "until": until.isoformat()}
    parameters = {"site": escaped(site.name)} | (instants if dataset == "dropped" else days)
    sql = statement(_QUERIES, f"export_{dataset}")
    return Extract(sql, parameters, _SETTINGS_OF.get(dataset, {}))


def extract_pages(site: Site, since: date, until: date, prefixes: Sequence[str]) -> Extract:
    """Return the statement for the daily figures of pages under `prefixes`, small ones folded."""
    parameters = {
        "site": escaped(site.name),
        "since": since.isoformat(),
        "until": until.isoformat(),
        "prefixes": escaped(f"[{','.join(map(quoted, prefixes))}]"),
        "small_number": str(site.small_number),
        "others": f"Other (fewer than {site.small_number} visitors)",
    }
    return Extract(statement(_QUERIES, "export_daily_of_pages"), parameters)


def parts(store: Store, dataset: Dataset, site: Site, since: date, until: date) -> list[Part]:
    """Return the parts that have rows, oldest first."""
    if dataset not in _BY_DAY:
        rows = count_rows(store, extract(dataset, site, since, until))
        return [Part(since, until, rows)] if rows else []
    days = store.run(_QUERIES, "days_of_events", site=site.name, since=since, until=until)
    if dataset == "events":
        return [Part(day, day, rows) for day, rows in days]
    counted = ((day, count_rows(store, extract(dataset, site, day, day))) for day, _ in days)
    return [Part(day, day, rows) for day, rows in counted if rows]


def count_rows(store: Store, wanted: Extract) -> int:
    """Return how many rows a statement has; raises StoreError as the statement itself would."""
    # The statement is one of ours, or an owner's own that was checked.
    sql = f"SELECT count() FROM\n(\n{wanted.sql}\n)\nFORMAT TSV{settings_clause(wanted.settings)}"
    return int(store.streams.text(sql, wanted.parameters))


def read(
    store: Store, wanted: Extract, output_format: Format, *, has_head: bool = True
) -> Iterator[bytes]:
    """Yield the bytes of a statement's rows; close the iterator to end the query early."""
    question = Question(
        sql=wanted.sql,
        output_format=(_FORMATS if has_head else _HEADLESS)[output_format],
        settings={**_SETTINGS, **wanted.settings},
        parameters=wanted.parameters,
        mark=f"export-{uuid4()}",
    )
    with _opened(store, question) as stream:
        while piece := stream.read(_PIECE_BYTES):
            yield piece


@contextmanager
def _opened(store: Store, question: Question) -> Iterator[Stream]:
    stream = store.streams.open(question)
    try:
        yield stream
    finally:
        stream.close()


def _midnight(site: Site, day: date, *, days: int = 0) -> str:
    """Return where a site's day begins, or a later one, in UTC as the engine reads it."""
    return f"{site.midnight(day + timedelta(days=days)):%Y-%m-%d %H:%M:%S}"
