"""Supervisor: starts the processes of one machine, restarts what dies, stops all of it in order."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from footfall.process import HEARTBEAT_S

# Our choice: a crash at start does not spin, and a crash after an hour is repaired at once.
_BACK_OFF_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
# A process that ran this long was well: its next restart is a first one again.
_WELL_AFTER_S: Final = 30.0

# Together below the 15 s in which SIGTERM has everything stopped: collectors finish their requests,
# then the store process takes what is left of the journal.
_STOP_COLLECTORS_S: Final = 6.0
_STOP_STORE_S: Final = 7.0

# The first start makes tables and may seed a demo.  Our choice: ten minutes by default.
_START_ALLOWANCE: Final = 10
_MANY_BEATS: Final = 4096

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep running."""

    name: str
    module: str  # what `python -m` runs
    arguments: tuple[str, ...] = ()
    listener: socket.socket | None = None  # handed down as the file descriptor --listener
    is_store: bool = False  # stops last
    # Seconds without a sign of life after which it is killed and started again; 0 is never.
    hung_after_s: int = 0


class Supervisor:
    """Keeps children running until it is told to stop.

    Children hold the reading end of a pipe whose writing end is the supervisor's: when it dies,
    even by SIGKILL, they see the end of it and stop by themselves.
    """

    def __init__(self, children: Sequence[Child], environ: Mapping[str, str]) -> None:
        self._children = children
        self._environ = {**os.environ, **environ}
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()
        self._lifeline_read, self._lifeline_write = os.pipe()

    def stop(self) -> None:
        """Begin to stop."""
        self._stopping.set()

    async def run(self) -> None:
        """Run the children; return when all have stopped."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        keepers = [asyncio.create_task(self._keep(child)) for child in self._children]
        await self._stopping.wait()
        _log.info("stopping")
        await self._stop_children(stores=False, within_s=_STOP_COLLECTORS_S)
        await self._stop_children(stores=True, within_s=_STOP_STORE_S)
        await asyncio.gather(*keepers)
        os.close(self._lifeline_write)
        os.close(self._lifeline_read)

    async def _keep(self, child: Child) -> None:
        failures = 0
        while not self._stopping.is_set():
            begun_s = asyncio.get_running_loop().time()
            status = await self._run_once(child)
            if self._stopping.is_set():
                return
            if asyncio.get_running_loop().time() - begun_s > _WELL_AFTER_S:
                failures = 0
            wait_s = _BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)]
            failures += 1
            _log.error(
                "process_died", process=child.name, status=_status(status), restart_in_s=wait_s
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait_s)

    async def _run_once(self, child: Child) -> int:
        descriptors = [self._lifeline_read]
        arguments = [*child.arguments, "--lifeline", str(self._lifeline_read)]
        if child.listener is not None:
            descriptors.append(child.listener.fileno())
            arguments += ["--listener", str(child.listener.fileno())]
        heart_read, heart_write = os.pipe()
        descriptors.append(heart_write)
        arguments += ["--heartbeat", str(heart_write)]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            child.module,
            *arguments,
            env=self._environ,
            pass_fds=descriptors,
            # Signals of the terminal reach the supervisor alone, which stops them in order.
            start_new_session=True,
        )
        os.close(heart_write)
        self._running[child.name] = process
        _log.info("process_started", process=child.name, pid=process.pid)
        if self._stopping.is_set():
            process.terminate()
        watching = asyncio.create_task(_watch(child, process, heart_read))
        status = await process.wait()
        watching.cancel()
        os.close(heart_read)
        del self._running[child.name]
        return status

    async def _stop_children(self, *, stores: bool, within_s: float) -> None:
        found = [
            self._running[child.name]
            for child in self._children
            if child.is_store == stores and child.name in self._running
        ]
        for process in found:
            with suppress(ProcessLookupError):
                process.terminate()
        try:
            async with asyncio.timeout(within_s):
                await asyncio.gather(*(process.wait() for process in found))
        except TimeoutError:
            for process in found:
                if process.returncode is None:
                    _log.error("process_killed", pid=process.pid, after_s=within_s)
                    process.kill()


async def _watch(child: Child, process: asyncio.subprocess.Process, heart: int) -> None:
    """Kill a child that gives no sign of life for too long; the first one may take longer.

    Counts its own turns, not the clock: a machine that slept did so with all of its processes.
    """
    os.set_blocking(heart, False)
    silent_s, allowed_s = 0.0, float(child.hung_after_s * _START_ALLOWANCE)
    while child.hung_after_s:
        await asyncio.sleep(HEARTBEAT_S)
        silent_s += HEARTBEAT_S
        with suppress(BlockingIOError):
            if os.read(heart, _MANY_BEATS):
                silent_s, allowed_s = 0.0, float(child.hung_after_s)
        if silent_s >= allowed_s:
            _log.error("process_hung", process=child.name, pid=process.pid, silent_s=silent_s)
            process.kill()
            return


def _status(status: int) -> str:
    """Return how a process ended, for people."""
    if status >= 0:
        return f"exit {status}"
    return signal.Signals(-status).name
