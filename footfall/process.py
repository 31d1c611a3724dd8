"""Process: what every child of the supervisor does first."""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from footfall.logs import configure_logs

# How often a child says that it is well; the supervisor counts the times it did not.
HEARTBEAT_S: Final = 1.0

# A tenth of another process's share when both want all there is, the whole when not.  Measured:
# with 5 the p99 of a beacon beside a busy dashboard is twice as long, and pages are no sooner.
_NICENESS: Final = 10

# linux/prctl.h
_PR_SET_PDEATHSIG: Final = 1


def child_arguments(description: str, *extra: str) -> argparse.Namespace:
    """Return a child's arguments after setting up its logs and its lifeline.

    `extra` are the names of further options, each with a value.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--lifeline", type=int, help="descriptor that ends with the supervisor")
    parser.add_argument("--listener", type=int, help="descriptor of a listening socket")
    parser.add_argument("--heartbeat", type=int, help="descriptor that takes signs of life")
    for name in extra:
        parser.add_argument(f"--{name}")
    arguments = parser.parse_args()
    configure_logs()
    if arguments.lifeline is not None:
        _follow(arguments.lifeline)
    return arguments


def give_way() -> None:
    """Let the machine's other processes go first where there is not enough for all.

    Who looks at figures can wait a little; a beacon's answer should not.
    """
    os.nice(_NICENESS)


def inherited_listener(descriptor: int) -> socket.socket:
    """Return the listening socket that the supervisor handed down."""
    return socket.socket(fileno=descriptor)


async def beat(descriptor: int, is_well: Callable[[], object]) -> None:
    """Write a sign of life for as long as `is_well` returns, for ever; run it as a task."""
    os.set_blocking(descriptor, False)
    while True:
        await asyncio.to_thread(is_well)
        # The supervisor may be gone, or so busy that the pipe is full.
        with suppress(OSError):
            os.write(descriptor, b".")
        await asyncio.sleep(HEARTBEAT_S)


def _follow(lifeline: int) -> None:
    """Stop this process when the supervisor is gone, however it went.

    On Linux at once, also when it hangs: all is written so that it may be killed, and its lock and
    listener must be free when the next supervisor starts.  Elsewhere it stops itself.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def wait() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
