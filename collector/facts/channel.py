"""Channel: the group of a source, decided by the first row of `data/channels.tsv` that fits."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from collector.facts.source import Source
from collector.facts.tables import read_table

# Distinct mediums whose rules are kept. Our choice: more than people write on links.
_MEDIUMS_KEPT: Final = 1_024

_ABSENT: Final = "-"


class Rule(NamedTuple):
    """One row of the table; None fits anything."""

    name: str
    channel: str
    kinds: frozenset[str] | None
    source: re.Pattern[str] | None
    medium: re.Pattern[str] | None
    campaign: re.Pattern[str] | None
    must_be_referred: bool


def channel_of(source: Source, medium: str, campaign: str, *, is_referred: bool) -> str:
    """Return the channel of a source under the tags of its link ("" without).

    `is_referred` says that a referrer was there, so that an untagged link is at least a referral.
    """
    return rule_of(source, medium, campaign, is_referred=is_referred).channel


def rule_of(source: Source, medium: str, campaign: str, *, is_referred: bool) -> Rule:
    """Return the rule that decides the channel; the last one fits everything."""
    name, campaign = source.name.lower(), campaign.lower()
    for rule in _rules_under(medium.lower()):
        if (
            (rule.kinds is None or source.kind in rule.kinds)
            and _fits(rule.source, name)
            and _fits(rule.campaign, campaign)
            and (is_referred or not rule.must_be_referred)
        ):
            return rule
    return RULES[-1]


@lru_cache(maxsize=_MEDIUMS_KEPT)
def _rules_under(medium: str) -> tuple[Rule, ...]:
    """Return the rules that fit a medium: most links have none, so most rules end here."""
    return tuple(rule for rule in RULES if _fits(rule.medium, medium))


def _fits(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is None or pattern.fullmatch(text) is not None


def _pattern(cell: str) -> re.Pattern[str] | None:
    if not cell:
        return None
    return re.compile("" if cell == _ABSENT else cell, re.DOTALL)


def _rule(row: list[str]) -> Rule:
    name, channel, kinds, source, medium, campaign, referred = row
    return Rule(
        name,
        channel,
        frozenset(kinds.split(",")) if kinds else None,
        _pattern(source),
        _pattern(medium),
        _pattern(campaign),
        referred == "yes",
    )


RULES: Final = tuple(_rule(row) for row in read_table("channels.tsv"))
