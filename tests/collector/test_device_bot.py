"""Promise: a user agent gives a class, a browser and a system, or the family of a program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.facts.device import Device, Hints, device_of
from collector.rules.bot import bot_family
from tests.build import CHROME

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko)"
)
GALAXY = (
    "Mozilla/5.0 (Linux; Android 14; SM-S911B; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Version/4.0 Chrome/140.0.1.1 Mobile Safari/537.36"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
)
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"

BROWSERS = [
    (CHROME, ("Desktop", "Chrome", "142", "Windows", "10")),
    (f"{CHROME} Edg/142.0.0.0", ("Desktop", "Edge", "142", "Windows", "10")),
    (f"{CHROME} YaBrowser/25.8.0.0", ("Desktop", "Yandex Browser", "25", "Windows", "10")),
    (f"{MAC} Version/18.5 Safari/605.1.15", ("Desktop", "Safari", "18", "macOS", "10")),
    (
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ("Desktop", "Firefox", "140", "Linux", ""),
    ),
    (
        "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
        ("Mobile", "Firefox", "140", "Android", "14"),
    ),
    (f"{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1", ("Mobile", "Safari", "18", "iOS", "18")),
    (f"{ANDROID} Mobile Safari/537.36", ("Mobile", "Chrome", "142", "Android", "10")),
    (f"{ANDROID} Safari/537.36", ("Tablet", "Chrome", "142", "Android", "10")),
    (
        "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/12.1 Mobile/15E148 Safari/604.1",
        ("Tablet", "Safari", "12", "iOS", "12"),
    ),
    (
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko)"
        " 94.0.4606.31/7.0 TV Safari/537.36",
        ("TV", "Safari", "", "Tizen", "7"),
    ),
    (
        "Mozilla/5.0 (PlayStation; PlayStation 5/8.00) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/13.0 Safari/605.1.15",
        ("Console", "Safari", "13", "", ""),
    ),
    (
        f"{IPHONE} Mobile/15E148 Instagram 390.0.0.28 (x)",
        ("Mobile", "Instagram", "390", "iOS", "18"),
    ),
    (f"{IPHONE} Mobile/22G86 [FBAN/FBIOS;FBAV/530.0]", ("Mobile", "Facebook", "", "iOS", "18")),
    (f"{GALAXY} trill_2023 BytedanceWebview/d8", ("Mobile", "TikTok", "", "Android", "14")),
    (f"{GALAXY} Telegram-Android/11.4.2 (x; HIGH)", ("Mobile", "Telegram", "11", "Android", "14")),
    ("Something/1.0", ("Other", "", "", "", "")),
]


@pytest.mark.parametrize(("user_agent", "expected"), BROWSERS)
def test_a_browser_is_known_by_its_user_agent(user_agent: str, expected: tuple[str, ...]) -> None:
    assert device_of(user_agent) == Device(*expected)
    assert bot_family(user_agent) == ""


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        ("Mozilla/5.0 AppleWebKit/537.36 (compatible; GPTBot/1.2; +https://openai.com)", "GPTBot"),
        ("curl/8.5.0", "curl"),
        ("python-requests/2.32", "Python Requests"),
        ("facebookexternalhit/1.1", "FacebookBot"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/142.0.0.0 Safari/537.36",
            "HeadlessChrome",
        ),
        ("", "none"),
        ("  ", "none"),
    ],
)
def test_a_program_is_known_by_its_family(user_agent: str, family: str) -> None:
    assert bot_family(user_agent) == family


BRANDS = b'"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"'


def test_hints_tell_windows_11_from_windows_10() -> None:
    new = Hints(BRANDS, b"?0", b'"Windows"', b'"15.0.0"')
    old = Hints(BRANDS, b"?0", b'"Windows"', b'"10.0.0"')
    assert device_of(CHROME, new).os_version == "11"
    assert device_of(CHROME, old).os_version == "10"


def test_hints_name_a_browser_that_hides_behind_chrome() -> None:
    brands = b'"Chromium";v="142", "Brave";v="143", "Not_A Brand";v="99"'
    device = device_of(CHROME, Hints(brands))
    assert (device.browser, device.browser_version) == ("Brave", "143")


def test_hints_find_a_tablet_in_desktop_mode() -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"
    device = device_of(agent, Hints(BRANDS, b"?0", b'"Android"', b'"15"'))
    assert (device.device, device.os, device.os_version) == ("Tablet", "Android", "15")


@given(st.text(), st.binary(), st.binary(), st.binary(), st.binary())
def test_any_text_gives_a_device(agent: str, a: bytes, b: bytes, c: bytes, d: bytes) -> None:
    device = device_of(agent, Hints(a, b, c, d))
    assert device.device in {"Desktop", "Mobile", "Tablet", "TV", "Console", "Other"}
    assert len(bot_family(agent)) <= 40
