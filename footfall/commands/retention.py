"""Retention commands: what is past its time, removed now or only counted, and earlier runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from footfall.commands.context import Context
from footfall.errors import UsageError
from privacy.errors import PrivacyError
from privacy.retention import Report, list_reports, note_run, run_retention
from schema import SchemaError, Site, list_sites

# Well within the time that a command waits for a sign of life (`store_socket.TIMEOUT_S`).
_SIGN_OF_LIFE_S: Final = 10.0


def run(context: Context, site: str = "", dry: bool = False) -> Iterator[bytes]:
    """Yield a line of JSON for each report, an empty one now and then while it takes long.

    The last line has `error` when it could not be done.
    """
    sites = _sites(context, site)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(_run, context, sites, dry)
        while not running.done():
            try:
                running.exception(_SIGN_OF_LIFE_S)
            except TimeoutError:
                yield b"\n"
    try:
        lines = [_shown(report) for report in running.result()]
    except (PrivacyError, SchemaError) as error:
        lines = [{"error": str(error)}]
    for line in lines:
        yield json.dumps(line).encode() + b"\n"


def listing(context: Context, site: str = "", days: int = 30) -> list[dict[str, Any]]:
    """Return the reports of the last `days`, newest first."""
    if site:
        _sites(context, site)
    since = datetime.now(UTC) - timedelta(days=days)
    return [_shown(report) for report in list_reports(context.store, site, since)]


def _run(context: Context, sites: list[Site], dry: bool) -> list[Report]:
    now = datetime.now(UTC)
    days = context.config.retention_days
    reports = list(run_retention(context.store, sites, now, events_days=days, dry=dry))
    if not dry:
        note_run(context.audit, "cli", reports)
    return reports


def _sites(context: Context, name: str) -> list[Site]:
    """Return one site or all, those too that were removed and have rows left."""
    sites = list_sites(context.store, with_removed=True)
    found = [site for site in sites if name in ("", site.name)]
    if name and not found:
        raise UsageError(f"no site is named {name[:80]!r}: see 'footfall site list'")
    return found


def _shown(report: Report) -> dict[str, Any]:
    return {
        "site": report.site,
        "class": report.kind,
        "until": report.until.isoformat(),
        "found": report.found,
        "removed": report.removed,
        "found_after": report.found_after,
        "open_days": [day.isoformat() for day in report.open_days],
        "state": report.state,
        "started_at": report.started_at.isoformat(timespec="seconds"),
        "took_ms": report.took_ms,
    }
