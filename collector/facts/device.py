"""Device: the class of device, the browser and the system, from user agent and client hints.

The full user agent ends here; of versions only the major number goes on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from collector.facts.agent import AGENTS_KEPT, parse_agent


class Hints(NamedTuple):
    """Client hints as received, b"" when absent (W3C User-Agent Client Hints)."""

    brands: bytes = b""  # Sec-CH-UA
    mobile: bytes = b""  # Sec-CH-UA-Mobile
    platform: bytes = b""  # Sec-CH-UA-Platform
    platform_version: bytes = b""  # Sec-CH-UA-Platform-Version


NO_HINTS: Final = Hints()


@dataclass(frozen=True, slots=True)
class Device:
    """What is known of a browser and what it runs on; "" is unknown."""

    device: str = "Other"  # Desktop Mobile Tablet TV Console Other
    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""


# Browsers inside apps, which ua-parser mostly takes for the system's own: what is in their user
# agent, and the app. Origin: user agents as the apps' makers send them, 2026-11.
_IN_APP: Final = tuple(
    (re.compile(pattern), family)
    for pattern, family in (
        (r"Instagram (\d+)?", "Instagram"),
        (r"FBAN/Messenger|MessengerForiOS|Orca-Android", "Messenger"),
        (r"FBA[NV]/|FB_IAB/", "Facebook"),
        (r"\bBarcelona (\d+)?", "Threads"),
        (r"musical_ly|BytedanceWebview|\btrill[_/]|TikTok", "TikTok"),
        (r"Telegram-(?:Android|iOS)/(\d+)?|\bTelegram/(\d+)?", "Telegram"),
        (r"MicroMessenger/(\d+)?", "WeChat"),
        (r"\bSnapchat/? ?(\d+)?", "Snapchat"),
        (r"\[Pinterest/|Pinterest for ", "Pinterest"),
        (r"LinkedInApp(?:/(\d+))?", "LinkedIn"),
        (r"Twitter for (?:iPhone|iPad|Android)(?:/(\d+))?|TwitterAndroid", "X"),
        (r"VKAndroidApp/(\d+)?|\bVKClient\b|com\.vk\.vkclient", "VK"),
        (r"OdklAndroid|OKApp|\bodnoklassniki\b", "OK"),
        (r"\bLine/(\d+)", "LINE"),
        (r"\bViber(?:/(\d+))?", "Viber"),
        (r"\bGSA/(\d+)?", "Google app"),
        (r"YaApp_|YandexSearch/(\d+)?|YaSearchBrowser/(\d+)?", "Yandex app"),
    )
)

# One name for a browser on all systems.
_BROWSERS: Final = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Android WebView",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "iOS WebView",
    "Apple Mail": "Apple Mail",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
    "Opera Touch": "Opera",
    "MiuiBrowser": "MIUI Browser",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "Brave Mobile": "Brave",
    "Yandex": "Yandex Browser",
    "YaBrowser": "Yandex Browser",
}

# Brands of Sec-CH-UA; those not here are grease, the engine, or a web view's.
_BRANDS: Final = {
    "Google Chrome": "Chrome",
    "Microsoft Edge": "Edge",
    "Opera": "Opera",
    "Opera GX": "Opera",
    "Brave": "Brave",
    "YaBrowser": "Yandex Browser",
    "Yandex": "Yandex Browser",
    "Samsung Internet": "Samsung Internet",
    "Vivaldi": "Vivaldi",
    "DuckDuckGo": "DuckDuckGo",
}
_BRAND: Final = re.compile(r'"([^"]{1,40})";\s*v="(\d{1,5})')

_SYSTEMS: Final = {"Mac OS X": "macOS", "Chrome OS": "ChromeOS", "Chromium OS": "ChromeOS"}
_PLATFORMS: Final = {
    "Windows": "Windows",
    "macOS": "macOS",
    "Android": "Android",
    "Chrome OS": "ChromeOS",
    "Chromium OS": "ChromeOS",
    "Linux": "Linux",
    "iOS": "iOS",
}
# learn.microsoft.com, "Detect Windows 11 using User-Agent Client Hints": 13 and more is Windows 11.
_WINDOWS_11: Final = 13

# The first that is found says the class.  Android without "Mobile" is a tablet by Google's advice.
_CLASSES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), device)
    for pattern, device in (
        (
            r"smart-?tv|smart tv|google ?tv|android tv|apple ?tv|hbbtv|bravia|web0s|netcast|roku|"
            r"crkey|\baft[a-z]{1,4}\b|viera|tizen.*\btv\b|aquos ?tv|mi ?tv|philipstv",
            "TV",
        ),
        (r"playstation|xbox|nintendo", "Console"),
        (
            r"ipad|tablet(?! pc)|kindle|playbook|^(?!.*(?:mobile|opera mini)).*(?:android|silk)",
            "Tablet",
        ),
        (
            r"mobile|iphone|ipod|android|windows phone|opera mini|blackberry|bb10|kaios|symbian|"
            r"midp|j2me|nokia",
            "Mobile",
        ),
        (r"windows|macintosh|x11|cros|linux", "Desktop"),
    )
)


@lru_cache(maxsize=AGENTS_KEPT)
def device_of(user_agent: str, hints: Hints = NO_HINTS) -> Device:
    """Return what the strings tell; raises nothing, whatever they hold."""
    agent = parse_agent(user_agent)
    device = Device(device=_class_of(user_agent))
    if agent.user_agent is not None:
        family = agent.user_agent.family
        version = agent.user_agent.major or ""
        device = replace(device, browser=_BROWSERS.get(family, family), browser_version=version)
    if agent.os is not None:
        family = agent.os.family
        version = agent.os.major or ""
        device = replace(device, os=_SYSTEMS.get(family, family), os_version=version)
    app = _app_of(user_agent)
    if app is not None:
        return replace(device, browser=app[0], browser_version=app[1])
    return device if hints == NO_HINTS else _with_hints(device, hints)


def _class_of(user_agent: str) -> str:
    return next((name for pattern, name in _CLASSES if pattern.search(user_agent)), "Other")


def _app_of(user_agent: str) -> tuple[str, str] | None:
    """Return the app whose browser this is, with its major version."""
    for pattern, family in _IN_APP:
        if found := pattern.search(user_agent):
            return family, next((group for group in found.groups() if group), "")
    return None


def _with_hints(device: Device, hints: Hints) -> Device:
    """Return the device as the hints correct it: the user agent's own numbers are frozen."""
    for brand, version in _BRAND.findall(hints.brands.decode("latin-1")):
        if brand in _BRANDS:
            device = replace(device, browser=_BRANDS[brand], browser_version=version)
    system = _PLATFORMS.get(hints.platform.decode("latin-1").strip('" '), "")
    if system:
        version = _system_version(system, hints.platform_version)
        if not version and system == device.os:
            version = device.os_version
        device = replace(device, os=system, os_version=version)
    return replace(device, device=_class_with_hints(device.device, system, hints.mobile))


def _system_version(system: str, platform_version: bytes) -> str:
    found = re.match(r'"?(\d{1,5})', platform_version.decode("latin-1"))
    if found is None or system == "Linux":
        return ""
    if system != "Windows":
        return found[1]
    major = int(found[1])
    if major >= _WINDOWS_11:
        return "11"
    return "10" if major > 0 else ""


def _class_with_hints(device: str, system: str, mobile: bytes) -> str:
    if device in ("TV", "Console"):
        return device
    if mobile == b"?1":
        return "Mobile"
    # A browser in desktop mode hides the Android under it in the user agent only.
    return "Tablet" if system == "Android" and mobile == b"?0" else device
