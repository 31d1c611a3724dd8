"""Promise: each rule of the table of channels decides what it is there for."""

from __future__ import annotations

import pytest

from collector.facts.channel import RULES, channel_of, rule_of
from collector.facts.source import Source
from collector.facts.tables import read_table

GOOGLE = Source("Google", "search")
TRENDYOL = Source("Trendyol", "shopping")
INSTAGRAM = Source("Instagram", "social")
TELEGRAM = Source("Telegram", "messenger")
YOUTUBE = Source("YouTube", "video")
CHATGPT = Source("ChatGPT", "assistant")
GMAIL = Source("Gmail", "mail")
NETWORK = Source("Google Ads Network", "ads")
AWIN = Source("Awin", "affiliate")
SPOTIFY = Source("Spotify", "audio")
NEWS = Source("Day.Az", "news")
SOMEBODY = Source("somebody")
NOWHERE = Source()

# What each rule is there for: source, medium, campaign, channel.  Referred only where it says so.
EXAMPLES = {
    "direct": [(NOWHERE, "", "", "Direct")],
    "cross-network": [(GOOGLE, "cpc", "2026 Cross-network", "Cross-network")],
    "paid-shopping-site": [
        (TRENDYOL, "cpc", "", "Paid Shopping"),
        (TRENDYOL, "paid_feed", "", "Paid Shopping"),
    ],
    "paid-shopping-campaign": [
        (GOOGLE, "cpc", "shopping", "Paid Shopping"),
        (SOMEBODY, "ppc", "my shop", "Paid Shopping"),
    ],
    "paid-search": [
        (GOOGLE, "cpc", "", "Paid Search"),
        (GOOGLE, "CPC", "", "Paid Search"),
        (GOOGLE, "retargeting", "workshop", "Paid Search"),
    ],
    "paid-social": [
        (INSTAGRAM, "paid", "", "Paid Social"),
        (TELEGRAM, "cpm", "", "Paid Social"),
    ],
    "paid-video": [(YOUTUBE, "cpv", "", "Paid Video"), (YOUTUBE, "ppc", "", "Paid Video")],
    "display": [
        (SOMEBODY, "display", "", "Display"),
        (GOOGLE, "banner", "", "Display"),
        (SOMEBODY, "expandable", "", "Display"),
        (SOMEBODY, "interstitial", "", "Display"),
        (SOMEBODY, "cpm", "", "Display"),
    ],
    "paid-other": [(SOMEBODY, "cpa", "", "Paid Other"), (CHATGPT, "cpc", "", "Paid Other")],
    "assistant-medium": [(SOMEBODY, "ai-assistant", "", "AI Assistant")],
    "organic-shopping-site": [(TRENDYOL, "", "", "Organic Shopping")],
    "organic-shopping-campaign": [(SOMEBODY, "", "shop-spring", "Organic Shopping")],
    "organic-social-medium": [
        (SOMEBODY, "social", "", "Organic Social"),
        (SOMEBODY, "sm", "", "Organic Social"),
        (SOMEBODY, "social-network", "", "Organic Social"),
        (SOMEBODY, "Social Media", "", "Organic Social"),
    ],
    "organic-video-medium": [(SOMEBODY, "my-video", "", "Organic Video")],
    "organic-search-medium": [(SOMEBODY, "organic", "", "Organic Search")],
    "ours-email-medium": [
        (SOMEBODY, "email", "", "Email"),
        (SOMEBODY, "e-mail", "", "Email"),
        (SOMEBODY, "e_mail", "", "Email"),
        (INSTAGRAM, "e mail", "", "Email"),
    ],
    "ours-affiliate-medium": [(INSTAGRAM, "affiliate", "", "Affiliates")],
    "ours-referral-medium": [
        (GOOGLE, "referral", "", "Referral"),
        (SOMEBODY, "app", "", "Referral"),
        (SOMEBODY, "link", "", "Referral"),
    ],
    "ours-audio-medium": [(SOMEBODY, "audio", "", "Audio")],
    "ours-sms-medium": [(SOMEBODY, "sms", "", "SMS")],
    "ours-push-medium": [
        (SOMEBODY, "web-push", "", "Mobile Push Notifications"),
        (SOMEBODY, "mobile-app", "", "Mobile Push Notifications"),
        (SOMEBODY, "notification", "", "Mobile Push Notifications"),
    ],
    "assistant-site": [(CHATGPT, "", "", "AI Assistant")],
    "organic-social-site": [
        (INSTAGRAM, "", "", "Organic Social"),
        (TELEGRAM, "story", "", "Organic Social"),
    ],
    "organic-video-site": [(YOUTUBE, "", "", "Organic Video")],
    "organic-search-site": [(GOOGLE, "", "spring", "Organic Search")],
    "email-site": [(GMAIL, "", "", "Email")],
    "email-source": [(Source("e-mail"), "", "", "Email"), (Source("Email"), "x", "", "Email")],
    "sms-source": [(Source("SMS"), "", "", "SMS")],
    "push-source": [(Source("firebase"), "", "", "Mobile Push Notifications")],
    "ours-display-site": [(NETWORK, "", "", "Display")],
    "ours-affiliate-site": [(AWIN, "", "", "Affiliates")],
    "ours-audio-site": [(SPOTIFY, "", "", "Audio")],
    "unassigned": [
        (SOMEBODY, "", "", "Unassigned"),
        (SOMEBODY, "something", "", "Unassigned"),
        (NOWHERE, "", "spring", "Unassigned"),
        (NEWS, "", "", "Unassigned"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_rule_decides_its_examples(name: str) -> None:
    for source, medium, campaign, channel in EXAMPLES[name]:
        rule = rule_of(source, medium, campaign, is_referred=False)
        assert (rule.name, rule.channel) == (name, channel)


def test_what_is_referred_without_a_medium_is_a_referral() -> None:
    for source in (SOMEBODY, NEWS):
        rule = rule_of(source, "", "", is_referred=True)
        assert (rule.name, rule.channel) == ("referral", "Referral")
    assert channel_of(SOMEBODY, "something", "", is_referred=True) == "Unassigned"


def test_each_rule_has_its_example() -> None:
    assert [rule.name for rule in RULES if rule.name != "referral"] == list(EXAMPLES)


def test_there_are_at_least_14_channels_beside_what_is_unassigned() -> None:
    assert {rule.channel for rule in RULES} == {
        "Direct", "Cross-network", "Paid Shopping", "Paid Search", "Paid Social", "Paid Video",
        "Display", "Paid Other", "AI Assistant", "Organic Shopping", "Organic Social",
        "Organic Video", "Organic Search", "Email", "Affiliates", "Referral", "Audio", "SMS",
        "Mobile Push Notifications", "Unassigned",
    }  # fmt: skip


def test_the_rules_speak_of_kinds_that_hosts_have() -> None:
    kinds = {row[2] for row in read_table("hosts.tsv")}
    assert {kind for rule in RULES for kind in rule.kinds or ()} <= kinds


def test_the_last_rule_fits_everything() -> None:
    last = RULES[-1]
    assert (last.kinds, last.source, last.medium, last.campaign) == (None, None, None, None)
    assert not last.must_be_referred
