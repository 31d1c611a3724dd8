"""Role server: both listeners' applications over a shop, with somebody of every role to ask."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from collector.app import create_app as create_collector
from collector.listener.lane import EVENT_PATH
from collector.settings import CollectorSettings
from schema import Site, Store
from schema.tokens import Scope
from schema.users import Role
from tests.api.stats_shop import a_token
from tests.dashboard.build_rows import SITE, a_store, event_row, insert_rows
from tests.dashboard.serve import add_user, an_app, serving, sign_in

NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
HIDDEN_SITE: Final = "hidden.example"
OWN_PATH, OTHERS_PATH = "/mine/shoes", "/theirs/hats"
ROLES: Final[Mapping[str, Role]] = {
    "owner": "owner",
    "analyst": "analyst",
    "viewer": "viewer",
    "seller": "seller",
}
SCOPES: Final[Mapping[str, Scope]] = {"stats": "stats", "sql": "sql", "events": "events"}
ASKERS: Final = (*ROLES, *SCOPES, "nobody")
MATRIX: Final = Path(__file__).parent / "roles.tsv"


@dataclass(frozen=True)
class Row:
    """A line of the matrix: something that can be asked for, and what each asker is answered."""

    surface: str  # dashboard, collector, command
    request: str  # METHOD /path/{of}/route?parameters
    answers: Mapping[str, str]

    @property
    def route(self) -> str:
        """Return the request without its parameters."""
        return self.request.partition("?")[0]


def matrix() -> list[Row]:
    """Return the lines of the matrix."""
    lines = (line for line in MATRIX.read_text("utf-8").splitlines() if not line.startswith("#"))
    return [
        Row(line["surface"], line["request"], line)
        for line in csv.DictReader(lines, delimiter="\t")
    ]


@dataclass(frozen=True)
class Offices:
    """The dashboard, and a client for each who may ask it."""

    app: Starlette
    store: Store
    clients: Mapping[str, httpx.Client]

    def ask(self, who: str, request: str) -> tuple[int, str]:
        """Return the status and the beginning of the body; streams are not read."""
        method, _, target = request.partition(" ")
        path = target.replace("{site}", SITE).replace("{panel}", "pages")
        with self.clients[who].stream(method, path) as response:
            if response.headers.get("content-type", "").startswith("text/event-stream"):
                return response.status_code, next(response.iter_text())
            return response.status_code, response.read().decode("utf-8", "replace")


@contextmanager
def offices(path: Path) -> Iterator[Offices]:
    """Serve the dashboard over a shop that all askers have, beside one that none but owners do."""
    sites = [Site(name=name, timezone="UTC", small_number=2) for name in (SITE, HIDDEN_SITE)]
    with a_store(path / "db", *sites) as store, ExitStack() as stack:
        for site in (SITE, HIDDEN_SITE):
            insert_rows(store, _visits(site))
        app = an_app(store, path, lambda: NOW)
        url = stack.enter_context(serving(app))
        yield Offices(app, store, {who: _client(stack, store, url, who) for who in ASKERS})


def routes_of(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """Yield each route as METHOD /path; a mount answers whatever is below it."""
    for route in routes:
        if isinstance(route, Route):
            for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
                yield f"{method} {route.path}"
        elif isinstance(route, Mount):
            yield f"GET {route.path}/"
        else:
            raise AssertionError(f"{route!r}: teach this test to walk it")


def collector_routes(data: Path) -> list[str]:
    """Return the public listener's routes, the beacons' own first."""
    app: Any = create_collector(CollectorSettings(data=data, journal_slot="c0"))
    return [f"POST {EVENT_PATH}", f"OPTIONS {EVENT_PATH}", *routes_of(app._pages.routes)]


def _client(stack: ExitStack, store: Store, url: str, who: str) -> httpx.Client:
    client = stack.enter_context(httpx.Client(base_url=url, timeout=30))
    if who in ROLES:
        prefixes = ("/mine",) if who == "seller" else ()
        add_user(store, f"{who}@{SITE}", ROLES[who], sites=(SITE,), path_prefixes=prefixes)
        assert sign_in(client, f"{who}@{SITE}").status_code == 303
    elif who in SCOPES:
        secret = a_token(store, who, SCOPES[who], (SITE,))
        client.headers["Authorization"] = f"Bearer {secret}"
    return client


def _visits(site: str) -> list[dict[str, Any]]:
    return [
        event_row(NOW, site=site, hostname=site, visitor=visitor, session=visitor, path=path)
        for visitor in range(1, 4)
        for path in (OWN_PATH, OTHERS_PATH)
    ]
