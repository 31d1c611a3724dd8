"""Channel: the group of a source, named and decided as Google Analytics 4 does by default.

The rules and their order are those of "Default channel group" (support.google.com/analytics/answer/
9756891, 2026), with the kinds of `data/hosts.tsv` for its lists of sites.
"""

from __future__ import annotations

import re
from typing import Final

from collector.source import Source

DIRECT_CHANNEL: Final = "Direct"

_PAID: Final = re.compile(r".*cp.*|ppc|retargeting|paid.*", re.DOTALL)
_SHOP: Final = re.compile(r".*(([^a-df-z]|^)shop|shopping).*", re.DOTALL)
_DISPLAY: Final = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL: Final = frozenset(
    {"social", "social-network", "social-media", "sm", "social network", "social media"}
)
_EMAIL: Final = frozenset({"email", "e-mail", "e_mail", "e mail"})
_REFERRAL: Final = frozenset({"referral", "app", "link"})

_PAID_BY_KIND: Final = {
    "shopping": "Paid Shopping",
    "search": "Paid Search",
    "social": "Paid Social",
    "messenger": "Paid Social",
    "video": "Paid Video",
}
_ORGANIC_BY_KIND: Final = {
    "assistant": "AI Assistant",
    "shopping": "Organic Shopping",
    "social": "Organic Social",
    "messenger": "Organic Social",
    "video": "Organic Video",
    "search": "Organic Search",
    "mail": "Email",
}


def channel_of(source: Source, medium: str, campaign: str, *, is_referred: bool) -> str:
    """Return the channel of a source under the tags of its link ("" without).

    `is_referred` says that a referrer was there, so that an untagged link is at least a referral.
    """
    medium, campaign = medium.lower(), campaign.lower()
    if not source.name and not medium and not campaign:
        return DIRECT_CHANNEL
    return (
        _paid(source, medium, campaign)
        or _organic(source, medium, campaign)
        or _by_medium(source.name.lower(), medium)
        or ("Referral" if is_referred and not medium else "Unassigned")
    )


def _paid(source: Source, medium: str, campaign: str) -> str:
    if "cross-network" in campaign:
        return "Cross-network"
    is_paid = _PAID.fullmatch(medium) is not None
    if is_paid and source.kind != "shopping" and _SHOP.fullmatch(campaign):
        return "Paid Shopping"
    if is_paid and source.kind in _PAID_BY_KIND:
        return _PAID_BY_KIND[source.kind]
    if medium in _DISPLAY:
        return "Display"
    return "Paid Other" if is_paid else ""


def _organic(source: Source, medium: str, campaign: str) -> str:
    if medium == "ai-assistant":
        return "AI Assistant"
    if source.kind == "shopping" or _SHOP.fullmatch(campaign):
        return "Organic Shopping"
    if medium in _SOCIAL:
        return "Organic Social"
    if "video" in medium:
        return "Organic Video"
    if medium == "organic":
        return "Organic Search"
    # A tag says more than the place the link stood on: a newsletter may be read at Gmail or shared.
    tagged = _by_medium("", medium)
    return tagged or _ORGANIC_BY_KIND.get(source.kind, "")


def _by_medium(source: str, medium: str) -> str:
    if source in _EMAIL or medium in _EMAIL:
        return "Email"
    if medium == "affiliate":
        return "Affiliates"
    if medium in _REFERRAL:
        return "Referral"
    if medium == "audio":
        return "Audio"
    if "sms" in (source, medium):
        return "SMS"
    if medium.endswith("push") or "mobile" in medium or "notification" in medium:
        return "Mobile Push Notifications"
    return "Mobile Push Notifications" if source == "firebase" else ""
