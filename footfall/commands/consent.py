"""Consent commands: what a collector asks for a visitor."""

from __future__ import annotations

from typing import Any

import msgspec

from footfall.commands.context import Context
from privacy.consent import find_decisions
from privacy.receipts import signed
from privacy.signing import open_signing_key


def receipts(context: Context, site: str, consent_id: int) -> list[dict[str, Any]]:
    """Return the receipts of a consent id, given as rows have it, each with its signature."""
    key = open_signing_key(context.paths.root)
    found = find_decisions(context.store, site, consent_id)
    return [msgspec.to_builtins(signed(decision, key)) for decision in found]
