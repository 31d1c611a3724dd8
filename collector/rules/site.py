"""Site rules: a site's exclusions in the form that one beacon is checked against."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

import structlog

from collector.facts.page import ascii_hostname
from collector.facts.visitor import IPAddress
from collector.rules.modes import DEFAULT_MODES, Mode, Rule, modes_of
from collector.rules.published import Rules, SiteNotice
from schema.sites import Site

_ANY: Final = "*"
_NO_NOTICE: Final = SiteNotice()
_PATTERN_PART: Final = re.compile(r"\*\*|\*|[^*]+")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SiteRules:
    """One site with its rules ready to be asked."""

    site: Site
    takes_any_hostname: bool
    hostnames: frozenset[str]
    domains: tuple[str, ...]  # endings of hostnames, each with its leading dot
    excluded_paths: re.Pattern[str] | None
    excluded_networks: tuple[IPv4Network | IPv6Network, ...]
    objections: frozenset[int]  # today's pseudonyms
    modes: Mapping[Rule, Mode]
    notice: SiteNotice

    def is_own_hostname(self, hostname: str) -> bool:
        """Tell whether this is one of the site's names, whatever else it takes."""
        return hostname in self.hostnames or hostname.endswith(self.domains)

    def takes_hostname(self, hostname: str) -> bool:
        """Tell whether pages under this name are counted."""
        return self.takes_any_hostname or self.is_own_hostname(hostname)

    def excluding_pattern(self, path: str) -> str:
        """Return the first pattern that leaves pages at this path out, "" when they count."""
        found = self.excluded_paths.fullmatch(path) if self.excluded_paths else None
        return "" if found is None else self.site.excluded_paths[(found.lastindex or 1) - 1]

    def excludes_address(self, address: IPAddress) -> bool:
        """Tell whether what comes from this address is left out."""
        return any(address in network for network in self.excluded_networks)


@dataclass(frozen=True, slots=True)
class Door:
    """All that decides who comes in: the sites' rules and the servers' tokens."""

    sites: Mapping[str, SiteRules]
    event_tokens: Mapping[str, tuple[str, ...]]


def prepare(rules: Rules, objections: Callable[[str], frozenset[int]] | None = None) -> Door:
    """Return published rules in the form that beacons are checked against.

    `objections` gives a site's pseudonyms that objected.
    """
    sites = {
        name: _site_rules(
            site,
            objections(name) if objections else frozenset(),
            rules.notices.get(name, _NO_NOTICE),
        )
        for name, site in rules.sites.items()
    }
    return Door(sites, rules.event_tokens)


def _site_rules(site: Site, objections: frozenset[int], notice: SiteNotice) -> SiteRules:
    # Without hostnames of its own, a site's name and its subdomains count.
    listed = site.hostnames or (site.name, f"*.{site.name}")
    return SiteRules(
        site=site,
        takes_any_hostname=_ANY in listed,
        hostnames=frozenset(ascii_hostname(name) or name for name in listed if "*" not in name),
        domains=tuple(
            "." + (ascii_hostname(name[2:]) or name[2:]) for name in listed if name.startswith("*.")
        ),
        excluded_paths=_path_pattern(site.excluded_paths),
        excluded_networks=tuple(_networks(site)),
        objections=objections,
        modes=_modes(site),
        notice=notice,
    )


def _path_pattern(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return one expression for all patterns: * is any part of a segment, ** any part at all."""
    if not patterns:
        return None
    return re.compile("|".join(f"({_expression(pattern)})" for pattern in patterns), re.DOTALL)


def _expression(pattern: str) -> str:
    wild = {"*": "[^/]*", "**": ".*"}
    return "".join(wild.get(part, re.escape(part)) for part in _PATTERN_PART.findall(pattern))


def _modes(site: Site) -> Mapping[Rule, Mode]:
    try:
        return modes_of(site.rule_modes)
    except ValueError:
        # The command line takes no such value; without it the defaults hold.
        _log.warning("rule_modes_unreadable", site=site.name)
        return DEFAULT_MODES


def _networks(site: Site) -> list[IPv4Network | IPv6Network]:
    networks = []
    for text in site.excluded_networks:
        try:
            networks.append(ip_network(text, strict=False))
        except ValueError:
            # The command line takes no such value; without it the others still hold.
            _log.warning("excluded_network_unreadable", site=site.name)
    return networks
