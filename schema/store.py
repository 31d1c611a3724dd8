"""Store: one connection to ClickHouse, embedded in this process or behind a URL."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schema.engine_config import engine_config
from schema.errors import StoreBusyError, StoreError
from schema.keys import NO_KEYS, Keys
from schema.memory import temporary_files_in_memory
from schema.statements import statement
from schema.stream import Streams

if TYPE_CHECKING:
    # Not imported before a store opens: many a process only names the type.
    from clickhouse_connect.driver.client import Client

    from schema.clients import Clients

DATABASE = "footfall"


class Store:
    """A connection that any number of threads may use at once.

    Every method raises StoreError when the engine cannot be reached or refuses.
    """

    def __init__(
        self, clients: Clients, streams: Streams, *, on_close: Callable[[], None] = lambda: None
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
    # The driver, here and below: most processes that name a store open none.
    from schema.clients import embedded_clients
    from schema.embedded_stream import EmbeddedStreams

    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        held.callback(_lock(path))
        if keys:
            held.enter_context(temporary_files_in_memory(path))
        config = held.enter_context(engine_config(path, keys))
        clients = embedded_clients(path, config, DATABASE)
        streams = EmbeddedStreams(lambda: _connect_engine(path))
        return Store(clients, streams, on_close=held.pop_all().close)


def open_server(url: str, authority: Path | None = None) -> Store:
    """Open a ClickHouse server: `http(s)://user:password@host:port/database`.

    The database is made when it is missing and the user may.  Over https the server's certificate
    is checked, against the `authority` in that file or, without one, those the system knows.
    """
    from schema.clients import CONNECT_TIMEOUT_S, SEND_RECEIVE_TIMEOUT_S, server_clients
    from schema.server_stream import ServerStreams

    streams = ServerStreams(
        url,
        database=DATABASE,
        connect_timeout_s=CONNECT_TIMEOUT_S,
        timeout_s=SEND_RECEIVE_TIMEOUT_S,
        authority=authority,
    )
    return Store(server_clients(url, authority, DATABASE), streams)


def _connect_engine(path: Path) -> Any:
    """Return a connection to the engine at `path`, which a client of this process has open."""
    # Not there where a server is the store.
    import chdb

    # The engine takes two spellings of one directory for two.
    connection = chdb.connect(os.path.realpath(path))
    connection.query(f"USE {DATABASE}")
    return connection


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
