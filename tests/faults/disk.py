"""Disk: a data directory on a small disk that runs full under traffic, and gets room again."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.journal.room import MIB
from tests.faults.figures import Figures, figures, stored_rows
from tests.faults.service import COLLECTOR, Service, service
from tests.faults.traffic import traffic
from tests.installation import wait_until

SIZE_MIB = 256
RESERVE_MIB = 48


class _SmallDisk:
    """A file system of its own in memory; what fills it is a file beside the data."""

    how = "tmpfs"

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def leave(self, _: Service, free_bytes: int) -> None:
        """Fill the disk until so much is free."""
        size_bytes = shutil.disk_usage(self._ballast.parent).free - free_bytes
        with self._ballast.open("ab") as file:
            os.posix_fallocate(file.fileno(), file.tell(), max(1, size_bytes))

    def release(self, _: Service) -> None:
        """Make room again."""
        self._ballast.unlink()


class _ShortFiles:
    """Where nothing can be mounted: the collector may write no file beyond its first byte."""

    how = "RLIMIT_FSIZE of the collector; no tmpfs could be mounted"

    def leave(self, running: Service, _: int) -> None:
        _limit_files(running, 1)

    def release(self, running: Service) -> None:
        _limit_files(running, resource.RLIM_INFINITY)


def fill_the_disk(folder: Path, *, hold_s: float) -> Figures:
    """Fill the disk first nearly, then wholly, then make room."""
    begun_s = time.monotonic()
    with (
        _small_disk(folder) as (disk, place),
        service(place, FOOTFALL_DISK_RESERVE_MIB=str(RESERVE_MIB)) as running,
    ):
        with traffic(running.public, per_s=200) as sent:
            wait_until(lambda: sent.answers[202] > 200)
            for free_bytes in (RESERVE_MIB * MIB // 2, 0):
                before = sent.answers[503]
                disk.leave(running, free_bytes)
                wait_until(lambda before=before: sent.answers[503] > before + 50)  # type: ignore[misc]
                time.sleep(hold_s)
            disk.release(running)
            taken = sent.answers[202]
            wait_until(lambda: sent.answers[202] > taken + 200)
            sent.stop()
            running.wait_until_stored()
        running.stop()
        rows = stored_rows(running.data)
        log = running.log.read_text(encoding="utf-8")
    return figures(
        "disk full",
        sent,
        rows,
        begun_s,
        how=disk.how,
        said=[event for event in ("journal_full", "journal_recovered") if event in log],
        retry_after=dict(sent.retry_after),
    )


@contextmanager
def _small_disk(folder: Path) -> Iterator[tuple[_SmallDisk | _ShortFiles, Path]]:
    """Yield a disk that can be filled and a directory on it."""
    place = folder / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "footfall", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        yield _ShortFiles(), place
        return
    try:
        yield _SmallDisk(place), place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _limit_files(running: Service, size_bytes: int) -> None:
    collector = running.running.process_id(COLLECTOR)
    resource.prlimit(collector, resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))
