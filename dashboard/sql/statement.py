"""Statement: what somebody asked, and what runs for it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from dashboard.sql.formats import DEFAULT_FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it came."""

    text: str = field(repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)  # TabSeparated
    settings: Mapping[str, str] = field(default_factory=dict)
    default_format: str = DEFAULT_FORMAT  # unless the text names one

    @property
    def key(self) -> Hashable:
        """Return what tells this question from others."""
        parameters, settings = self.parameters.items(), self.settings.items()
        return self.text, tuple(parameters), tuple(settings), self.default_format


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A question that may run, as the engine gets it."""

    sql: str = field(repr=False)
    output_format: str
    settings: Mapping[str, str | int]
    parameters: Mapping[str, str] = field(repr=False)
