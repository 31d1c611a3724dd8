"""Store: one connection to ClickHouse, embedded in this process or behind a URL."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from schema.errors import StoreBusyError, StoreError
from schema.statements import statement

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
}


class Store:
    """A connection that any number of threads may use at once.

    Every method raises StoreError when the engine cannot be reached or refuses.
    """

    def __init__(self, client: Client, *, on_close: Callable[[], None] = lambda: None) -> None:
        self._client = client
        self._on_close = on_close

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query; values are bound to `{name:Type}` placeholders."""
        with _store_errors():
            return [tuple(row) for row in self._query(sql, parameters).result_rows]

    def records(
        self, sql: str, parameters: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Return all rows of a query as dictionaries by column name."""
        with _store_errors():
            return list(self._query(sql, parameters).named_results())

    def value(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row; None when there is no row."""
        rows = self.rows(sql, parameters)
        return rows[0][0] if rows else None

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run a statement that returns nothing."""
        with _store_errors():
            self._client.command(sql, parameters=dict(parameters or {}))

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
        with _store_errors():
            self._client.insert(
                table, data, column_names=columns, column_oriented=by_column, settings=settings
            )

    def run(self, package: str, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Return all rows of the query in `name`.sql of `package`."""
        return self.rows(statement(package, name), parameters)

    def close(self) -> None:
        """Close the connection; the embedded engine gives up its directory."""
        self._client.close()
        self._on_close()

    def _query(self, sql: str, parameters: Mapping[str, Any] | None) -> Any:
        return self._client.query(sql, parameters=dict(parameters or {}))


def open_embedded(path: Path) -> Store:
    """Open, and make if missing, the embedded database in directory `path`.

    Raises StoreBusyError when another process has it open: one process a directory.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    release = _lock(path)
    try:
        client = clickhouse_connect.get_client(
            interface="chdb", path=str(path), settings=dict(_SETTINGS), tz_mode="aware"
        )
        return Store(_in_database(client, DATABASE), on_close=release)
    except (ClickHouseError, StoreError) as error:
        release()
        raise StoreError(f"the database could not be opened: {_first_line(error)}") from error


def open_server(url: str) -> Store:
    """Open a ClickHouse server: `http(s)://user:password@host:port/database`.

    The database is made when it is missing and the user may.
    """
    parts = urlsplit(url)
    with _store_errors():
        client = clickhouse_connect.get_client(
            host=parts.hostname or "localhost",
            port=parts.port or (8443 if parts.scheme == "https" else 8123),
            username=unquote(parts.username or "default"),
            password=unquote(parts.password or ""),
            secure=parts.scheme == "https",
            connect_timeout=CONNECT_TIMEOUT_S,
            send_receive_timeout=SEND_RECEIVE_TIMEOUT_S,
            # A session would refuse a second query while the first one runs.
            autogenerate_session_id=False,
            settings=dict(_SETTINGS),
            tz_mode="aware",
        )
    return Store(_in_database(client, parts.path.strip("/") or DATABASE))


def _in_database(client: Client, database: str) -> Client:
    with _store_errors():
        client.command(
            "CREATE DATABASE IF NOT EXISTS {name:Identifier}", parameters={"name": database}
        )
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


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except (ClickHouseError, OSError) as error:
        raise StoreError(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    """Return the first line of an engine's message; later lines may quote inserted values."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
