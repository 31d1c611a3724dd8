"""Hosting: whose servers stand in a network, "" for one that people browse from."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from collector.facts.tables import read_table

# Distinct networks whose answer is kept; there are some 80,000, and a shop meets a few hundred.
_NETWORKS_KEPT: Final = 4_096

# What a provider is called that the table does not know by its number.
OTHER: Final = "other hosting"

# Hints in the name of an organisation.  Whole words: "Cloudflare" relays people (iCloud Private
# Relay, WARP), and a "colocation" is none of a "Colombia".
_WORDS: Final = re.compile(
    r"\b(?:(?:web|cloud|game|server|managed)?[- ]?hosting|data ?cent(?:er|re)s?|colocation"
    r"|vps|dedicated servers?|bare ?metal|virtual servers?|cloud (?:computing|servers?|services)"
    r"|(?:hosting|vps|cloud|server)s?[- ](?:solutions|provider|network))\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=_NETWORKS_KEPT)
def hosting_provider(number: int, organisation: str) -> str:
    """Return the provider's name as our table has it: an organisation's may be a person's."""
    known = _KNOWN.get(number)
    if known is not None:
        return known
    return OTHER if _WORDS.search(organisation) else ""


_KNOWN: Final = {int(number): name for number, name in read_table("hosting_networks.tsv")}
