"""Publisher: gives collectors the sites and tokens as one file."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from collector.rules.published import Rules, publish
from footfall.notices import NoticeBook
from schema import Store, list_sites
from schema.tokens import list_tokens


def publish_rules(store: Store, path: Path, book: NoticeBook | None = None) -> None:
    """Write the rules to `path` if they differ from what stands there.

    Without a book, as a lone command has none, notices stay as they stand there.
    """
    with nullcontext() if book is None else book.lock:
        _publish(store, path, book)


def _publish(store: Store, path: Path, book: NoticeBook | None) -> None:
    known, now = _known(path), datetime.now(UTC)
    sites = list_sites(store)
    notices = None if book is None else book.notices(sites, now)
    if notices is None:
        notices = {} if known is None else dict(known.notices)
    rules = Rules(
        published_at=now,
        sites={site.name: site for site in sites},
        event_tokens={
            token.secret_hash: token.sites
            for token in list_tokens(store)
            if token.scope == "events"
        },
        notices=notices,
    )
    if known is None or msgspec.structs.replace(known, published_at=now) != rules:
        publish(path, rules)


def _known(path: Path) -> Rules | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Rules)
    except (OSError, msgspec.MsgspecError):
        return None
