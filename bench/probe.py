"""Probe: single beacons sent beside a load, and how long until the store shows them."""

from __future__ import annotations

import json
import secrets
import time
import urllib.request
from typing import Final

from tests.faults.load import wait_until_drained
from tests.installation import Installation
from tests.read_store import read_store

SITE: Final = "shop.example"
PROBE_SITE: Final = "probe.example"
_LOOK_AGAIN_S: Final = 0.05
_WITHIN_S: Final = 60.0


def beacon(running: Installation, site: str) -> float:
    """Send one pageview of a new visitor and return when it was acknowledged, monotonic."""
    body = {"n": "pageview", "u": f"https://{site}/new", "d": site}
    headers = {
        "User-Agent": _agent(secrets.token_hex(4)),
        "X-Forwarded-For": f"203.0.113.{secrets.randbelow(254) + 1}",
        "Accept-Language": "az",
    }
    request = urllib.request.Request(
        f"{running.public}/api/event", json.dumps(body).encode(), headers
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        if answer.status != 202 or "X-Footfall-Dropped" in answer.headers:
            raise RuntimeError(f"not counted: {answer.status} {answer.headers}")
    return time.monotonic()


def wait_until_counted(running: Installation, site: str) -> None:
    """Return when the collector has the new site, and counted one pageview of it."""
    deadline_s = time.monotonic() + 10
    while True:
        try:
            beacon(running, site)
            return
        except OSError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.05)


def visible_after_s(running: Installation, token: str) -> float:
    """Return the seconds from the 202 of a new visitor to the live count of the probe's site."""
    before = active(running, token, PROBE_SITE)
    acknowledged_s = beacon(running, PROBE_SITE)
    while active(running, token, PROBE_SITE) == before:
        if time.monotonic() > acknowledged_s + _WITHIN_S:
            raise TimeoutError(f"a 202 was not visible within {_WITHIN_S:.0f} s")
        time.sleep(_LOOK_AGAIN_S)
    return round(time.monotonic() - acknowledged_s, 3)


def active(running: Installation, token: str, site: str) -> int:
    """Return the live count of visitors."""
    request = urllib.request.Request(
        f"{running.internal}/api/v1/stats/realtime/visitors?site_id={site}",
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(answer.read())


def count_events(running: Installation) -> int:
    """Return the rows of the store once all that was acknowledged is in it.

    The installation ends for it.
    """
    wait_until_drained(running)
    running.process.terminate()
    running.process.wait(timeout=60)
    return int(read_store(running.data, "SELECT count() FROM event_rows")[0][0])


def _agent(mark: str) -> str:
    return (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/142.{mark} Safari/537.36"
    )
