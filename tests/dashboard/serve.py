"""Serving: the dashboard on a free port, as a browser meets it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from collector.beacon.scripts import FEATURES, consent_script_names, snippet_names
from dashboard.app import create_app
from dashboard.door.early_head import EarlyHeadProtocol
from dashboard.settings import DashboardSettings
from dashboard.signin.passwords import hash_password
from schema import Store
from schema.users import Role, User, save_user

PASSWORD = "long enough to be good"
_HASH = hash_password(PASSWORD)


def add_user(
    store: Store,
    email: str,
    role: Role = "owner",
    *,
    sites: tuple[str, ...] = (),
    path_prefixes: tuple[str, ...] = (),
    one_time: bool = False,
) -> User:
    """Save a user whose password is PASSWORD."""
    user = User(
        email=email,
        role=role,
        sites=sites,
        path_prefixes=path_prefixes,
        password_hash=_HASH,
        one_time=one_time,
    )
    save_user(store, user)
    return user


def an_app(store: Store, data: Path, clock: Callable[[], datetime], **settings: Any) -> Starlette:
    """Return the dashboard over a store, with its time in the test's hand."""
    given = DashboardSettings(
        data=data,
        collector_url="https://stats.example",
        features=FEATURES,
        script_names=snippet_names,
        consent_names=consent_script_names,
        trusted_proxies=(ip_network("127.0.0.0/8"),),
        **settings,
    )
    return create_app(given, store, clock=clock)


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve an application on a free port; yield its address."""
    config = uvicorn.Config(
        app,
        port=0,
        http=EarlyHeadProtocol,
        log_level="warning",
        timeout_graceful_shutdown=1,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def form_token(page: httpx.Response) -> str:
    """Return the token of a page's first form."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def sign_in(
    client: httpx.Client, email: str, password: str = PASSWORD, **headers: str
) -> httpx.Response:
    """Post the login form as a browser does."""
    token = form_token(client.get("/login"))
    form = {"email": email, "password": password, "csrf": token}
    return client.post("/login", data=form, headers=headers)
