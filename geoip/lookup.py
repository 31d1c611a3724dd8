"""Locator: the place of an address, from the databases open now."""

import ipaddress
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from geoip.database import Database, DatabaseStatus, open_database
from geoip.errors import GeoipError
from geoip.installed import MANIFEST_NAME, installed_files
from geoip.place import NOWHERE, Place
from geoip.record import place_of
from geoip.timezone import canonical, country_of

__all__ = ["NOWHERE", "DatabaseStatus", "Locator", "Place"]

# How long a changed file may go unnoticed. Our choice: a stat per file and interval costs nothing.
CHECK_INTERVAL_S = 2.0

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class _Opened:
    """What is open at one moment; replaced as a whole, so that no look-up sees half a change."""

    signature: tuple[tuple[int, int, int], ...] | None = None
    databases: tuple[Database, ...] = ()
    for_ipv6: tuple[Database, ...] = ()
    problems: tuple[DatabaseStatus, ...] = ()


class Locator:
    """Finds places; safe to share between threads; keeps no address.

    Opens the files at `paths`, or, when there are none, what `install` put under `directory`, and
    opens them anew when they change. A file must be replaced by a rename, never written over: it
    is mapped into memory, and maxminddb's C code (3.2.0) can end the process on a tree damaged
    within. A missing or broken file is in `status()`, and is no error here: a
    collector counts without places. What was open before stays in use until the new opens.
    """

    def __init__(self, paths: Sequence[Path], *, directory: Path | None = None) -> None:
        self._paths = tuple(paths)
        self._directory = directory
        self._opened = _Opened()
        self._lock = threading.Lock()
        self._check_at_s = 0.0
        self.reload()

    def locate(self, address: IPAddress, browser_timezone: str = "") -> Place:
        """Return the place of `address`, or of the browser's time zone when no database knows it.

        The first database that names a country answers. `browser_timezone` is the IANA name a
        browser sent, any text; it gives a country and zone only. Raises nothing.
        """
        if time.monotonic() >= self._check_at_s:
            self._check()
        opened = self._opened
        databases = opened.databases
        if address.version == 6:
            # An IPv4 visitor of a server that listens on both families at once.
            mapped = address.ipv4_mapped
            if mapped is None:
                databases = opened.for_ipv6
            else:
                address = mapped
        for database in databases:
            try:
                record = database.reader.get(address)
            except Exception:  # A damaged file answers with many kinds of errors, or bad UTF-8.
                continue
            if record is not None and (place := place_of(record)) is not NOWHERE:
                return place
        return _place_of_browser(browser_timezone)

    def status(self, *, now: datetime | None = None) -> list[DatabaseStatus]:
        """Return each database in use, then each that was asked for and cannot be used."""
        self._check()
        opened = self._opened
        moment = now or datetime.now(UTC)
        return [*(database.status(now=moment) for database in opened.databases), *opened.problems]

    def reload(self) -> None:
        """Look at the files at once; open them anew if they changed."""
        with self._lock:
            self._refresh()

    def _check(self) -> None:
        """Refresh, unless another thread is at it: that one's result will do."""
        if self._lock.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._lock.release()

    def _refresh(self) -> None:
        self._check_at_s = time.monotonic() + CHECK_INTERVAL_S
        signature = tuple(_signature(path) for path in self._watched())
        if signature == self._opened.signature:
            return
        databases, problems = self._open_all()
        self._opened = _Opened(
            # After a problem the next check tries again, changed or not.
            signature=None if problems else signature,
            databases=tuple(databases),
            for_ipv6=tuple(d for d in databases if d.ip_version == 6),
            problems=tuple(problems),
        )

    def _watched(self) -> tuple[Path, ...]:
        if not self._paths and self._directory is not None:
            return (self._directory / MANIFEST_NAME,)
        return self._paths

    def _open_all(self) -> tuple[list[Database], list[DatabaseStatus]]:
        """Open what is asked for; what cannot be opened stays as it was, if it was open."""
        before = {database.path: database for database in self._opened.databases}
        try:
            paths = self._paths
            if not paths and self._directory is not None:
                paths = installed_files(self._directory)
        except GeoipError as error:
            return list(before.values()), [DatabaseStatus(self._watched()[0], problem=str(error))]
        databases, problems = [], []
        for path in paths:
            try:
                databases.append(open_database(path))
            except GeoipError as error:
                problems.append(DatabaseStatus(path, problem=str(error)))
                databases += [before[path]] if path in before else []
        if problems and not databases:
            databases = list(before.values())
        return databases, problems


def _signature(path: Path) -> tuple[int, int, int]:
    """Return what changes when a file is replaced; zeros when there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def _place_of_browser(timezone: str) -> Place:
    zone = canonical(timezone)
    return Place(country_of(zone), "", "", zone, "browser") if zone else NOWHERE
