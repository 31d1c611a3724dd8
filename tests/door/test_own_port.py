"""Promise: with a listener of its own the door stands at the root, for tools that take no path."""

from __future__ import annotations

from pathlib import Path

import clickhouse_connect
import httpx

from tests.installation import free_port, installation


def test_the_door_opens_on_a_port_of_its_own_and_nothing_else_does(tmp_path: Path) -> None:
    port = free_port()
    address = f"127.0.0.1:{port}"
    with installation(tmp_path / "data", FOOTFALL_CLICKHOUSE_DOOR=address) as running:
        token = running.command("token", "add", "tool", "--scope", "sql")["token"]
        client = clickhouse_connect.get_client(
            host="127.0.0.1", port=port, username="tool", password=token, connect_timeout=60
        )

        assert client.query("SELECT count() FROM events").result_rows == [(0,)]
        assert client.command("SELECT currentUser()") == "tool"
        client.close()
        with httpx.Client(timeout=60) as plain:
            assert plain.get(f"http://{address}/ping").text.strip() == "Ok."
            assert plain.get(f"http://{address}/login").status_code == 404
            assert plain.get(f"{running.internal}/clickhouse/ping").text.strip() == "Ok."
