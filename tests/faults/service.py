"""Service: `footfall serve` that may be killed and started again on the same data and ports."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from collector.journal.checkpoint import load_checkpoint
from collector.journal.journal import read_synced
from collector.journal.reader import read_batch
from tests.faults.load import wait_until_counted
from tests.installation import Installation, answers, wait_until

STORE = "footfall.store_process"
COLLECTOR = "footfall.collector_process"


class Service:
    """One installation over the lives of its supervisors."""

    def __init__(self, folder: Path, *options: str, **environ: str) -> None:
        self.data = folder / "data"
        self.log = folder / "serve.log"
        self._options = options
        self._environ = {"FOOTFALL_TRUSTED_PROXIES": "127.0.0.0/8", **environ}
        self._public, self._internal = _free_ports()
        self.public = f"http://127.0.0.1:{self._public}"
        self.internal = f"http://127.0.0.1:{self._internal}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> Installation:
        """Return the installation as its present supervisor runs it."""
        assert self._process is not None
        return Installation(self.data, self.public, self.internal, self._process)

    def launch(self) -> None:
        """Start a supervisor; it may be that nothing answers yet."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "footfall", "serve", "--data", str(self.data)),
                    *("--collector", f"127.0.0.1:{self._public}"),
                    *("--dashboard", f"127.0.0.1:{self._internal}"),
                    *self._options,
                ],
                env=os.environ | self._environ,
                stdout=log,
                stderr=log,
            )

    def wait_until_well(self) -> None:
        """Return when both listeners answer that they are well."""
        for url in (self.public, self.internal):
            wait_until(partial(answers, f"{url}/health"))

    def kill(self, module: str, signal_number: int) -> None:
        """Send a signal to the process that runs a module, as soon as there is one."""
        wait_until(lambda: self.running.process_id(module))
        os.kill(self.running.process_id(module), signal_number)

    def kill_supervisor(self) -> None:
        """Kill the supervisor as the system does when memory runs out, and start another."""
        process = self.running.process
        process.kill()
        process.wait()
        self.launch()

    def wait_until_stored(self, within_s: float = 120.0) -> None:
        """Return when the store has everything that the journal holds."""

        def has_all() -> bool:
            checkpoint = load_checkpoint(self.data / "writer.json")
            return (
                checkpoint.next is None
                and read_batch(self.data / "journal", checkpoint.done_positions, 1) is None
            )

        wait_until(has_all, within_s)

    def wait_until_caught_up(self, within_s: float = 120.0) -> None:
        """Return when the store has what the journal holds now, whatever comes in meanwhile."""
        slot = self.data / "journal" / "c0"
        safe = read_synced(slot)
        wait_until(
            lambda: load_checkpoint(self.data / "writer.json").done_positions[slot.name] >= safe,
            within_s,
        )

    def stop(self) -> None:
        """Stop all of it in order."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)


@contextmanager
def service(folder: Path, *options: str, sites: int = 1, **environ: str) -> Iterator[Service]:
    """Run an installation that counts `shop.example`, and `shop1.example` and so on beside it."""
    found = Service(folder, *options, **environ)
    found.launch()
    try:
        found.wait_until_well()
        for name in site_names(sites):
            found.running.command("site", "add", name, "--hostname", "*", *options)
        wait_until_counted(found.running, domain=",".join(site_names(sites)))
        yield found
    except BaseException:
        # The folder goes, and what was said with it.
        sys.stderr.write("".join(found.log.read_text(encoding="utf-8").splitlines(True)[-40:]))
        raise
    finally:
        found.stop()


def site_names(count: int) -> list[str]:
    """Return the names of the sites that are counted."""
    return ["shop.example", *(f"shop{number}.example" for number in range(1, count))]


def _free_ports() -> tuple[int, int]:
    """Return two ports below those that the system gives to clients (ip_local_port_range).

    A client that tries while nothing listens could else be given the very port, and keep it.
    """
    found: list[int] = []
    while len(found) < 2:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found[0], found[1]
