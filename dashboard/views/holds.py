"""Holds: the page on which owners see, begin and end what the law or a case of fraud keeps."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.context import Context, context_of, read_form
from dashboard.errors import NotFoundError, ParameterError
from dashboard.rendering.render import render
from dashboard.signin.access import SignedIn, check_form, require, visible_site, visible_sites
from privacy import acts
from privacy.errors import HoldError
from privacy.holds import (
    OPERATOR_KINDS,
    WARN_DAYS,
    HeldScope,
    find_hold,
    list_holds,
    new_end,
    new_hold,
)
from privacy.records import Hold, RowRecord
from privacy.retention_policy import retention_of
from privacy.roles import may
from privacy.rows import survey
from privacy.scope import Scope
from privacy.selection import read_selection
from schema import Site, Store, list_sites
from schema.users import User, list_users

PAGE: Final = "/privacy/holds"
_FIELDS: Final = ("site", "kind", "from", "to", "sessions", "filters", "reason", "until", "owner")
# The writer looks twice a second; who waits longer sees the page without it, and a word about it.
_WAIT_S: Final = 5.0
_LOOK_AGAIN_S: Final = 0.1
_RECORD_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class _Line:
    """A hold as the page shows it."""

    hold: HeldScope
    owner: str
    days_left: int | None

    @property
    def ends_soon(self) -> bool:
        """Tell whether it is time to see whether the case goes on."""
        return self.days_left is not None and self.days_left <= WARN_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What the page shows."""

    lines: Sequence[_Line]
    sites: Sequence[str]
    owners: Sequence[str]
    form: Mapping[str, str]
    may_change: bool  # whether there is a writer here to ask
    error: str = ""
    rows: int | None = None  # that a hold would take, when it was asked
    is_waiting: bool = False  # something that was asked for is not done yet
    kinds: Sequence[str] = OPERATOR_KINDS

    @property
    def active(self) -> int:
        """Return how many holds go on."""
        return sum(line.hold.released_at is None for line in self.lines)


async def page(request: Request) -> Response:
    """Show the holds on the owner's sites, the next to end first."""
    context = context_of(request)
    asker = await _owner(request)
    shown = await context.run(
        _read, context, asker, {}, asked=request.query_params.get("asked", "")
    )
    await context.run(
        context.audit.record,
        actor=str(asker.user.id),
        action="view",
        rows=len(shown.lines),
        detail="holds",
    )
    return _answer(request, asker, shown)


async def change(request: Request) -> Response:
    """Count the rows that a hold would take, begin it, or end one."""
    context = context_of(request)
    asker = await _owner(request)
    form = await read_form(request)
    check_form(context.sessions, asker.session.id, form)
    if context.settings.wish is None:
        raise NotFoundError("Holds are begun and ended where events are written.")
    done = form.get("do", "")
    try:
        if done == "look":
            return await _look(request, asker, form)
        if done == "begin":
            record: RowRecord = await context.run(_beginning, context, asker, form)
        elif done == "end":
            record = await context.run(_end, context, asker, form)
        else:
            raise ParameterError("do", "expected one of look, begin, end")
        await context.run(context.settings.wish, record)
    except HoldError as error:
        shown = await context.run(_read, context, asker, form, error=str(error))
        return _answer(request, asker, shown, 400)
    await context.run(_wait, context.store, record.id)
    return RedirectResponse(f"{PAGE}?{urlencode({'asked': record.id})}", 303)


async def _owner(request: Request) -> SignedIn:
    asker = await context_of(request).reader(request)
    require(asker.user, "holds")
    return asker


async def _look(request: Request, asker: SignedIn, form: Mapping[str, str]) -> Response:
    """Show how many rows a hold would take; nothing is changed."""
    context = context_of(request)
    record = await context.run(_beginning, context, asker, form)
    rows = (await context.run(survey, context.store, record.scope)).events
    await context.run(
        context.audit.record,
        actor=str(asker.user.id),
        action="view",
        site=record.scope.site,
        rows=rows,
        detail="privacy hold",
    )
    return _answer(request, asker, await context.run(_read, context, asker, form, rows=rows))


def _read(
    context: Context,
    asker: SignedIn,
    form: Mapping[str, str],
    *,
    error: str = "",
    rows: int | None = None,
    asked: str = "",
) -> _Page:
    store, now = context.store, context.clock()
    sites = {site.name: site for site in list_sites(store, with_removed=True)}
    users = list_users(store)
    people = {str(user.id): user.email for user in users}
    mine = visible_sites(store, asker.user)
    lines = [
        _line(hold, people, sites, now)
        for hold in list_holds(store)
        if hold.kind in OPERATOR_KINDS and asker.user.may_see(hold.scope.site)
    ]
    given = {name: form.get(name, "").strip() for name in _FIELDS}
    return _Page(
        lines=sorted(lines, key=_soonest),
        sites=[site.name for site in mine],
        owners=[user.email for user in users if _may_own(user, mine)],
        form=given | {"owner": given["owner"] or asker.user.email},
        may_change=context.settings.wish is not None,
        error=error,
        rows=rows,
        is_waiting=_is_id(asked) and acts.outcome(store, asked) is None,
    )


def _line(
    hold: HeldScope, people: Mapping[str, str], sites: Mapping[str, Site], now: datetime
) -> _Line:
    site = sites.get(hold.scope.site, Site(name=hold.scope.site))
    return _Line(hold, people.get(hold.owner, hold.owner), hold.days_left(site.day_at(now)))


def _soonest(line: _Line) -> tuple[bool, float]:
    """Return what sorts lines: those that go on by their end, then the others, newest end first."""
    released_at, ends_on = line.hold.released_at, line.hold.ends_on
    if released_at is not None:
        return True, -released_at.timestamp()
    return False, float("inf") if ends_on is None else ends_on.toordinal()


def _beginning(context: Context, asker: SignedIn, form: Mapping[str, str]) -> Hold:
    """Return the record of the hold in a form; raises HoldError."""
    now = context.clock()
    site = visible_site(context.store, asker.user, form.get("site", ""))
    selection = read_selection(
        form.get("from", ""),
        form.get("to", ""),
        form.get("sessions", "").replace(",", " ").split(),
        [line.strip() for line in form.get("filters", "").splitlines() if line.strip()],
    )
    return new_hold(
        scope=Scope(site.name, now, selection=selection),
        kind=form.get("kind", ""),
        reason=form.get("reason", ""),
        ends_on=_day(form.get("until", "")),
        owner=str(_named_owner(context.store, site, form.get("owner", "")).id),
        asked_by=str(asker.user.id),
        today=site.day_at(now),
    )


def _end(context: Context, asker: SignedIn, form: Mapping[str, str]) -> RowRecord:
    """Return the record that ends the hold in a form; raises HoldError and NotFoundError."""
    now = context.clock()
    hold = find_hold(context.store, form.get("id", ""))
    if not asker.user.may_see(hold.scope.site):
        raise NotFoundError("There is no such hold.")
    sites = {site.name: site for site in list_sites(context.store, with_removed=True)}
    site = sites.get(hold.scope.site, Site(name=hold.scope.site))
    return new_end(
        hold,
        reason=form.get("reason", ""),
        asked_by=str(asker.user.id),
        policy=retention_of(site, context.settings.retention_days),
        today=site.day_at(now),
        now=now,
    )


def _named_owner(store: Store, site: Site, email: str) -> User:
    for user in list_users(store):
        if user.email == email and _may_own(user, [site]):
            return user
    raise HoldError(f"owner {email[:80]!r}: expected an account of role owner that has {site.name}")


def _may_own(user: User, sites: Sequence[Site]) -> bool:
    return may(user.role, "holds") and any(user.may_see(site.name) for site in sites)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise HoldError(f"until {text[:40]!r}: expected a day as YYYY-MM-DD") from error


def _wait(store: Store, record_id: str) -> None:
    """Return when a record was carried out, or after a while."""
    deadline_s = time.monotonic() + _WAIT_S
    while acts.outcome(store, record_id) is None and time.monotonic() < deadline_s:
        time.sleep(_LOOK_AGAIN_S)


def _is_id(text: str) -> bool:
    return len(text) == _RECORD_DIGITS and all(sign in "0123456789abcdef" for sign in text)


def _answer(request: Request, asker: SignedIn, shown: _Page, status: int = 200) -> Response:
    viewer = asker.viewer()
    html = render("holds.html", page=shown, csrf=asker.form_token, user=viewer, viewer=viewer)
    response = context_of(request).page(request, asker, html)
    response.status_code = status
    return response
