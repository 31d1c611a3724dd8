"""Serving: one collector process on a socket that listens already."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final

import uvicorn

from collector.app import create_app
from collector.settings import CollectorSettings

# How long requests under way may take after SIGTERM; the supervisor waits longer.
_STOP_WITHIN_S: Final = 4

# Browsers send a page's beacons within seconds; an idle connection costs memory.
_KEEP_ALIVE_S: Final = 20


def run(settings: CollectorSettings, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT, and end when every event under way is in the journal.

    The end by SIGTERM is that of the signal, after the journal was closed.  Raises SystemExit when
    the journal cannot be opened.
    """
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            # Who is believed about addresses is decided in address.py.
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_STOP_WITHIN_S,
        )
    )
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    if not server.started:
        raise SystemExit(1)
