"""Serving: one collector process on a socket that listens already."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import uvicorn

from collector.app import create_app
from collector.listener.lane import LaneProtocol
from collector.listener.protocol import end_overdue
from collector.metrics import CollectorMeter
from collector.settings import CollectorSettings, meter_path

# How long requests under way may take after SIGTERM; the supervisor waits longer.
_STOP_WITHIN_S: Final = 4

# Browsers send a page's beacons within seconds; an idle connection costs memory.
_KEEP_ALIVE_S: Final = 20

# How often the server's loop ticks in a second (uvicorn's `Server.main_loop`).
_TICKS_A_SECOND: Final = 10

NO_OPTIONS: Final[Mapping[str, Any]] = MappingProxyType({})


def run(
    settings: CollectorSettings, listener: socket.socket, options: Mapping[str, Any] = NO_OPTIONS
) -> None:
    """Serve until SIGTERM or SIGINT, and end when every event under way is in the journal.

    The end by SIGTERM is that of the signal, after the journal was closed.  `options` are further
    ones of uvicorn, such as those of TLS.  Raises SystemExit when the journal cannot be opened.
    """
    meter = CollectorMeter(meter_path(settings))
    app = create_app(settings, meter=meter)
    # The server only ever calls it.
    protocol: Any = partial(LaneProtocol, meter=meter, take_beacon=app.take_beacon)
    server = _Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http=protocol,
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            # Who is believed about addresses is decided in address.py.
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_STOP_WITHIN_S,
            **options,
        )
    )
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    if not server.started:
        raise SystemExit(1)


class _Server(uvicorn.Server):
    """A server that ends what takes too long."""

    async def on_tick(self, counter: int) -> bool:
        """Look at the connections once a second."""
        if counter % _TICKS_A_SECOND == 0:
            end_overdue(self.server_state.connections, time.monotonic())
        return await super().on_tick(counter)
