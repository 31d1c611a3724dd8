"""Redaction: a question without the values in it, as the audit log keeps it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from dashboard.sql.syntax import NoTreeError, canonical, nodes, parse
from schema.stream import QueryError, Streams, escaped

_WRITE: Final = "SELECT formatQueryFromJSON({tree:String}) FORMAT TSVRaw"
_UNREADABLE: Final = "(no statement)"
# Our choice: longer questions are told apart by their beginnings.
_CHARACTERS: Final = 4000


def redacted(streams: Streams, text: str) -> str:
    """Return a statement on one line with a ? for each literal, without comments."""
    try:
        tree = parse(streams, text)
    except NoTreeError:
        # DESCRIBE and the like: what they hold besides names is a question, which is left out.
        return canonical(streams, text).partition("(")[0][:_CHARACTERS]
    except QueryError:
        return _UNREADABLE
    for node in nodes(tree):
        if node["type"] == "Literal":
            node["value"] = {"field_type": "String", "value": "?"}
        for part in ("pattern", "like"):
            if part in node:
                node[part] = "?"
        for change in node.get("changes", ()):
            change["value"] = {"field_type": "String", "value": "?"}
    return _written(streams, tree)[:_CHARACTERS]


def _written(streams: Streams, tree: Any) -> str:
    asked = msgspec.json.encode(tree).decode()
    try:
        answer = streams.text(_WRITE, {"tree": escaped(asked)})
    except QueryError:
        return _UNREADABLE
    return " ".join(answer.decode().split())
