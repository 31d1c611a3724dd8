"""Export commands: what an export holds, and the bytes of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from footfall.commands.context import Context
from footfall.commands.own_query import count_own_rows, extract_own
from footfall.commands.sql import OPERATOR
from footfall.errors import UsageError
from schema import Site, UnknownSiteError, get_site
from schema.exporting import (
    DATASETS,
    FORMATS,
    Dataset,
    Extract,
    Format,
    Part,
    extract,
    parts,
    read,
)


def plan(
    context: Context,
    dataset: str = "",
    site: str = "",
    since: str = "",
    until: str = "",
    query: str = "",
    purpose: str = "",
) -> list[dict[str, Any]]:
    """Return the parts that an export is made of, oldest first, and note it in the audit log.

    Days are included; a question of one's own is one part without days.
    """
    if query:
        rows = count_own_rows(context, query, purpose)
        return [{"since": "", "until": "", "rows": rows}]
    asked = _site(context, site)
    days = _day("--from", since), _day("--to", until)
    found = [_shown(part) for part in parts(context.store, _dataset(dataset), asked, *days)]
    context.audit.record(
        actor=OPERATOR.id,
        action="export",
        site=site,
        rows=sum(part["rows"] for part in found),
        purpose=purpose,
        detail=f"{dataset} {since} to {until}",
    )
    return found


def part(
    context: Context,
    output_format: str,
    dataset: str = "",
    site: str = "",
    since: str = "",
    until: str = "",
    query: str = "",
    has_head: bool = True,
) -> Iterator[bytes]:
    """Yield one part's bytes."""
    wanted = (
        extract_own(context, query) if query else _extract(context, dataset, site, since, until)
    )
    return read(context.store, wanted, _format(output_format), has_head=has_head)


def _extract(context: Context, dataset: str, site: str, since: str, until: str) -> Extract:
    asked = _site(context, site)
    return extract(_dataset(dataset), asked, _day("--from", since), _day("--to", until))


def _shown(part: Part) -> dict[str, Any]:
    return {"since": part.since.isoformat(), "until": part.until.isoformat(), "rows": part.rows}


def _site(context: Context, name: str) -> Site:
    try:
        return get_site(context.store, name)
    except UnknownSiteError as error:
        raise UsageError(str(error)) from error


def _dataset(text: str) -> Dataset:
    for name in DATASETS:
        if name == text:
            return name
    raise UsageError(f"export {text!r}: expected one of {', '.join(DATASETS)}")


def _format(text: str) -> Format:
    for name in FORMATS:
        if name == text:
            return name
    raise UsageError(f"--format {text!r}: expected one of {', '.join(FORMATS)}")


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r}: expected a day such as 2026-01-31") from error
