"""Plans: changes of what a notice says, announced before they take effect."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from privacy.errors import PlanError
from schema.files import write_atomically

PlanState: TypeAlias = Literal["announced", "in force", "cancelled"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One announced change of one site."""

    id: str
    site: str
    starts_on: date  # the site's day
    changes: tuple[str, ...]  # such as "retention.cities=60"
    announced_at: datetime
    state: PlanState = "announced"
    ended_at: datetime | None = None  # when it took effect or was cancelled


class Plans(msgspec.Struct):
    """All plans there ever were, and what they changed that is no setting of a site."""

    plans: list[Plan] = []
    controllers: dict[str, str] = {}  # by site

    def announced(self, site: str = "") -> list[Plan]:
        """Return what is still to come, soonest first; "" is every site's."""
        found = [
            plan
            for plan in self.plans
            if plan.state == "announced" and (not site or plan.site == site)
        ]
        return sorted(found, key=lambda plan: (plan.starts_on, plan.announced_at))

    def end(self, plan: Plan, state: PlanState, now: datetime) -> Plan:
        """Note that a plan is no longer to come, and return it so."""
        ended = msgspec.structs.replace(plan, state=state, ended_at=now)
        self.plans = [ended if each.id == plan.id else each for each in self.plans]
        return ended


def read_plans(path: Path) -> Plans:
    """Return the plans at a path; raises PlanError, OSError."""
    if not path.exists():
        return Plans()
    try:
        return msgspec.json.decode(path.read_bytes(), type=Plans)
    except msgspec.MsgspecError:
        raise PlanError(
            f"{path.name} cannot be read: put it back from a copy, or remove it and announce again"
        ) from None


@contextmanager
def open_plans(path: Path) -> Iterator[Plans]:
    """Give the plans to be changed, and write them down; one process at a time does.

    Raises PlanError, OSError.
    """
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        plans = read_plans(path)
        yield plans
        write_atomically(path, msgspec.json.encode(plans))
