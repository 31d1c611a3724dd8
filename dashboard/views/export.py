"""Export: the page that asks what to take out of a site, and the file with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboard.address import asked_view
from dashboard.context import Context, context_of
from dashboard.errors import ParameterError, RefusedError
from dashboard.figures.model import ExportPage
from dashboard.rendering.render import render
from dashboard.signin.access import SignedIn, visible_paths, visible_site
from privacy.roles import Duty, may
from schema import Site
from schema.exporting import (
    DATASETS,
    FORMATS,
    MEDIA_TYPES,
    Dataset,
    Extract,
    Format,
    count_rows,
    extract,
    extract_pages,
    read,
)

# What one has to be there for to take a dataset out; a seller's figures are those of their own
# pages, small ones together.
_NEEDED: Final[dict[Dataset, Duty]] = {
    "events": "rows",
    "sessions": "rows",
    "daily": "figures",
    "dropped": "left_out",
}


async def export_page(request: Request) -> Response:
    """Show the form; its days are the period that was looked at."""
    context = context_of(request)
    asker, site = await _asker(context, request)
    asked = asked_view(request.query_params, site, context.clock(), visible_paths(asker.user))
    page = ExportPage(
        site=site.name,
        timezone=str(asked.view.now.tzinfo),
        period=asked.view.period,
        datasets=tuple(name for name in DATASETS if may(asker.user.role, _NEEDED[name])),
        formats=FORMATS,
    )
    viewer = asker.viewer()
    html = render("export.html", page=page, user=viewer, viewer=viewer, links=asked.links)
    return context.page(request, asker, html)


async def export_file(request: Request) -> Response:
    """Send a dataset's days as a file, as the engine writes it."""
    context = context_of(request)
    asker, site = await _asker(context, request)
    dataset = _dataset(request.query_params.get("dataset", ""))
    if not may(asker.user.role, _NEEDED[dataset]):
        text = "This export is not for your role: see the export page."
        raise RefusedError(text, str(asker.user.id), site=site.name, duty=_NEEDED[dataset])
    output_format = _format(request.query_params.get("format", "csv"))
    since, until = _day(request, "since"), _day(request, "until")
    if since > until:
        raise ParameterError("since", "expected a day that is not after `until`")
    wanted = _extract(asker, dataset, site, since, until)
    rows = await context.run(count_rows, context.store, wanted)
    await context.run(
        context.audit.record,
        actor=str(asker.user.id),
        action="export",
        site=site.name,
        rows=rows,
        detail=f"{dataset} {since} to {until}",
    )
    pieces = read(context.store, wanted, output_format)
    first = await context.run(next, pieces, b"")
    name = f"{site.name}-{dataset}-{since}-{until}.{output_format}"
    return StreamingResponse(
        _in_threads(context, first, pieces),
        media_type=MEDIA_TYPES[output_format],
        # A site's name holds letters, digits, dots, dashes and underscores alone.
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _asker(context: Context, request: Request) -> tuple[SignedIn, Site]:
    asker = await context.reader(request)
    name = request.path_params["site"]
    return asker, await context.run(visible_site, context.store, asker.user, name)


def _extract(asker: SignedIn, dataset: Dataset, site: Site, since: date, until: date) -> Extract:
    prefixes = visible_paths(asker.user)
    if prefixes:
        return extract_pages(site, since, until, prefixes)
    return extract(dataset, site, since, until)


async def _in_threads(
    context: Context, first: bytes, pieces: Iterator[bytes]
) -> AsyncIterator[bytes]:
    """Yield pieces that are made in threads; the query ends with whoever reads them."""
    try:
        yield first
        while piece := await context.run(next, pieces, b""):
            yield piece
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


def _dataset(text: str) -> Dataset:
    for name in DATASETS:
        if name == text:
            return name
    raise ParameterError("dataset", f"expected one of {', '.join(DATASETS)}")


def _format(text: str) -> Format:
    for name in FORMATS:
        if name == text:
            return name
    raise ParameterError("format", f"expected one of {', '.join(FORMATS)}")


def _day(request: Request, name: str) -> date:
    try:
        day = date.fromisoformat(request.query_params.get(name, ""))
    except ValueError as error:
        raise ParameterError(name, "expected a day such as 2026-01-31") from error
    # What the engine's Date and DateTime hold.
    if not date(1970, 1, 2) <= day <= date(2100, 1, 1):
        raise ParameterError(name, "expected a day from 1970-01-02 to 2100-01-01")
    return day
