"""Store: one connection to ClickHouse, embedded in this process or behind a URL."""

from __future__ import annotations

import fcntl
import os
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from schema.embedded_stream import EmbeddedStreams
from schema.engine_config import engine_config
from schema.errors import StoreBusyError, StoreError
from schema.keys import NO_KEYS, Keys
from schema.memory import temporary_files_in_memory
from schema.server_stream import ServerStreams
from schema.statements import statement
from schema.stream import Streams

DATABASE = "footfall"

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


class _Clients:
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
        """Lend a client for one call."""
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


class Store:
    """A connection that any number of threads may use at once.

    Every method raises StoreError when the engine cannot be reached or refuses.
    """

    def __init__(
        self, clients: _Clients, streams: Streams, *, on_close: Callable[[], None] = lambda: None
    ) -> None:
        self._clients = clients
        self.streams = streams
        self._on_close = on_close

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query; values are bound to `{name:Type}` placeholders."""
        with self._clients.lend() as client:
            return [tuple(row) for row in _query(client, sql, parameters).result_rows]

    def records(
        self, sql: str, parameters: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Return all rows of a query as dictionaries by column name."""
        with self._clients.lend() as client:
            return list(_query(client, sql, parameters).named_results())

    def value(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row; None when there is no row."""
        rows = self.rows(sql, parameters)
        return rows[0][0] if rows else None

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run a statement that returns nothing."""
        with self._clients.lend() as client:
            client.command(sql, parameters=dict(parameters or {}))

    def insert(
        self,
        table: str,
        columns: Sequence[str],
        data: Sequence[Sequence[Any]],
        *,
        by_column: bool = False,
        token: str = "",
    ) -> None:
        """Insert `data`, rows or (`by_column`) one sequence a column, as one block.

        With a `token` the same insert made twice counts once, within the table's deduplication
        window.  Returns when the parts are on the disk.
        """
        settings = {"insert_deduplication_token": token} if token else {}
        try:
            with self._clients.lend() as client:
                client.insert(
                    table, data, column_names=columns, column_oriented=by_column, settings=settings
                )
        except (ValueError, TypeError, OverflowError, struct.error) as error:
            # The driver's own message would quote the value.
            raise StoreError(f"a value does not fit its column of {table}") from error

    def run(self, package: str, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Return all rows of the query in `name`.sql of `package`."""
        return self.rows(statement(package, name), parameters)

    def close(self) -> None:
        """Close the connection; the embedded engine gives up its directory.

        Calls that are still running in other threads end first; later ones raise StoreError.
        """
        if self._clients.close():
            self.streams.close()
            self._on_close()


def open_embedded(path: Path, keys: Keys = NO_KEYS) -> Store:
    """Open, and make if missing, the embedded database in directory `path`.

    With keys, all that tables hold is encrypted on the disk.  Raises StoreBusyError when another
    process has it open: one process a directory; MissingKeyError, EncryptionError.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        held.callback(_lock(path))
        if keys:
            held.enter_context(temporary_files_in_memory(path))
        config = held.enter_context(engine_config(path, keys))
        try:
            # A client of the embedded engine takes one call at a time, so that a question would
            # hold up the writer: each call has one to itself.  Another one is ready in 10 ms.
            clients = _Clients(lambda: _connect_embedded(path, config), shared=False)
        except (ClickHouseError, StoreError) as error:
            raise StoreError(f"the database could not be opened: {_first_line(error)}") from error
        streams = EmbeddedStreams(lambda: _connect_engine(path))
        return Store(clients, streams, on_close=held.pop_all().close)


def open_server(url: str, authority: Path | None = None) -> Store:
    """Open a ClickHouse server: `http(s)://user:password@host:port/database`.

    The database is made when it is missing and the user may.  Over https the server's certificate
    is checked, against the `authority` in that file or, without one, those the system knows.
    """
    streams = ServerStreams(
        url,
        database=DATABASE,
        connect_timeout_s=CONNECT_TIMEOUT_S,
        timeout_s=SEND_RECEIVE_TIMEOUT_S,
        authority=authority,
    )
    return Store(_Clients(lambda: _connect_server(url, authority), shared=True), streams)


def _connect_embedded(path: Path, config: str) -> Client:
    client = clickhouse_connect.get_client(
        interface="chdb",
        path=str(path),
        settings=dict(_SETTINGS),
        tz_mode="aware",
        chdb_options={"config-file": config},
    )
    return _in_database(client, DATABASE)


def _connect_engine(path: Path) -> Any:
    """Return a connection to the engine at `path`, which a client of this process has open."""
    # Not there where a server is the store.
    import chdb

    # The engine takes two spellings of one directory for two.
    connection = chdb.connect(os.path.realpath(path))
    connection.query(f"USE {DATABASE}")
    return connection


def _connect_server(url: str, authority: Path | None) -> Client:
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
    return _in_database(client, parts.path.strip("/") or DATABASE)


def _in_database(client: Client, database: str) -> Client:
    name = {"name": database}
    with _store_errors():
        # A user who may not create databases may well use one that is there.
        if not int(str(client.command("EXISTS DATABASE {name:Identifier}", parameters=name))):
            client.command("CREATE DATABASE IF NOT EXISTS {name:Identifier}", parameters=name)
    client.database = database
    return client


def _lock(path: Path) -> Callable[[], None]:
    """Take the embedded database's lock for this process; return what gives it back.

    The engine's own message for a taken directory names no reason; ours does.
    """
    descriptor = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise StoreBusyError(
            "another process has the embedded database open: ask that process, or stop it"
        ) from error
    return lambda: os.close(descriptor)


def _query(client: Client, sql: str, parameters: Mapping[str, Any] | None) -> Any:
    return client.query(sql, parameters=dict(parameters or {}))


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except (ClickHouseError, OSError) as error:
        raise StoreError(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    """Return the first line of an engine's message; later lines may quote inserted values."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
