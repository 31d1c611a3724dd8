"""Campaign: what a link was tagged with, all that is kept of a query."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import unquote_plus

from collector.facts.scrub import scrubbed
from collector.facts.tables import read_table

# Our choice: longer values are no names a person reads in a report.
_LONGEST: Final = 200

_TAGS: Final = frozenset({"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"})


class Campaign(NamedTuple):
    """The tags of a link; "" is absent."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    click_id: str = ""  # the parameter's name, see data/click_ids.tsv; its value is not read


NO_CAMPAIGN: Final = Campaign()


def campaign_of(query: str) -> Campaign:
    """Return the campaign in a URL's query; raises nothing."""
    if not query:
        return NO_CAMPAIGN
    tags: dict[str, str] = {}
    click_id = ""
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        key = key.lower()
        if key in _TAGS:
            tags.setdefault(key, _text(value))
        elif key in _CLICK_IDS and value:
            # The last one was added last: a link from an advertisement may have been shared on.
            click_id = key
    if not tags and not click_id:
        return NO_CAMPAIGN
    get = tags.get
    return Campaign(
        get("utm_source", ""),
        get("utm_medium", ""),
        get("utm_campaign", ""),
        get("utm_term", ""),
        get("utm_content", ""),
        click_id,
    )


def _text(value: str) -> str:
    text = unquote_plus(value)[:_LONGEST].strip()
    if not text.isprintable():
        text = "".join(c for c in text if c.isprintable())
    return scrubbed(text)


_CLICK_IDS: Final = frozenset(row[0] for row in read_table("click_ids.tsv"))
