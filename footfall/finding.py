"""Finding: one promise to visitors, and whether it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from footfall.vulnerabilities import known_vulnerabilities


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise, and whether it is kept."""

    promise: str
    state: Literal["kept", "broken", "not checked"]
    text: str


def find_versions() -> Finding:
    """Return the finding about the packages of the Python that runs this: no store is needed."""
    known = known_vulnerabilities()
    if known.found:
        return Finding("no known vulnerability", "broken", "; ".join(known.found))
    if known.not_checked:
        return Finding("no known vulnerability", "not checked", known.not_checked)
    return Finding("no known vulnerability", "kept", "pip-audit found none")
