"""Security headers: every answer of both listeners tells the browser what to refuse."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.collector.served import served
from tests.dashboard.build_rows import a_store
from tests.dashboard.serve import PASSWORD, add_user, an_app, form_token, serving

EVERYWHERE = {"x-content-type-options": "nosniff"}
PAGES = {
    **EVERYWHERE,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_public_listener_lets_nothing_of_it_run_or_be_framed(tmp_path: Path) -> None:
    with served(tmp_path) as collector, collector.client() as client:
        pages = [client.get(path) for path in ("/health", "/pixel.gif", "/beacon.js", "/nowhere")]
        beacons = [
            client.post("/api/event", content=b"{}"),
            client.post("/api/event", json={"n": "pageview", "u": "https://shop.example/"}),
            client.options("/api/event"),
            client.get("/api/event"),
        ]

    for answer in pages:
        assert PAGES.items() <= answer.headers.items(), answer.url
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers
    for answer in beacons:
        assert EVERYWHERE.items() <= answer.headers.items(), answer.status_code
        assert answer.headers.get("content-type", "text/plain").split(";")[0] in (
            "application/json",
            "text/plain",
        )


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_internal_listener_says_so_too_and_flags_its_cookies(
    tmp_path: Path, scheme: str
) -> None:
    with (
        a_store(tmp_path / "db") as store,
        serving(an_app(store, tmp_path, lambda: NOW)) as url,
        # A trusted proxy says how the browser came.
        httpx.Client(base_url=url, headers={"X-Forwarded-Proto": scheme}) as client,
    ):
        add_user(store, "owner@shop.example")
        answers = [
            client.get(path) for path in ("/login", "/health", "/static/mark.svg", "/nowhere")
        ]
        login = answers[0]
        session = _signed_in(url, scheme)

    for answer in answers:
        assert PAGES.items() <= answer.headers.items(), answer.url
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["referrer-policy"] == "same-origin"
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
    for cookie, site in ((login.headers["set-cookie"], "strict"), (session, "lax")):
        assert "HttpOnly" in cookie
        assert f"SameSite={site}" in cookie
        assert ("Secure" in cookie) == (scheme == "https")


def _signed_in(url: str, scheme: str) -> str:
    """Return the session cookie's line; a Secure one does not come back over plain HTTP."""
    with httpx.Client(base_url=url, headers={"X-Forwarded-Proto": scheme}) as client:
        form = client.get("/login")
        name, _, rest = form.headers["set-cookie"].partition("=")
        client.headers["Cookie"] = f"{name}={rest.partition(';')[0]}"
        answer = _sign_in(client, form)
        [line] = [
            line
            for line in answer.headers.get_list("set-cookie")
            if line.startswith("footfall_session")
        ]
        return line


def _sign_in(client: httpx.Client, form: httpx.Response) -> httpx.Response:
    """Post the login form that was shown."""
    values = {"email": "owner@shop.example", "password": PASSWORD, "csrf": form_token(form)}
    return client.post("/login", data=values)
