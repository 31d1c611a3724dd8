"""Announced changes: made on their day, by the store process."""

from __future__ import annotations

from datetime import datetime

import structlog

from footfall.commands.context import Context
from footfall.site_changes import with_changes
from privacy.plans import Plan, Plans, open_plans, read_plans
from schema import Site, list_sites, save_site

_log = structlog.get_logger(__name__)


def make_announced(context: Context, now: datetime) -> list[Plan]:
    """Make every change whose day has come at its site; raises PlanError, OSError, StoreError.

    One that was cut off is made again, which changes nothing more.
    """
    if not any(_is_due(context, plan, now) for plan in read_plans(context.paths.plans).announced()):
        return []
    with open_plans(context.paths.plans) as plans:
        due = [plan for plan in plans.announced() if _is_due(context, plan, now)]
        made = [plan for plan in due if _make(context, plans, plan, now)]
    for plan in made:
        keys = ", ".join(sorted({change.partition("=")[0] for change in plan.changes}))
        context.audit.record(
            actor="system", action="setting", site=plan.site, detail=f"notice {plan.id}: {keys}"
        )
        _log.info("announced_change_made", site=plan.site, plan=plan.id)
    if made:
        context.publish()
    return made


def _is_due(context: Context, plan: Plan, now: datetime) -> bool:
    site = _site(context, plan.site)
    return site is None or site.day_at(now) >= plan.starts_on


def _make(context: Context, plans: Plans, plan: Plan, now: datetime) -> bool:
    site = _site(context, plan.site)
    if site is None:
        # Nobody is counted there any more, nobody is told otherwise.
        plans.end(plan, "cancelled", now)
        return False
    try:
        changed, controller = with_changes(site, "", plan.changes)
    except ValueError as error:
        _log.error("announced_change_not_made", plan=plan.id, reason=str(error))
        return False
    save_site(context.store, changed)
    if any(change.startswith("controller=") for change in plan.changes):
        plans.controllers[plan.site] = controller
    plans.end(plan, "in force", now)
    return True


def _site(context: Context, name: str) -> Site | None:
    return next((site for site in list_sites(context.store) if site.name == name), None)
