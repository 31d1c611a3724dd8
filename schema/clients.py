"""Clients: the driver's connections to an engine, lent one call at a time.

The driver is the heaviest thing that a process imports: only one that opens a store imports this.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver import options
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from schema.errors import StoreError

# Our choice: long enough for a merge-bound insert on a slow disk, short enough that a hung server
# is noticed while the journal still has room.
SEND_RECEIVE_TIMEOUT_S = 30
CONNECT_TIMEOUT_S = 5

# What every connection sets.  Two threads are what two cores can use; the engine would take one
# thread for each core it sees, also where a container gives it less.
_SETTINGS: Mapping[str, Any] = {
    "max_threads": 2,
    # A repeat of a batch must also fill, and not fill twice, what materialized views keep.
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    # A queue of the server's own would answer before the part is there, and know no repeats.
    "async_insert": 0,
}


class Clients:
    """The clients of one store: a shared one, or as many as there are calls at once."""

    def __init__(self, connect: Callable[[], Client], *, shared: bool) -> None:
        self._connect = connect
        self._shared = shared
        self._changed = threading.Condition()
        self._closed = False
        self._lent = 0
        self._idle = [connect()]

    @contextmanager
    def lend(self) -> Iterator[Client]:
        """Lend a client for one call; raises StoreError for what the engine says meanwhile."""
        client: Client | None = None
        with self._changed:
            if self._closed:
                raise StoreError("the store is closed")
            self._lent += 1
            if self._shared:
                client = self._idle[0]
            elif self._idle:
                client = self._idle.pop()
        try:
            with _store_errors():
                if client is None:
                    client = self._connect()
                yield client
        finally:
            with self._changed:
                self._lent -= 1
                if client is not None and not self._shared:
                    self._idle.append(client)
                self._changed.notify_all()

    def close(self) -> bool:
        """Close every client once none is lent; tell whether this was the first time."""
        with self._changed:
            if self._closed:
                return False
            self._closed = True
            self._changed.wait_for(lambda: self._lent == 0)
        for client in self._idle:
            client.close()
        return True


def embedded_clients(path: Path, config: str, database: str) -> Clients:
    """Return clients of the engine in this process; raises StoreError when it does not open.

    `config` is the path of the engine's configuration file.
    """
    _leave_pandas_out()
    try:
        # A client of the embedded engine takes one call at a time, so that a question would hold
        # up the writer: each call has one to itself.  Another one is ready in 10 ms.
        return Clients(lambda: _connect_embedded(path, config, database), shared=False)
    except (ClickHouseError, StoreError) as error:
        raise StoreError(f"the database could not be opened: {_first_line(error)}") from error


def server_clients(url: str, authority: Path | None, database: str) -> Clients:
    """Return the client of a server, which any number of calls share; raises StoreError.

    `database` is the one of a URL that names none.
    """
    _leave_pandas_out()
    return Clients(lambda: _connect_server(url, authority, database), shared=True)


def _leave_pandas_out() -> None:
    """Keep the driver from importing pandas, as it would to see whether rows are a frame of it.

    No row of ours is, and it would take 0.2 s of a start and 43 MB for good.  A program that has it
    already may well give the driver frames of its own.
    """
    if "pandas" not in sys.modules:
        options.pd = options.pd_time_test = None


def _connect_embedded(path: Path, config: str, database: str) -> Client:
    client = clickhouse_connect.get_client(
        interface="chdb",
        path=str(path),
        settings=dict(_SETTINGS),
        tz_mode="aware",
        chdb_options={"config-file": config},
    )
    return _in_database(client, database)


def _connect_server(url: str, authority: Path | None, database: str) -> Client:
    parts = urlsplit(url)
    with _store_errors():
        client = clickhouse_connect.get_client(
            host=parts.hostname or "localhost",
            port=parts.port or (8443 if parts.scheme == "https" else 8123),
            username=unquote(parts.username or "default"),
            password=unquote(parts.password or ""),
            secure=parts.scheme == "https",
            verify=True,
            ca_cert=None if authority is None else str(authority),
            connect_timeout=CONNECT_TIMEOUT_S,
            send_receive_timeout=SEND_RECEIVE_TIMEOUT_S,
            # A session would refuse a second query while the first one runs.
            autogenerate_session_id=False,
            settings=dict(_SETTINGS),
            tz_mode="aware",
        )
    return _in_database(client, parts.path.strip("/") or database)


def _in_database(client: Client, database: str) -> Client:
    name = {"name": database}
    with _store_errors():
        # A user who may not create databases may well use one that is there.
        if not int(str(client.command("EXISTS DATABASE {name:Identifier}", parameters=name))):
            client.command("CREATE DATABASE IF NOT EXISTS {name:Identifier}", parameters=name)
    client.database = database
    return client


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except (ClickHouseError, OSError) as error:
        raise StoreError(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    """Return the first line of an engine's message; later lines may quote inserted values."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
