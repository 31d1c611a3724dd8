"""Promise: a place keeps its one name, whatever part of it or word for it sent the visitor."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.facts.attribution import attribute
from collector.facts.campaign import campaign_of
from collector.facts.channel import RULES
from collector.facts.referrer import NO_REFERRER, referrer_of
from collector.facts.source import Source, source_of_host, source_of_tag
from collector.facts.tables import read_table
from collector.rules.spam import spam_host

HOSTS = read_table("hosts.tsv")
KINDS = (
    "search", "assistant", "social", "messenger", "mail", "video", "shopping", "audio", "ads",
    "affiliate", "review", "news", "reference",
)  # fmt: skip
# Lower-case labels of letters, digits and hyphens; packages of apps have "_" too.
A_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*(\.\*)?")


@pytest.mark.parametrize(
    ("host", "source"),
    [
        # A site's other hosts and redirectors.
        ("www.facebook.com", "Facebook"),
        ("l.facebook.com", "Facebook"),
        ("lm.facebook.com", "Facebook"),
        ("out.reddit.com", "Reddit"),
        ("away.vk.com", "VK"),
        ("l.instagram.com", "Instagram"),
        ("t.co", "X"),
        ("clck.yandex.ru", "Yandex"),
        ("s.click.aliexpress.com", "AliExpress"),
        ("googleads.g.doubleclick.net", "Google Ads Network"),
        # Countries.
        ("google.az", "Google"),
        ("www.google.com.tr", "Google"),
        ("google.co.uk", "Google"),
        ("google.cat", "Google"),
        ("yandex.com.tr", "Yandex"),
        ("www.olx.uz", "OLX"),
        ("mail.yandex.kz", "Yandex Mail"),
        ("market.yandex.by", "Yandex Market"),
        ("maps.google.ge", "Google Maps"),
        ("2gis.ae", "2GIS"),
        # The longest entry wins.
        ("mail.google.com", "Gmail"),
        ("gemini.google.com", "Gemini"),
        ("go.mail.ru", "Mail.ru Search"),
        ("my.mail.ru", "Moi Mir"),
        ("e.mail.ru", "Mail.ru"),
        ("music.yandex.ru", "Yandex Music"),
        # Shops of the Caucasus, Turkey, Russia, Central Asia and the Gulf.
        ("www.umico.az", "Umico"),
        ("ss.ge", "SS.ge"),
        ("www.mymarket.ge", "MyMarket"),
        ("list.am", "List.am"),
        ("m.n11.com", "n11"),
        ("www.epey.com", "Epey"),
        ("kaspi.kz", "Kaspi"),
        ("uzum.uz", "Uzum"),
        ("www.noon.com", "Noon"),
        ("dubai.dubizzle.com", "dubizzle"),
        ("haraj.com.sa", "Haraj"),
        # Apps, by their package.
        ("com.google.android.gm", "Gmail"),
        ("ru.yandex.mail", "Yandex Mail"),
        ("com.zhiliaoapp.musically", "TikTok"),
        # Nobody's place but its own.
        ("www.blog.example", "blog.example"),
        ("notgoogle.com", "notgoogle.com"),
        ("google.shop", "google.shop"),
        ("google.com.blog.example", "google.com.blog.example"),
        ("com.yandex.something", "com.yandex.something"),
        ("az", "az"),
        ("co.uk", "co.uk"),
        ("", ""),
    ],
)
def test_a_host_belongs_to_its_site(host: str, source: str) -> None:
    assert source_of_host(host).name == source


@pytest.mark.parametrize(
    ("tag", "source"),
    [
        ("fb", "Facebook"),
        ("FB", "Facebook"),
        ("facebook.com", "Facebook"),
        ("m.facebook.com", "Facebook"),
        ("Facebook_Ads", "Facebook"),
        ("facebook ads", "Facebook"),
        ("ig", "Instagram"),
        ("gads", "Google"),
        ("yandex_direct", "Yandex"),
        ("tg", "Telegram"),
        ("t.me", "Telegram"),
        ("Microsoft Copilot", "Microsoft Copilot"),
        ("TRENDYOL", "Trendyol"),
        ("tapaz", "Tap.az"),
        ("chatgpt.com", "ChatGPT"),
        # Common words say nothing of the places that bear them.
        ("target", "target"),
        ("medium", "medium"),
        ("direct", "direct"),
        ("Spring letter", "Spring letter"),
        ("shop.example", "shop.example"),
    ],
)
def test_a_tag_names_its_source(tag: str, source: str) -> None:
    assert source_of_tag(tag).name == source


@pytest.mark.parametrize(
    "text",
    [
        "file:///home/a.html",
        "chrome-extension://abcdef/x.html",
        "about:blank",
        "javascript:0",
        "//",
    ],
)
def test_only_pages_and_apps_are_places(text: str) -> None:
    assert referrer_of(text) == NO_REFERRER


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="ab.:/@?#%[]*\\-_ ıİß\0\ud800", max_size=300),
        st.builds(
            "{}://{}/{}".format,
            st.sampled_from(["http", "HTTPS", "android-app", "x"]),
            st.text(alphabet="a.-*é[]:@", max_size=280),
            st.text(max_size=20),
        ),
    ),
    st.text(alphabet="utm_sorcedi=&gcl%.ab", max_size=80),
)
def test_any_referrer_has_a_channel_of_the_table(referrer: str, query: str) -> None:
    found = referrer_of(referrer)
    assert attribute(found.host, campaign_of(query)).channel in {rule.channel for rule in RULES}
    assert spam_host(found.host) in found.host


@given(st.lists(st.sampled_from(["a", "google", "com", "x-y"]), min_size=1, max_size=120))
def test_the_end_of_a_host_decides_however_many_labels_stand_before(labels: list[str]) -> None:
    host = ".".join([*labels, "tr", "pinterest", "com", "tr"])
    assert source_of_host(host) == Source("Pinterest", "social")
    assert spam_host(".".join([*labels, "semalt", "com"])) == "semalt.com"


def test_there_are_at_least_400_hosts_and_each_is_well_formed() -> None:
    hosts = [row[0] for row in HOSTS]
    assert len(set(hosts)) == len(hosts) >= 400
    assert [row for row in HOSTS if len(row) != 4 or not A_HOST.fullmatch(row[0])] == []
    assert [row for row in HOSTS if not row[1] or row[1] != row[1].strip()] == []


def test_hosts_are_sorted_within_their_kind() -> None:
    assert tuple(kind for kind, _ in groupby(HOSTS, key=lambda row: row[2])) == KINDS
    for _, rows in groupby(HOSTS, key=lambda row: row[2]):
        hosts = [row[0] for row in rows]
        assert hosts == sorted(hosts)


def test_a_source_has_one_kind_and_its_other_names_stand_once() -> None:
    kinds = {row[1]: row[2] for row in HOSTS}
    assert [row for row in HOSTS if kinds[row[1]] != row[2]] == []
    named = [row for row in HOSTS if row[3]]
    assert len({row[1] for row in named}) == len(named)
    tags = [tag for row in named for tag in row[3].split(",") if tag != "-"]
    assert len(set(tags)) == len(tags)
    assert [tag for tag in tags if tag != tag.lower() or set(" _") & set(tag)] == []
    assert [(row[1], source_of_tag(tag)) for row in named for tag in row[3].split(",")
            if tag != "-" and source_of_tag(tag).name != row[1]] == []  # fmt: skip


def test_every_source_but_common_words_is_known_by_its_name() -> None:
    common = {row[1] for row in HOSTS if row[3].split(",")[0] == "-"}
    unknown = {row[1] for row in HOSTS if source_of_tag(row[1]).kind != row[2]}
    assert unknown <= common


def test_each_host_is_what_its_row_says() -> None:
    for host, name, kind, _ in HOSTS:
        assert source_of_host(host.replace(".*", ".com.tr")) == Source(name, kind)


def test_no_host_is_needless() -> None:
    """A row without which the same source would be found says nothing."""
    sources = {row[0]: row[1] for row in HOSTS}
    needless = []
    for host, name in sources.items():
        parents = [parent for parent in _parents(host) if parent in sources]
        if parents and sources[parents[0]] == name:
            needless.append(host)
    assert needless == []


def _parents(host: str) -> list[str]:
    """Return what else the table could call a host, the longest first."""
    labels = host.split(".")
    if labels[-1] == "*":
        return [".".join(labels[start:]) for start in range(1, len(labels) - 1)]
    found = []
    for start in range(len(labels)):
        if start:
            found.append(".".join(labels[start:]))
        for tail in (1, 2):
            top = labels[-tail:]
            is_country = len(top[-1]) == 2 and (tail == 1 or top[0] in {"co", "com", "net", "org"})
            if start < len(labels) - tail and (is_country or top in (["com"], ["net"], ["org"])):
                found.append(".".join([*labels[start:-tail], "*"]))
    return found


def test_the_spam_hosts_are_well_formed_and_no_known_place() -> None:
    hosts = [row[0] for row in read_table("spam_hosts.txt")]
    assert hosts == sorted(set(hosts))
    assert [host for host in hosts if not A_HOST.fullmatch(host) or "." not in host] == []
    # A subdomain of an entry says nothing more than the entry.
    assert [host for host in hosts if spam_host(host.partition(".")[2])] == []
    assert [host for host in hosts if source_of_host(host).kind] == []
    assert [row[0] for row in HOSTS if spam_host(row[0])] == []


def test_the_click_ids_are_well_formed() -> None:
    clicks = read_table("click_ids.tsv")
    keys = [row[0] for row in clicks]
    assert keys == sorted(set(keys))
    assert [key for key in keys if key != key.lower()] == []
    assert {row[2] for row in clicks} == {"", "affiliate", "cpc", "display", "email", "organic"}
    # Marketo sends in its customers' own names, from no host of its own.
    assert {row[1] for row in clicks if not source_of_tag(row[1]).kind} == {"Marketo"}


@pytest.mark.parametrize("name", ["hosts.tsv", "channels.tsv", "click_ids.tsv", "spam_hosts.txt"])
def test_a_table_says_where_its_facts_are_from(name: str) -> None:
    text = files("collector.facts.data").joinpath(name).read_text(encoding="utf-8")
    head = "".join(line for line in text.splitlines()[:16] if line.startswith("#"))
    assert "Origin" in head
    assert "Licence: " in head
