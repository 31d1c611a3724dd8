"""Hold commands: rows that the law or a case of fraud keeps, who answers for it, and its end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from collector.journal.wishes import append_wish
from footfall.commands.context import Context
from footfall.errors import CommandError, UsageError
from privacy.errors import HoldError
from privacy.holds import HeldScope, find_hold, list_holds, new_end, new_hold
from privacy.records import RowRecord
from privacy.retention_policy import retention_of
from privacy.roles import may
from privacy.rows import survey
from privacy.scope import Scope
from schema import Site, Store, UnknownSiteError, get_site, list_sites
from schema.users import UnknownUserError, User, get_user, list_users


def add(
    context: Context, scope: Any, kind: str, reason: str, until: str, owner: str
) -> dict[str, Any]:
    """Ask for a hold; `privacy_outcome` tells when it is done.  `owner` is an e-mail address."""
    meant, site = _scope(context, scope)
    try:
        record = new_hold(
            scope=meant,
            kind=kind,
            reason=reason,
            ends_on=date.fromisoformat(until),
            owner=str(_owner(context.store, owner, site).id),
            asked_by="cli",
            today=site.day_at(datetime.now(UTC)),
        )
    except HoldError as error:
        raise UsageError(str(error)) from error
    except ValueError as error:
        raise UsageError(f"until {until[:40]!r}: expected YYYY-MM-DD") from error
    return _ask(context, record)


def look(context: Context, scope: Any) -> dict[str, Any]:
    """Return how many rows of events a hold would take."""
    meant, _ = _scope(context, scope)
    found = survey(context.store, meant).events
    context.audit.record(
        actor="cli", action="view", site=meant.site, rows=found, detail="privacy hold"
    )
    return {"site": meant.site, "events": found}


def listing(context: Context, site: str = "", ended: bool = False) -> list[dict[str, Any]]:
    """Return holds of operators, newest first; with `ended` those too that are over."""
    people = {str(user.id): user.email for user in list_users(context.store)}
    days = {known.name: known for known in list_sites(context.store, with_removed=True)}
    found = [
        hold
        for hold in list_holds(context.store)
        if hold.kind != "restriction"
        and site in ("", hold.scope.site)
        and (ended or hold.released_at is None)
    ]
    context.audit.record(actor="cli", action="view", site=site, rows=len(found), detail="holds")
    now = datetime.now(UTC)
    return [_shown(hold, people, _site(days, hold).day_at(now)) for hold in found]


def end(context: Context, id: str, reason: str) -> dict[str, Any]:
    """Ask for the end of a hold."""
    try:
        hold = find_hold(context.store, id)
        now = datetime.now(UTC)
        days = {known.name: known for known in list_sites(context.store, with_removed=True)}
        site = _site(days, hold)
        record = new_end(
            hold,
            reason=reason,
            asked_by="cli",
            policy=retention_of(site, context.config.retention_days),
            today=site.day_at(now),
            now=now,
        )
    except HoldError as error:
        raise CommandError(str(error)) from error
    return _ask(context, record)


def _ask(context: Context, record: RowRecord) -> dict[str, Any]:
    append_wish(context.paths.journal, record, context.config.keys)
    return {"id": record.id}


def _scope(context: Context, given: Any) -> tuple[Scope, Site]:
    try:
        meant = msgspec.convert(given, Scope)
        site = get_site(context.store, meant.site)
    except (msgspec.ValidationError, UnknownSiteError) as error:
        raise UsageError(str(error)) from error
    if len(meant.kinds) > 1 and meant.selection is not None:
        raise UsageError("name whose rows they are, or select them by days: not both")
    if not meant.kinds:
        raise UsageError(
            "nothing is named: give a visitor with its day, a page's or a consent's hash, or days"
            " with --from and --to"
        )
    return meant, site


def _owner(store: Store, email: str, site: Site) -> User:
    """Return who answers for a hold; raises UsageError unless they may."""
    try:
        user = get_user(store, email)
    except UnknownUserError as error:
        raise UsageError(str(error)) from error
    if not (may(user.role, "holds") and user.may_see(site.name)):
        raise UsageError(f"--owner {email}: expected an account of role owner that has {site.name}")
    return user


def _site(known: dict[str, Site], hold: HeldScope) -> Site:
    return known.get(hold.scope.site, Site(name=hold.scope.site))


def _shown(hold: HeldScope, people: dict[str, str], today: date) -> dict[str, Any]:
    left = hold.days_left(today)
    return {
        "id": hold.id,
        "kind": hold.kind,
        "site": hold.scope.site,
        "reason": hold.reason,
        "owner": people.get(hold.owner, hold.owner),
        "ends_on": None if hold.ends_on is None else hold.ends_on.isoformat(),
        "days_left": left,
        "rows": hold.held,
        "rows_at_first": hold.events,
        "created_at": hold.created_at.isoformat(timespec="seconds"),
        "released_at": hold.released_at and hold.released_at.isoformat(timespec="seconds"),
        "scope": msgspec.json.decode(msgspec.json.encode(_described(hold.scope))),
    }


def _described(scope: Scope) -> dict[str, Any]:
    """Return what a scope is about, without what tells a visitor from another."""
    chosen = scope.selection
    if chosen is None:
        return {"named": scope.kinds}
    return {
        "from": chosen.first_day,
        "to": chosen.last_day,
        "sessions": len(chosen.sessions),
        "filters": [f"{t.field}:{t.operator}:{'|'.join(t.values)}" for t in chosen.tests],
    }
