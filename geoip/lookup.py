"""Locator: the place and the network of an address, from the databases open now."""

import ipaddress
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from geoip.database import Database, DatabaseStatus, open_database
from geoip.errors import DatabaseError, GeoipError
from geoip.guard import check_file
from geoip.installed import MANIFEST_NAME, installed_files
from geoip.network import Network
from geoip.network import network_of as _network_of
from geoip.place import NOWHERE, Place
from geoip.record import place_of
from geoip.timezone import canonical, country_of

__all__ = ["NOWHERE", "DatabaseStatus", "Locator", "Place"]

# How long a changed file may go unnoticed. Our choice: a stat per file and interval costs nothing.
CHECK_INTERVAL_S = 2.0

# How long a file that was refused waits for another look while it stays the same: the reason may
# have been the machine's. Our choice; a look costs a process of 0.3 s.
RETRY_INTERVAL_S = 300.0

# How long a start waits for the files. Checking DB-IP City Lite's two takes 0.6 s, and comparing
# them, installed, 0.1 s; our choice: a busy machine is allowed three times that.
START_WAIT_S = 2.0

# Addresses whose place is remembered: who opens one page opens a second. Our choice; 5 MB.
RECENT_ADDRESSES = 32_768

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


# What changes when a file is replaced: inode, time and size; zeros when there is none.
_Stat = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Opened:
    """What is open at one moment; replaced as a whole, so that no look-up sees half a change.

    `seen` are the files as they were before any was read: what changes later differs from it.
    """

    seen: dict[Path, _Stat] | None = None
    databases: tuple[Database, ...] = ()  # all, in the order they are asked
    places: tuple[Database, ...] = ()
    places_for_ipv6: tuple[Database, ...] = ()
    networks: tuple[Database, ...] = ()
    problems: tuple[DatabaseStatus, ...] = ()
    recent: dict[int, Place] = field(default_factory=dict)  # by hash; NOWHERE: in no database
    retry_at_s: float = math.inf


class Locator:
    """Finds places and networks; safe to share between threads; keeps no address.

    The newest look-ups stand under Python's hash of the address's bytes, which each process keys
    anew.

    Opens the files at `paths`, or, when there are none, what `install` put under `directory`, and
    opens them anew when they change. A missing or broken file is in `status()`, and is no error
    here: a collector counts without places. What was open before stays in use until the new opens.

    maxminddb's C code (3.2.0) can end the process on a file damaged inside, so none is opened
    unseen: a path's file is first looked up in by a child process; an installed one, which was
    checked so by `install`, is compared with its SHA-256. This happens aside, on a thread: a start
    waits for it up to START_WAIT_S and then goes on without places until it is done.

    The limit: the check is a sample, so a file made to harm only at addresses outside it gets by;
    use files of makers you trust. And a file must be replaced by a rename, never written over: it
    is mapped into memory, and what is written over it while open is read unchecked.
    """

    def __init__(self, paths: Sequence[Path], *, directory: Path | None = None) -> None:
        self._paths = tuple(paths)
        self._directory = directory
        self._opened = _Opened()
        self._lock = threading.Lock()
        self._check_at_s = time.monotonic() + CHECK_INTERVAL_S
        self._refresh_aside().join(START_WAIT_S)

    def locate(self, address: IPAddress, browser_timezone: str = "") -> Place:
        """Return the place of `address`, or of the browser's time zone when no database knows it.

        The first database that names a country answers. `browser_timezone` is the IANA name a
        browser sent, any text; it gives a country and zone only. Raises nothing.
        """
        if time.monotonic() >= self._check_at_s:
            self._check()
        opened = self._opened
        if not opened.places:
            return _place_of_browser(browser_timezone)
        key = hash(address.packed)
        place = opened.recent.get(key)
        if place is None:
            place = _look_up(opened, address)
            if len(opened.recent) >= RECENT_ADDRESSES:
                opened.recent.clear()
            opened.recent[key] = place
        return _place_of_browser(browser_timezone) if place is NOWHERE else place

    @property
    def has_networks(self) -> bool:
        """Tell whether a database of networks is open."""
        return bool(self._opened.networks)

    def network_of(self, address: IPAddress) -> Network | None:
        """Return the network of `address`, None when no database knows it. Raises nothing."""
        if time.monotonic() >= self._check_at_s:
            self._check()
        if address.version == 6:
            address = address.ipv4_mapped or address
        for database in self._opened.networks:
            if address.version > database.ip_version:
                continue
            try:
                record = database.reader.get(address)
            except Exception:  # A damaged file answers with many kinds of errors, or bad UTF-8.
                continue
            if (network := _network_of(record)) is not None:
                return network
        return None

    def status(self, *, now: datetime | None = None) -> list[DatabaseStatus]:
        """Return each database in use, then each that was asked for and cannot be used.

        Looks at changed files first, as `reload` does.
        """
        self.reload()
        opened = self._opened
        moment = now or datetime.now(UTC)
        return [*(database.status(now=moment) for database in opened.databases), *opened.problems]

    def reload(self) -> None:
        """Look at the files at once, and wait until those that changed are open or refused."""
        with self._lock:
            self._refresh()

    def _check(self) -> None:
        """Have changed files opened aside: a look-up never waits for it."""
        self._check_at_s = time.monotonic() + CHECK_INTERVAL_S
        if not self._lock.locked() and self._is_due():
            self._refresh_aside()

    def _refresh_aside(self) -> threading.Thread:
        # A daemon: a file under check holds up no process that ends.
        thread = threading.Thread(target=self.reload, name="geoip", daemon=True)
        thread.start()
        return thread

    def _is_due(self) -> bool:
        opened = self._opened
        return time.monotonic() >= opened.retry_at_s or self._look() != opened.seen

    def _refresh(self) -> None:
        if not self._is_due():
            return
        seen = self._look()
        databases, problems = self._open_all()
        places = [database for database in databases if database.layout != "network"]
        self._opened = _Opened(
            seen=seen,
            databases=tuple(databases),
            places=tuple(places),
            places_for_ipv6=tuple(d for d in places if d.ip_version == 6),
            networks=tuple(d for d in databases if d.layout == "network"),
            problems=tuple(problems),
            retry_at_s=time.monotonic() + RETRY_INTERVAL_S if problems else math.inf,
        )

    def _look(self) -> dict[Path, _Stat]:
        """Return the files that are asked for, the manifest too, as they are now."""
        if self._paths or self._directory is None:
            return {path: _stat(path) for path in self._paths}
        manifest = self._directory / MANIFEST_NAME
        try:
            installed = [file.path for file in installed_files(self._directory)]
        except GeoipError:
            installed = []
        return {path: _stat(path) for path in (manifest, *installed)}

    def _open_all(self) -> tuple[list[Database], list[DatabaseStatus]]:
        """Open what is asked for; what cannot be opened stays as it was, if it was open."""
        before = {database.path: database for database in self._opened.databases}
        try:
            asked = self._asked()
        except DatabaseError as error:
            manifest = (self._directory or Path()) / MANIFEST_NAME
            return list(before.values()), [DatabaseStatus(manifest, problem=str(error))]
        databases, problems = [], []
        for path, assure in asked:
            try:
                databases.append(_open_assured(path, assure))
            except GeoipError as error:
                problems.append(DatabaseStatus(path, problem=str(error)))
                # The file that is open, if it was replaced; if written over, what is open is this.
                if path in before and before[path].inode != _stat(path)[0]:
                    databases.append(before[path])
        if problems and not databases:
            refused = {status.path for status in problems}
            databases = [database for path, database in before.items() if path not in refused]
        return databases, problems

    def _asked(self) -> list[tuple[Path, Callable[[], None]]]:
        """Return the files to open, each with what raises unless it may be opened."""
        if self._paths or self._directory is None:
            return [(path, partial(check_file, path)) for path in self._paths]
        return [(file.path, file.compare) for file in installed_files(self._directory)]


def _look_up(opened: _Opened, address: IPAddress) -> Place:
    """Return what the first database that names a country says, NOWHERE when none does."""
    databases = opened.places
    if address.version == 6:
        # An IPv4 visitor of a server that listens on both families at once.
        mapped = address.ipv4_mapped
        if mapped is None:
            databases = opened.places_for_ipv6
        else:
            address = mapped
    for database in databases:
        try:
            record = database.reader.get(address)
        except Exception:  # A damaged file answers with many kinds of errors, or bad UTF-8.
            continue
        if record is not None and (place := place_of(record)) is not NOWHERE:
            return place
    return NOWHERE


def _open_assured(path: Path, assure: Callable[[], None]) -> Database:
    """Open the very file that was looked at; raises DatabaseError."""
    before = _stat(path)
    assure()
    database = open_database(path)
    if _stat(path) != before:
        raise DatabaseError(f"{path} changed while it was checked; it is looked at again")
    return database


def _stat(path: Path) -> _Stat:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def _place_of_browser(timezone: str) -> Place:
    zone = canonical(timezone)
    return Place(country_of(zone), "", "", zone, "browser") if zone else NOWHERE
