"""Rule modes: what each rule does with a beacon that breaks it, unless the site says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias, get_args

from collector.event import DropReason

Rule: TypeAlias = Literal[
    "hostname",
    "path",
    "address",
    "automation",
    "declared",
    "headers",
    "language",
    "hosting",
    "rate",
    "spam",
]
Mode: TypeAlias = Literal["drop", "shadow", "off"]
MODES: Final[tuple[Mode, ...]] = get_args(Mode)

# In shadow stands what people meet too: content networks that do not pass Accept-Language on
# (CloudFront, unless told to), relays and company gateways in hosting networks, and many people
# behind one address with the same browser.
DEFAULT_MODES: Final[Mapping[Rule, Mode]] = {
    "hostname": "drop",
    "path": "drop",
    "address": "drop",
    "automation": "drop",
    "declared": "drop",
    "headers": "drop",
    "language": "shadow",
    "hosting": "shadow",
    "rate": "shadow",
    "spam": "drop",
}

# What a sender is told, and the ledger has, of a beacon that a rule drops.
REASONS: Final[Mapping[Rule, DropReason]] = {
    "hostname": "hostname",
    "path": "path",
    "address": "address",
    "automation": "bot",
    "declared": "bot",
    "headers": "bot",
    "language": "bot",
    "hosting": "bot",
    "rate": "bot",
    "spam": "spam",
}

# What the ledger has of one that a rule in shadow would drop, and that is counted.
SHADOWS: Final[Mapping[Rule, DropReason]] = {
    "hostname": "shadow:hostname",
    "path": "shadow:path",
    "address": "shadow:address",
    "automation": "shadow:automation",
    "declared": "shadow:declared",
    "headers": "shadow:headers",
    "language": "shadow:language",
    "hosting": "shadow:hosting",
    "rate": "shadow:rate",
    "spam": "shadow:spam",
}


def modes_of(settings: Iterable[str]) -> dict[Rule, Mode]:
    """Return every rule's mode; `settings` are such as "hosting=drop".

    Raises ValueError, with what was expected, for one that is not.
    """
    modes = dict(DEFAULT_MODES)
    for setting in settings:
        rule, mode = parse_mode(setting)
        modes[rule] = mode
    return modes


def parse_mode(setting: str) -> tuple[Rule, Mode]:
    """Return the rule and its mode; raises ValueError, with what was expected."""
    name, _, said = setting.partition("=")
    for rule in DEFAULT_MODES:
        for mode in MODES:
            if (rule, mode) == (name, said):
                return rule, mode
    raise ValueError(
        f"rule {setting[:80]!r}: expected RULE=MODE, where RULE is one of"
        f" {', '.join(DEFAULT_MODES)} and MODE is drop, shadow (counted, and noted among what was"
        " dropped) or off"
    )
