"""Publisher: gives collectors the sites and tokens as one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from collector.rules.published import Rules, publish
from schema import Store, list_sites
from schema.tokens import list_tokens


def publish_rules(store: Store, path: Path) -> None:
    """Write the rules to `path` if they differ from what stands there."""
    rules = Rules(
        published_at=datetime.now(UTC),
        sites={site.name: site for site in list_sites(store)},
        event_tokens={
            token.secret_hash: token.sites
            for token in list_tokens(store)
            if token.scope == "events"
        },
    )
    if not _same(path, rules):
        publish(path, rules)


def _same(path: Path, rules: Rules) -> bool:
    try:
        known = msgspec.json.decode(path.read_bytes(), type=Rules)
    except (OSError, msgspec.MsgspecError):
        return False
    return msgspec.structs.replace(known, published_at=rules.published_at) == rules
