"""Asking: one question to the door by plain HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from tests.door.door_server import DoorServer


def ask(door: DoorServer, text: str, *, token: str = "", **parameters: Any) -> httpx.Response:
    """Return the door's answer to a question, asked with the token for mine.example."""
    return door.client.post(
        door.url,
        content=text.encode(),
        params=parameters,
        headers={"Authorization": f"Bearer {token or door.mine}"},
    )


def unescaped(text: str) -> str:
    r"""Return a field of a table of ours with its \t, \n and \0."""
    return text.replace("\\t", "\t").replace("\\n", "\n").replace("\\0", "\0")
