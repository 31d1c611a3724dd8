"""Processing: the record of it (GDPR, article 30), made from what is installed and configured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from privacy.errors import UndescribedColumnError
from schema import Site

# Every column that can be read, by the kind of data it is.  A column without its place here is an
# error, so that the record cannot fall behind the schema.
KINDS: Final[Mapping[str, Sequence[str]]] = {
    "The page and when": [
        "site",
        "time",
        "day",
        "hour",
        "started_at",
        "ended_at",
        "hostname",
        "path",
        "entry_path",
        "exit_path",
        "name",
        "props",
    ],
    "Where the visit came from": [
        "referrer",
        "source",
        "channel",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
    ],
    "Pseudonyms that end with the day": ["visitor", "session", "page_id"],
    "Device": [
        "device",
        "browser",
        "browser_version",
        "os",
        "os_version",
        "screen",
        "language",
        "timezone",
    ],
    "Place, from the address and never nearer than a city": ["country", "region", "city"],
    "What was done": [
        "interactive",
        "engaged_ms",
        "scroll_depth",
        "pageviews",
        "is_bounce",
        "duration_s",
        "lcp_ms",
        "fcp_ms",
        "ttfb_ms",
        "inp_ms",
        "cls",
    ],
    "Sales, as the shop tells them": ["revenue", "currency"],
    "Totals of many": [
        "dimension",
        "value",
        "visitors",
        "sessions",
        "events",
        "bounces",
        "reason",
        "detail",
        "count",
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What an installation is like."""

    made_on: date
    sites: Sequence[Site]
    kept: Mapping[str, Sequence[str]]  # by site: how long each class of data is
    columns: Mapping[str, Sequence[str]]  # by view
    roles: Mapping[str, tuple[int, Sequence[str]]]  # accounts, and duties
    is_encrypted: bool
    has_tls: bool
    store: str  # the ClickHouse server's host, "" when it is embedded
    audit_days: int


def record_of_processing(installed: Installed) -> str:
    """Return the record as Markdown; raises UndescribedColumnError for a column of no kind."""
    lines = [
        "# Record of processing: web analytics",
        "",
        f"As installed on {installed.made_on}. Lines in *italics* are yours to fill in.",
        "",
        "| | |",
        "| --- | --- |",
        "| Controller | *name, address, contact; data protection officer* |",
        "| Purpose | counting visits to the shop, to better it and to judge campaigns |",
        "| Legal basis | *legitimate interest, or consent where the law asks for it* |",
        "| Whose data | visitors of the shop's pages; staff with an account |",
        f"| Kept where | {_kept_where(installed)} |",
        "| Recipients outside | none: nothing leaves the installation by itself |",
        "| Transfers to third countries | *none, unless a server stands there* |",
        "",
        "## Sites",
        "",
        "| site | time zone | GPC and DNT | smallest group shown |",
        "| --- | --- | --- | --- |",
        *(
            f"| {site.name} | {site.timezone} | {_signal(site)} | {site.small_number} visitors |"
            for site in installed.sites
        ),
        "",
        "## Data",
        "",
        "| kind | columns |",
        "| --- | --- |",
        *_kinds(installed.columns),
        "",
        "Never kept: addresses, user agents, queries of addresses, coordinates, names.",
        "",
        "## Who may see what",
        "",
        "| role | accounts | duties |",
        "| --- | --- | --- |",
        *(
            f"| {role} | {count} | {', '.join(duties)} |"
            for role, (count, duties) in installed.roles.items()
        ),
        "",
        "## How long",
        "",
        "| what | until |",
        "| --- | --- |",
        "| what makes a pseudonym (the day's salt) | the site's midnight |",
        *(f"| {site}, in days | {', '.join(kept)} |" for site, kept in installed.kept.items()),
        "| totals of a day | for good; small groups fold |",
        f"| audit log, staff by id | {installed.audit_days} days |",
        "",
        "## Measures",
        "",
        f"- At rest: {'encrypted' if installed.is_encrypted else '**not encrypted by Footfall**'}.",
        f"- In transit: {'TLS' if installed.has_tls else '*TLS by a proxy of yours*'}.",
        "- Each use and each change is one record of a signed log.",
        "- Roles as above; passwords as argon2id; sign-ins limited.",
        "",
    ]
    return "\n".join(lines)


def _kinds(columns: Mapping[str, Sequence[str]]) -> list[str]:
    here = {column for of_view in columns.values() for column in of_view}
    known = {column for names in KINDS.values() for column in names}
    if undescribed := sorted(here - known):
        raise UndescribedColumnError(
            f"columns {', '.join(undescribed)}: say in privacy/processing.py what kind they are"
        )
    return [
        f"| {kind} | {', '.join(f'`{name}`' for name in names if name in here)} |"
        for kind, names in KINDS.items()
    ]


def _kept_where(installed: Installed) -> str:
    if installed.store:
        return f"ClickHouse at {installed.store}; journal and salts beside the collector"
    return "one data directory on one machine"


def _signal(site: Site) -> str:
    return "not counted" if site.signal == "drop" else "counted for nobody"
