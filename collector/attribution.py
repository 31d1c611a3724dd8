"""Attribution: the source and channel of an event, from its referrer and its link's tags."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from collector.campaign import Campaign
from collector.channel import channel_of
from collector.source import DIRECT, Source, source_of_host, source_of_tag
from collector.tables import read_table

_ATTRIBUTIONS_KEPT: Final = 8_192

# What a click id says when the link has no medium of its own, as a medium.
_MEDIUMS: Final = {"paid": "cpc", "display": "display", "email": "email", "shopping": ""}


class Attribution(NamedTuple):
    """A source's name ("" is direct) and its channel."""

    source: str
    channel: str


def attribute(host: str, campaign: Campaign) -> Attribution:
    """Return what brought an event; `host` is the referring one, "" for none or the site's own."""
    return _attribute(host, campaign.source, campaign.medium, campaign.campaign, campaign.click_id)


@lru_cache(maxsize=_ATTRIBUTIONS_KEPT)
def _attribute(host: str, tag: str, medium: str, campaign: str, click_id: str) -> Attribution:
    source = source_of_tag(tag) if tag else source_of_host(host)
    if click_id:
        clicked, meaning = _CLICK_IDS[click_id]
        if not tag and not source.kind:
            source = clicked
        if meaning == "shopping" and not medium:
            return Attribution(source.name, "Organic Shopping")
        medium = medium or _MEDIUMS.get(meaning, "")
    channel = channel_of(source, medium, campaign, is_referred=bool(host or click_id))
    return Attribution(source.name, channel)


def _known(name: str) -> Source:
    """Return the source of this name with its kind from the table of hosts."""
    found = source_of_tag(name)
    return found if found != DIRECT else Source(name)


_CLICK_IDS: Final = {
    parameter: (_known(name), meaning) for parameter, name, meaning in read_table("click_ids.tsv")
}
