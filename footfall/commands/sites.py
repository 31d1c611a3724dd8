"""Site commands: what is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from collector.rules.modes import DEFAULT_MODES, modes_of, parse_mode
from footfall.commands.context import Context
from footfall.errors import CommandError, UsageError
from footfall.notices import site_reach
from footfall.site_changes import changed_site, checked_small_number
from privacy.reach import grown
from privacy.retention_policy import retention_of, shown_policy
from schema import Site, UnknownSiteError, get_site, list_sites, save_site
from schema.sites import DEFAULT_SMALL_NUMBER, with_timezone

# A name stands in URLs, file names and a script's attribute.
_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")


def add(
    context: Context,
    name: str,
    timezone: str = "UTC",
    hostnames: Sequence[str] = (),
    small_number: int = DEFAULT_SMALL_NUMBER,
) -> dict[str, Any]:
    """Add a site; one that was removed before begins again with its earlier rows."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"site name {name[:80]!r}: expected letters, digits, '.', '-' and '_',"
            " such as shop.example"
        )
    if any(site.name == name for site in list_sites(context.store)):
        raise UsageError(f"site {name!r} is there already: change it with 'footfall site set'")
    site = Site(
        name=name,
        timezone=_checked_timezone(timezone),
        hostnames=_checked_hostnames(hostnames),
        small_number=_checked_small_number(small_number),
    )
    save_site(context.store, site)
    return _shown(context, site)


def listing(context: Context) -> list[dict[str, Any]]:
    """Return every site."""
    return [_shown(context, site) for site in list_sites(context.store)]


def show(context: Context, name: str) -> dict[str, Any]:
    """Return one site."""
    return _shown(context, _site(context, name))


def change(
    context: Context,
    name: str,
    timezone: str | None = None,
    hostnames: Sequence[str] | None = None,
    small_number: int | None = None,
    signal: str | None = None,
    excluded_networks: Sequence[str] | None = None,
    excluded_paths: Sequence[str] | None = None,
    rule_modes: Sequence[str] | None = None,
    keep: Sequence[str] | None = None,
    consent: str | None = None,
    now: bool = False,
) -> dict[str, Any]:
    """Change what is given; a new time zone counts from the site's next day on.

    What collects or keeps more is announced first, unless it is to be done `now`.
    """
    before = site = _site(context, name)
    try:
        site = changed_site(
            site, small_number=small_number, signal=signal, keep=keep, consent=consent
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    if timezone is not None:
        site = with_timezone(site, _checked_timezone(timezone), datetime.now(UTC))
    if hostnames is not None:
        site = replace(site, hostnames=_checked_hostnames(hostnames))
    if excluded_networks is not None:
        site = replace(site, excluded_networks=_checked_networks(excluded_networks))
    if excluded_paths is not None:
        site = replace(site, excluded_paths=tuple(excluded_paths))
    if rule_modes is not None:
        site = replace(site, rule_modes=_changed_modes(site.rule_modes, rule_modes))
    if not now:
        _check_announced(context, before, site)
    save_site(context.store, site)
    return _shown(context, site)


def remove(context: Context, name: str) -> dict[str, Any]:
    """Stop counting a site; its rows stay until their retention ends."""
    site = _site(context, name)
    save_site(context.store, site, removed=True)
    return _shown(context, site)


def _site(context: Context, name: str) -> Site:
    try:
        return get_site(context.store, name)
    except UnknownSiteError as error:
        raise UsageError(str(error)) from error


def _shown(context: Context, site: Site) -> dict[str, Any]:
    shown = asdict(site) | {
        "next_from": site.next_from.isoformat() if site.next_timezone else "",
        "keep": shown_policy(retention_of(site, context.config.retention_days)),
    }
    return {key: list(value) if isinstance(value, tuple) else value for key, value in shown.items()}


def _checked_timezone(text: str) -> str:
    if text not in available_timezones():
        raise UsageError(f"time zone {text!r}: expected an IANA name, such as Asia/Baku")
    return ZoneInfo(text).key


def _checked_hostnames(hostnames: Sequence[str]) -> tuple[str, ...]:
    for hostname in hostnames:
        if hostname != "*" and not _NAME.fullmatch(hostname.removeprefix("*.")):
            raise UsageError(
                f"host name {hostname[:80]!r}: expected a name such as www.shop.example, or '*'"
            )
    return tuple(hostname.lower() for hostname in hostnames)


def _checked_small_number(number: int) -> int:
    try:
        return checked_small_number(number)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _check_announced(context: Context, before: Site, after: Site) -> None:
    """Raise CommandError for what goes further than visitors were told, if there were any."""
    more = grown(site_reach(before, context.config), site_reach(after, context.config))
    if more and context.store.run("footfall.commands.queries", "has_events", site=before.name):
        raise CommandError(
            f"{before.name} would collect or keep more: {'; '.join(more)}. Announce it with"
            f" 'footfall notice announce {before.name} --from DATE --set …',"
            " or say --now to change it at once"
        )


def _changed_modes(before: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """Return the settings with what was given in the place of what it changes."""
    try:
        modes = modes_of(before) | dict(parse_mode(setting) for setting in given)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return tuple(f"{rule}={mode}" for rule, mode in modes.items() if mode != DEFAULT_MODES[rule])


def _checked_networks(networks: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(network)) for network in networks)
    except ValueError as error:
        raise UsageError(f"network: expected one such as 192.0.2.0/24: {error}") from error
