"""Control: how a command reaches the store process, or does without one.

One process owns the embedded database.  While it runs, commands go to it through a Unix socket that
only the data directory's owner can open; otherwise they open the database themselves.  Either way
the same function runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol

from footfall.config import Config
from footfall.paths import DataPaths
from footfall.store_socket import (
    TIMEOUT_S,
    NotRunningError,
    ask,
    ask_for_stream,
    is_listening,
)

# One that reads or writes all there is.  Our choice: a disk's worth in a working day.
_LONG_S: Final = 8 * 3600.0


class Reach(Protocol):
    """The way to a store for several commands; without a store process it stays open between."""

    def call(self, command: str, **arguments: Any) -> Any:
        """Run a command and return its result; raises CommandError."""

    def stream(self, command: str, **arguments: Any) -> Iterator[bytes]:
        """Yield the bytes that a command gives; raises CommandError, also when they break off."""


def call(config: Config, command: str, **arguments: Any) -> Any:
    """Run a command where the store is and return its result, made of JSON's types.

    Raises CommandError with one line for the person who called.
    """
    return _call(config, command, arguments, TIMEOUT_S)


def call_long(config: Config, command: str, **arguments: Any) -> Any:
    """Run a command that may take hours, as `call` does."""
    return _call(config, command, arguments, _LONG_S)


def _call(config: Config, command: str, arguments: Mapping[str, Any], within_s: float) -> Any:
    if not config.clickhouse_url:
        try:
            return ask(DataPaths(config.data), command, arguments, within_s)
        except NotRunningError:
            pass
    with _opened(config) as store:
        return store.call(command, **arguments)


@contextmanager
def reach(config: Config) -> Iterator[Reach]:
    """Give the way to the store that the configuration names.

    Raises CommandError with one line for the person who called.
    """
    if not config.clickhouse_url and is_running(config):
        yield _Asked(DataPaths(config.data))
        return
    with _opened(config) as store:
        yield store


def is_running(config: Config) -> bool:
    """Tell whether a store process listens; the file a killed one left behind does not count."""
    return is_listening(DataPaths(config.data))


class _Asked:
    """A store process that is asked."""

    def __init__(self, paths: DataPaths) -> None:
        self._paths = paths

    def call(self, command: str, **arguments: Any) -> Any:
        return ask(self._paths, command, arguments)

    def stream(self, command: str, **arguments: Any) -> Iterator[bytes]:
        return ask_for_stream(self._paths, command, arguments)


@contextmanager
def _opened(config: Config) -> Iterator[Reach]:
    # All commands and the engine: as much to import as a store process does, and most commands
    # only ask one.
    from footfall.opened import opened

    with opened(config) as store:
        yield store
