"""Attribution: the source and channel of an event, from its referrer and its link's tags."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from collector.facts.campaign import Campaign
from collector.facts.channel import channel_of
from collector.facts.source import Source, source_of_host, source_of_tag
from collector.facts.tables import read_table

_ATTRIBUTIONS_KEPT: Final = 8_192


class Attribution(NamedTuple):
    """A source's name ("" is direct) and its channel."""

    source: str
    channel: str


class _Click(NamedTuple):
    """What a click id says of a link that has no medium of its own."""

    source: Source
    medium: str
    campaign: str


def attribute(host: str, campaign: Campaign) -> Attribution:
    """Return what brought an event; `host` is the referring one, "" for none or the site's own."""
    return _attribute(host, campaign.source, campaign.medium, campaign.campaign, campaign.click_id)


@lru_cache(maxsize=_ATTRIBUTIONS_KEPT)
def _attribute(host: str, tag: str, medium: str, campaign: str, click_id: str) -> Attribution:
    source = source_of_tag(tag) if tag else source_of_host(host)
    if click_id:
        click = _CLICKS[click_id]
        if not tag and not source.kind:
            source = click.source
        if not medium:
            medium, campaign = click.medium, click.campaign or campaign
    channel = channel_of(source, medium, campaign, is_referred=bool(host or click_id))
    return Attribution(source.name, channel)


_CLICKS: Final = {
    parameter: _Click(source_of_tag(name), medium, campaign)
    for parameter, name, medium, campaign in read_table("click_ids.tsv")
}
