"""Export command of the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from footfall.cli.options import Desk, store_options
from footfall.control import Reach, reach
from footfall.errors import CommandError, UsageError
from footfall.exchange.output import OneFile, OneFilePerPart, Output, Stdout
from schema.exporting import DATASETS, FORMATS

# Every day there is: the engine's Date and DateTime reach from before the first to behind the last.
_FIRST_DAY: Final = "1970-01-02"
_LAST_DAY: Final = "2100-01-01"


@click.command("export")
@click.argument("dataset", required=False, type=click.Choice(DATASETS))
@click.option("--query", default="", help="A SELECT instead of a dataset.")
@click.option("--site", default="", help="The site; without it, the only one there is.")
@click.option("--from", "since", default=_FIRST_DAY, help="The first day; the oldest unless said.")
@click.option("--to", "until", default=_LAST_DAY, help="The last day, included.")
@click.option("--format", "output_format", type=click.Choice(FORMATS), default="csv")
@click.option(
    "-o", "--output", default="-", help="A file, a directory (a file for each day), or - (stdout)."
)
@click.option("--purpose", default="", help="Why you take it; stands in the audit log.")
@click.option("--resume", is_flag=True, help="Go on with an export that broke off.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written, as JSON.")
@store_options
def export(
    data: Path | None,
    clickhouse_url: str | None,
    dataset: str | None,
    query: str,
    site: str,
    since: str,
    until: str,
    output_format: str,
    output: str,
    purpose: str,
    resume: bool,
    as_json: bool,
) -> None:
    """Write events, sessions, daily figures or what was dropped, or a query's rows, to files."""
    if (dataset is None) == (not query):
        raise UsageError(f"export what? Name one of {', '.join(DATASETS)}, or give --query")
    desk = Desk(data, clickhouse_url, as_json)
    with disk_errors(), reach(desk.config) as store:
        request = {"query": query} if query else _days(store, dataset or "", site, since, until)
        place = _place(output, request, output_format, resume=resume)
        found = store.call("export_plan", purpose=purpose, **request)
        written = _write(store, request, found, output_format, place)
    if output != "-":
        desk.show({"output": output, "rows": written, "parts": len(found)})


def _days(store: Reach, dataset: str, site: str, since: str, until: str) -> dict[str, str]:
    name = site or _only_site(store)
    return {"dataset": dataset, "site": name, "since": since, "until": until}


def _only_site(store: Reach) -> str:
    names = [site["name"] for site in store.call("site_list")]
    if len(names) != 1:
        raise UsageError("--site: name one of the sites that 'footfall site list' shows")
    return str(names[0])


def _place(output: str, request: dict[str, str], output_format: str, *, resume: bool) -> Output:
    if output == "-":
        if resume:
            raise UsageError("--resume wants a file or a directory: -o FILE")
        return Stdout(sys.stdout.buffer)
    path = Path(output)
    if output.endswith("/") or path.is_dir():
        return OneFilePerPart(path, request.get("dataset", "query"), output_format, resume=resume)
    if output_format == "parquet" and resume:
        raise UsageError("--resume with parquet wants a directory, one file a day: -o DIRECTORY/")
    return OneFile(path, request | {"format": output_format}, resume=resume)


def _write(
    store: Reach,
    request: dict[str, str],
    found: list[dict[str, Any]],
    output_format: str,
    place: Output,
) -> int:
    """Write the parts that are not there yet; return how many rows there are in all."""
    parts = found if _may_follow(output_format, place) else _joined(found)
    rows: int = sum(part["rows"] for part in parts)
    with progress("Exporting", rows) as advance:
        for part in parts:
            if not place.has(part):
                days = (
                    {} if request.get("query") else {key: part[key] for key in ("since", "until")}
                )
                pieces = store.stream(
                    "export_part",
                    output_format=output_format,
                    has_head=place.is_empty(),
                    **request | days,
                )
                place.write(part, pieces)
            advance(part["rows"])
    place.finish()
    return rows


def _may_follow(output_format: str, place: Output) -> bool:
    """Tell whether parts may stand behind each other: Parquet has one head and one end a file."""
    return output_format != "parquet" or isinstance(place, OneFilePerPart)


def _joined(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not parts:
        return []
    rows: int = sum(part["rows"] for part in parts)
    return [{"since": parts[0]["since"], "until": parts[-1]["until"], "rows": rows}]


@contextmanager
def disk_errors() -> Iterator[None]:
    """Say in one line why a file could not be read or written."""
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise CommandError(f"{where}{error.strerror or type(error).__name__}") from error


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Give what advances a bar on standard error; there is a bar on a terminal only."""
    if not sys.stderr.isatty() or not length:
        yield lambda _: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar.update
