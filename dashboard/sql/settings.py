"""Settings: which of the engine's a question may change, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from dashboard.sql.errors import RefusedError
from dashboard.sql.limits import Limits

_UNKNOWN: Final = 115
_TOO_HIGH: Final = 452
# Rows of one block: larger ones would pass the limits of memory between two looks at them.
_BLOCK_ROWS: Final = 65_536

# Always set, after what a question asks for.
FIXED: Final[Mapping[str, str | int]] = {
    # A condition of the question must not be computed beside the one that chooses its sites:
    # an error that a foreign row makes would tell of it.
    "optimize_move_to_prewhere": 0,
    "query_plan_optimize_prewhere": 0,
    # 2: no writing, whatever the rest would let through.
    "allow_ddl": 0,
    "allow_introspection_functions": 0,
    "readonly": 2,
}


@cache
def setting_names() -> frozenset[str]:
    """Return the names of the settings that change no limit."""
    text = resources.files("dashboard.sql.data").joinpath("settings.tsv").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def check_setting(name: str, value: object, limits: Limits) -> None:
    """Raise RefusedError unless a question may give this setting this value."""
    highest = {**limits.highest(), "max_block_size": _BLOCK_ROWS}
    if name in highest:
        _check_limit(name, str(value), highest[name])
    elif name not in setting_names():
        allowed = "those of system.settings may be changed"
        raise RefusedError(f"the setting {name} is not allowed here", allowed, _UNKNOWN)
    elif isinstance(value, (dict, list)):
        raise RefusedError(f"the setting {name}", "expected a plain value", _TOO_HIGH)


def _check_limit(name: str, value: str, highest: int) -> None:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number <= highest:
        allowed = f"expected more than 0 and up to {highest}"
        raise RefusedError(f"the setting {name}", allowed, _TOO_HIGH)
