"""Process: what every child of the supervisor does first."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import threading

from footfall.logs import configure_logs


def child_arguments(description: str, *extra: str) -> argparse.Namespace:
    """Return a child's arguments after setting up its logs and its lifeline.

    `extra` are the names of further options, each with a value.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--lifeline", type=int, help="descriptor that ends with the supervisor")
    parser.add_argument("--listener", type=int, help="descriptor of a listening socket")
    for name in extra:
        parser.add_argument(f"--{name}")
    arguments = parser.parse_args()
    configure_logs()
    if arguments.lifeline is not None:
        _follow(arguments.lifeline)
    return arguments


def inherited_listener(descriptor: int) -> socket.socket:
    """Return the listening socket that the supervisor handed down."""
    return socket.socket(fileno=descriptor)


def _follow(lifeline: int) -> None:
    """Stop this process when the supervisor is gone, however it went."""

    def wait() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
