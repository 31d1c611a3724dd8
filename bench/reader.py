"""Reader: somebody signed in to the dashboard, who opens its pages without a browser's own work."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import Final
from urllib.parse import urlencode

from tests.installation import Installation

_EMAIL: Final = "owner@shop.example"
_PASSWORD: Final = "correct horse battery staple"


def signed_in(running: Installation) -> Callable[[str], bytes]:
    """Add an owner, sign in and return what opens a page of the dashboard by its path."""
    running.command("user", "add", _EMAIL, "--role", "owner", "--password-stdin", stdin=_PASSWORD)
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def look(path: str, form: dict[str, str] | None = None) -> bytes:
        body = None if form is None else urlencode(form).encode()
        with browser.open(running.internal + path, body, timeout=60) as answer:
            page: bytes = answer.read()
        return page

    field = re.search(r'name="csrf"[^>]*value="([^"]+)"', look("/login").decode())
    if field is None:
        raise RuntimeError("the sign-in form has no field named csrf")
    look("/login", {"email": _EMAIL, "password": _PASSWORD, "csrf": field[1]})
    return look
