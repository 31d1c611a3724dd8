"""Snippets: the markup that gets a shop's pages counted, by what their browsers may keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from dashboard.settings import DashboardSettings, ScriptNames
from schema import Site

# What a site's consent mode decides, so that nobody has to choose it.
CONSENT_FEATURE: Final = "consent"
# Without it a browser may not compare what comes from another origin.
_ANONYMOUS: Final = "anonymous"


@dataclass(frozen=True, slots=True)
class Snippets:
    """Two ways to the same counts."""

    plain: str  # the one to begin with
    checked: str  # another: the browser compares the file with its hash (SRI)
    script_url: str  # of the file that visitors' browsers ask for
    consent_url: str = ""  # of the one that hears of a consent


def snippets_of(settings: DashboardSettings, site: Site, chosen: Sequence[str]) -> Snippets:
    """Return a site's snippets with the chosen features."""
    base = settings.collector_url.rstrip("/")
    if site.consent == "cookieless":
        return _cookieless(base, settings.script_names(chosen), site.name)
    mode = "strict" if site.consent == "strict" else CONSENT_FEATURE
    beacon = settings.script_names([*chosen, mode])
    script = settings.consent_names()
    build = _strict if site.consent == "strict" else _consent
    return build(base, script, beacon, {"data-site": site.name, "data-consent": site.consent})


def _cookieless(base: str, beacon: ScriptNames, site: str) -> Snippets:
    url = f"{base}/{beacon.plain}"
    checked = {
        "src": f"{base}/{beacon.hashed}",
        "integrity": beacon.integrity,
        "crossorigin": _ANONYMOUS,
    }
    return Snippets(_tag({"src": url, "data-site": site}), _tag(checked | {"data-site": site}), url)


def _consent(base: str, script: ScriptNames, beacon: ScriptNames, data: dict[str, str]) -> Snippets:
    """Return what loads the beacon at once, and hears of a consent."""
    url = f"{base}/{beacon.plain}"
    plain = {"src": f"{base}/{script.plain}", **data, "data-beacon": url}
    checked = {
        "src": f"{base}/{script.hashed}",
        "integrity": script.integrity,
        "crossorigin": _ANONYMOUS,
        **data,
        **_checked_beacon(base, beacon),
    }
    return Snippets(_tag(plain), _tag(checked), url, f"{base}/{script.plain}")


def _strict(base: str, script: ScriptNames, beacon: ScriptNames, data: dict[str, str]) -> Snippets:
    """Return what asks the collector for nothing before a consent: no file of it, either."""
    held_back = data | _checked_beacon(base, beacon)
    copied = {"src": f"/{script.hashed}", "integrity": script.integrity, **held_back}
    return Snippets(
        _tag(held_back, script.code),
        _tag(copied),
        f"{base}/{beacon.hashed}",
        f"{base}/{script.hashed}",
    )


def _checked_beacon(base: str, beacon: ScriptNames) -> dict[str, str]:
    return {"data-beacon": f"{base}/{beacon.hashed}", "data-integrity": beacon.integrity}


def _tag(attributes: dict[str, str], code: str = "") -> str:
    lines = [f'{name}="{escape(value)}"' for name, value in attributes.items()]
    # Only a file can wait for the page.
    opening = "<script" if code else "<script defer"
    return "\n  ".join([opening, *lines[:-1], f"{lines[-1]}>{code}</script>"])
