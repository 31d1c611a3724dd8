"""Audit: the page on which owners search who did what, and the same as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from dashboard.context import Context, context_of
from dashboard.errors import ParameterError
from dashboard.rendering.csv_file import plain
from dashboard.rendering.render import render
from dashboard.signin.access import SignedIn, require
from privacy.audit_search import AuditRecord, Found, Search, audit_actions, search_audit
from schema import Store
from schema.tokens import list_tokens
from schema.users import list_users

ROWS_A_PAGE: Final = 50
# A spreadsheet takes 1,048,576 rows; who needs more asks `footfall sql` or narrows the search.
ROWS_A_FILE: Final = 100_000
_COLUMNS: Final = ("at", "actor", "action", "site", "rows", "purpose", "detail", "chain", "number")
# The longest id, site name or action there is.
_LONGEST: Final = 253


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of the records that match."""

    asked: Mapping[str, str]
    records: list[AuditRecord]
    total: int
    page: int
    page_total: int
    people: Mapping[str, str]  # who an id is, where it still is somebody
    actions: list[str]

    def address(self, page: int = 1, *, as_file: bool = False) -> str:
        """Return the address of another page of the same search, or of its file."""
        pairs = {key: value for key, value in self.asked.items() if value}
        if page > 1:
            pairs["page"] = str(page)
        path = "/audit.csv" if as_file else "/audit"
        return f"{path}?{urlencode(pairs)}" if pairs else path


async def audit(request: Request) -> Response:
    """Show the records that match a search, newest first."""
    context = context_of(request)
    asker = await _owner(request)
    page = await context.run(_page, context.store, request, asker)
    await _record(context, asker, "view", page.asked, len(page.records))
    viewer = asker.viewer()
    html = render("audit.html", page=page, user=viewer, viewer=viewer)
    return context.page(request, asker, html)


async def audit_file(request: Request) -> Response:
    """Send the records that match a search, as CSV."""
    context = context_of(request)
    asker = await _owner(request)
    asked = _asked(request)
    search = await context.run(_search, context.store, asked, asker)
    found = await context.run(search_audit, context.store, search, limit=ROWS_A_FILE)
    # Before a row leaves: what cannot be written down is not sent.
    await _record(context, asker, "export", asked, len(found.records))
    return Response(
        await context.run(_csv, found),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


async def _owner(request: Request) -> SignedIn:
    asker = await context_of(request).reader(request)
    require(asker.user, "audit")
    return asker


async def _record(
    context: Context, asker: SignedIn, action: str, asked: Mapping[str, str], rows: int
) -> None:
    looked_at = ", ".join(key for key, value in asked.items() if value) or "all"
    await context.run(
        context.audit.record,
        actor=str(asker.user.id),
        action=action,
        rows=rows,
        detail=f"audit by {looked_at}",
    )


def _asked(request: Request) -> dict[str, str]:
    names = ("who", "action", "site", "from", "until")
    asked = {name: request.query_params.get(name, "").strip() for name in names}
    for name, value in asked.items():
        if len(value) > _LONGEST:
            raise ParameterError(name, f"expected at most {_LONGEST} characters")
    return asked


def _search(store: Store, asked: Mapping[str, str], asker: SignedIn) -> Search:
    """Return what is looked for; a person is named by e-mail address or id.

    An owner of some sites sees what was done with these alone.
    """
    ids = {name: key for key, name in _people(store).items()}
    days = {"since": _day(asked, "from", 0), "until": _day(asked, "until", 1)}
    return Search(
        actor=ids.get(asked["who"].lower(), asked["who"]),
        action=asked["action"],
        site=asked["site"],
        sites=asker.user.sites,
        **{key: moment for key, moment in days.items() if moment is not None},
    )


def _page(store: Store, request: Request, asker: SignedIn) -> AuditPage:
    asked = _asked(request)
    text = request.query_params.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 6 and int(text) >= 1):
        raise ParameterError("page", "expected a whole number from 1")
    number = int(text)
    search = _search(store, asked, asker)
    found = search_audit(store, search, limit=ROWS_A_PAGE, offset=(number - 1) * ROWS_A_PAGE)
    return AuditPage(
        asked=asked,
        records=found.records,
        total=found.total,
        page=number,
        page_total=max(1, -(-found.total // ROWS_A_PAGE)),
        people=_people(store),
        actions=audit_actions(store),
    )


def _people(store: Store) -> dict[str, str]:
    users = {str(user.id): user.email for user in list_users(store)}
    return users | {str(token.id): f"token {token.name}" for token in list_tokens(store)}


def _day(asked: Mapping[str, str], name: str, more_days: int) -> datetime | None:
    if not asked[name]:
        return None
    try:
        day = date.fromisoformat(asked[name])
        return datetime.combine(day, time(), UTC) + timedelta(days=more_days)
    except (ValueError, OverflowError) as error:
        raise ParameterError(name, "expected a day as YYYY-MM-DD") from error


def _csv(found: Found) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for record in found.records:
        cells = [getattr(record, column) for column in _COLUMNS[1:]]
        writer.writerow(
            [record.at.isoformat(), *(plain(c) if isinstance(c, str) else c for c in cells)]
        )
    return text.getvalue()
