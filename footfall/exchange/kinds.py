"""Kinds: the names of the files that can be imported."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "plausible", "umami", "goatcounter", "ga4", "matomo", "access-log", "footfall"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
AUTO: Final = "auto"
