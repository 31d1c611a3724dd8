"""Visitor: a browser that is counted and then asks what is held about it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from collector.journal.checkpoint import load_checkpoint
from collector.journal.journal import Position, read_synced
from tests.build import CHROME
from tests.installation import wait_until

SITE = "shop.example"
ME = f"/api/privacy/{SITE}/me"

# Made once: it reads every authority that the system knows, in 20 ms.
_TLS = httpx.create_ssl_context()


def page_id(number: int) -> str:
    """Return the id of a page load, as long as a browser's."""
    return f"{number:032x}"


class Visitor:
    """A browser at an address, which a trusted proxy tells."""

    def __init__(self, url: str, address: str, user_agent: str = CHROME, **headers: str) -> None:
        self.client = httpx.Client(
            base_url=url,
            timeout=30,
            verify=_TLS,
            headers={
                "user-agent": user_agent,
                "accept-language": "az",
                "x-forwarded-for": address,
                **headers,
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def view(self, path: str, page: int = 0, **fields: Any) -> httpx.Response:
        """Look at a page."""
        body = {"n": "pageview", "u": f"https://{SITE}{path}", "d": SITE, **fields}
        if page:
            body["k"] = page_id(page)
        answer = self.client.post("/api/event", json=body)
        assert answer.status_code == 202, answer.text
        return answer

    def ask(
        self, method: str = "GET", path: str = ME, *, page: int = 0, claim: str = "", **more: Any
    ) -> httpx.Response:
        """Call the privacy API, showing a page id or a claim."""
        headers = dict(more.pop("headers", {}))
        if page or claim:
            headers["footfall-claim"] = f"page={page_id(page)}" if page else f"claim={claim}"
        return self.client.request(method, path, headers=headers, **more)


def wait_until_stored(data: Path) -> None:
    """Return when the store has everything that was answered 202 so far.

    Reads the writer's checkpoint: asking the privacy API so often would be one time too many.
    """
    journal = data / "journal"
    safe = {slot.name: read_synced(slot) for slot in journal.iterdir() if slot.is_dir()}

    def has_all() -> bool:
        done = load_checkpoint(data / "writer.json").done_positions
        return all(done.get(slot, Position(0, 0)) >= at for slot, at in safe.items())

    wait_until(has_all, 30)
