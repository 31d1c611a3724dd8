"""Agent: what ua-parser reads in a user agent."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

from ua_parser.basic import Resolver
from ua_parser.core import Domain, PartialResult
from ua_parser.loaders import load_builtins

# Distinct user agents whose facts are kept. Our choice: a shop with a million visitors a month sees
# some thousands; at 1 ms to read one, what falls out is soon read again.
AGENTS_KEPT: Final = 8_192

# Browsers send 80 to 400 characters; what is longer is made up, and expensive to search.
_LONGEST: Final = 512


# Small: the callers keep what they make of it, and share one parse of the same new string.
@lru_cache(maxsize=16)
def parse_agent(user_agent: str) -> PartialResult:
    """Return family and version of browser, system and device, each None when unknown."""
    return _resolver()(user_agent[:_LONGEST], Domain.ALL)


@cache
def _resolver() -> Resolver:
    return Resolver(load_builtins())
