"""Promise: sources have their names, and channels those of Google Analytics 4."""

from __future__ import annotations

import pytest

from collector.facts.attribution import attribute
from collector.facts.campaign import Campaign, campaign_of
from collector.facts.referrer import referrer_of
from collector.rules.spam import spam_host


@pytest.mark.parametrize(
    ("referrer", "query", "source", "channel"),
    [
        ("", "", "", "Direct"),
        ("https://www.google.com/", "", "Google", "Organic Search"),
        ("https://www.google.com.tr/url?q=x", "", "Google", "Organic Search"),
        ("https://google.az/", "", "Google", "Organic Search"),
        ("https://yandex.com.tr/search", "", "Yandex", "Organic Search"),
        ("https://ya.ru/", "", "Yandex", "Organic Search"),
        ("https://go.mail.ru/", "", "Mail.ru Search", "Organic Search"),
        ("https://e.mail.ru/inbox", "", "Mail.ru", "Email"),
        ("https://mail.google.com/mail/u/0", "", "Gmail", "Email"),
        ("https://l.facebook.com/", "fbclid=x", "Facebook", "Organic Social"),
        ("https://lm.instagram.com/", "", "Instagram", "Organic Social"),
        ("https://m.vk.com/", "", "VK", "Organic Social"),
        ("https://ok.ru/", "", "OK", "Organic Social"),
        ("https://t.me/shop", "", "Telegram", "Organic Social"),
        ("https://t.co/abc", "", "X", "Organic Social"),
        ("https://m.youtube.com/", "", "YouTube", "Organic Video"),
        ("https://rutube.ru/video/1", "", "Rutube", "Organic Video"),
        ("https://tap.az/", "", "Tap.az", "Organic Shopping"),
        ("https://www.trendyol.com/", "", "Trendyol", "Organic Shopping"),
        ("https://www.amazon.co.uk/", "", "Amazon", "Organic Shopping"),
        ("https://chatgpt.com/", "", "ChatGPT", "AI Assistant"),
        ("https://gemini.google.com/app", "", "Gemini", "AI Assistant"),
        ("https://www.perplexity.ai/", "", "Perplexity", "AI Assistant"),
        ("https://copilot.microsoft.com/", "", "Microsoft Copilot", "AI Assistant"),
        ("https://www.blog.example/post", "", "blog.example", "Referral"),
        ("https://oxu.az/news", "", "Oxu.az", "Referral"),
        ("android-app://com.google.android.gm/", "", "Gmail", "Email"),
        ("android-app://org.telegram.messenger/x", "", "Telegram", "Organic Social"),
        ("android-app://com.google.android.googlequicksearchbox/", "", "Google", "Organic Search"),
        ("https://google.com@blog.example/", "", "blog.example", "Referral"),
        ("https://notgoogle.example/", "", "notgoogle.example", "Referral"),
        ("no address", "", "", "Direct"),
        ("http://192.0.2.1/", "", "", "Direct"),
        ("http://[2001:db8::1]:8080/", "", "", "Direct"),
        # Click ids.
        ("https://www.google.com/", "gclid=1", "Google", "Paid Search"),
        ("", "gbraid=1", "Google", "Paid Search"),
        ("", "wbraid=1", "Google", "Paid Search"),
        ("https://www.bing.com/", "msclkid=1", "Bing", "Paid Search"),
        ("", "yclid=1", "Yandex", "Paid Search"),
        ("", "ttclid=1", "TikTok", "Paid Social"),
        ("", "twclid=1", "X", "Paid Social"),
        ("", "li_fat_id=1", "LinkedIn", "Paid Social"),
        ("", "fbclid=1", "Facebook", "Organic Social"),
        ("", "igshid=1", "Instagram", "Organic Social"),
        ("", "gclid=1&utm_medium=organic", "Google", "Organic Search"),
        ("", "gclid=", "", "Direct"),
        ("", "dclid=1", "Google", "Display"),
        ("", "srsltid=1", "Google", "Organic Shopping"),
        ("https://www.facebook.com/", "gclid=1&fbclid=1", "Facebook", "Organic Social"),
        ("https://m.vk.com/", "rb_clickid=1", "VK", "Paid Social"),
        ("https://blog.example/", "awc=1", "Awin", "Affiliates"),
        ("", "mc_cid=1", "Mailchimp", "Email"),
        ("", "mkt_tok=1", "Marketo", "Email"),
        ("", "ysclid=1", "Yandex", "Organic Search"),
        ("https://www.google.com/", "srsltid=1&utm_medium=email", "Google", "Email"),
        ("https://googleads.g.doubleclick.net/", "", "Google Ads Network", "Display"),
        ("https://www.awin1.com/", "", "Awin", "Affiliates"),
        ("https://www.trustpilot.com/review/x", "", "Trustpilot", "Referral"),
        ("https://away.vk.com/away.php?to=x", "", "VK", "Organic Social"),
        ("android-app://com.yandex.something/", "", "com.yandex.something", "Referral"),
        # Tags.
        ("", "utm_source=google&utm_medium=cpc", "Google", "Paid Search"),
        ("", "utm_source=fb&utm_medium=paid_social", "Facebook", "Paid Social"),
        ("", "utm_source=ig", "Instagram", "Organic Social"),
        ("", "utm_source=youtube&utm_medium=cpv", "YouTube", "Paid Video"),
        ("", "utm_source=youtube&utm_medium=cpm", "YouTube", "Paid Video"),
        ("", "utm_source=adnet&utm_medium=cpm", "adnet", "Display"),
        ("", "utm_source=adnet&utm_medium=banner", "adnet", "Display"),
        ("", "utm_source=adnet&utm_medium=cpc", "adnet", "Paid Other"),
        ("", "utm_source=amazon&utm_medium=ppc", "Amazon", "Paid Shopping"),
        (
            "",
            "utm_source=google&utm_medium=cpc&utm_campaign=shopping_az",
            "Google",
            "Paid Shopping",
        ),
        (
            "",
            "utm_source=google&utm_medium=cpc&utm_campaign=Cross-network",
            "Google",
            "Cross-network",
        ),
        ("", "utm_source=news&utm_medium=email", "news", "Email"),
        ("", "utm_source=news&utm_medium=affiliate", "news", "Affiliates"),
        ("", "utm_source=news&utm_medium=audio", "news", "Audio"),
        ("", "utm_source=sms", "sms", "SMS"),
        ("", "utm_source=app&utm_medium=web-push", "app", "Mobile Push Notifications"),
        ("", "utm_source=firebase", "firebase", "Mobile Push Notifications"),
        ("", "utm_source=partner&utm_medium=referral", "partner", "Referral"),
        ("", "utm_source=somebody", "somebody", "Unassigned"),
        ("https://mail.google.com/", "utm_source=news&utm_medium=email", "news", "Email"),
        ("", "utm_source=t.me", "Telegram", "Organic Social"),
    ],
)
def test_source_and_channel(referrer: str, query: str, source: str, channel: str) -> None:
    found = attribute(referrer_of(referrer).host, campaign_of(query))
    assert (found.source, found.channel) == (source, channel)


def test_a_referrer_loses_query_fragment_and_credentials() -> None:
    found = referrer_of("https://user:secret@blog.example:8443/a/b?q=words#part")
    assert found.url == "https://blog.example/a/b"


def test_a_campaign_keeps_tags_and_no_value_of_a_click_id() -> None:
    campaign = campaign_of(
        "utm_source=A+B&utm_medium=%C9%99&UTM_CAMPAIGN=c&utm_term=t&gclid=secret"
    )
    assert campaign == Campaign("A B", "ə", "c", "t", "", "gclid")


def test_a_campaign_is_cut_and_scrubbed() -> None:
    campaign = campaign_of(f"utm_source={'x' * 300}&utm_term=a%40shop.example")
    assert campaign.source == "x" * 200
    assert campaign.term == "[email]"


@pytest.mark.parametrize(
    ("host", "entry"),
    [("semalt.com", "semalt.com"), ("x.semalt.com", "semalt.com"), ("notsemalt.com", "")],
)
def test_spam_is_known_by_its_host(host: str, entry: str) -> None:
    assert spam_host(host) == entry
