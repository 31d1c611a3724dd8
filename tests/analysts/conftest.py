"""Fixtures: the small shop's dashboard for a module, and people who ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from schema import Store, migrate, open_embedded
from schema.users import User
from tests.analysts.shop_rows import NOW, SHOP, fill_shop
from tests.dashboard.serve import add_user, an_app, serving, sign_in


@dataclass(frozen=True, slots=True)
class ShopServer:
    """A dashboard over the shop's rows."""

    url: str
    store: Store
    users: dict[str, User]  # by role; the analyst is of the shop alone


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopServer]:
    data: Path = tmp_path_factory.mktemp("analysts")
    store = open_embedded(data / "database")
    migrate(store)
    fill_shop(store)
    users = {
        "owner": add_user(store, "owner@shop.example", "owner"),
        "analyst": add_user(store, "analyst@shop.example", "analyst", sites=(SHOP,)),
        "viewer": add_user(store, "viewer@shop.example", "viewer"),
        "seller": add_user(store, "seller@shop.example", "seller", path_prefixes=("/product",)),
    }
    with serving(an_app(store, data, lambda: NOW)) as url:
        yield ShopServer(url, store, users)
    store.close()


@pytest.fixture
def signed_in(shop: ShopServer) -> Iterator[Callable[[str], httpx.Client]]:
    """Return what signs somebody of a role in, in a session of their own."""
    clients: list[httpx.Client] = []

    def sign(role: str) -> httpx.Client:
        client = httpx.Client(base_url=shop.url, timeout=30)
        clients.append(client)
        assert sign_in(client, f"{role}@shop.example").status_code == 303
        return client

    yield sign
    for client in clients:
        client.close()
