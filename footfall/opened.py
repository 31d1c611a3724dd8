"""Opened store: what a command runs on without a store process, in its own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from footfall.commands import Context, audit, open_stream, run_command
from footfall.config import Config
from footfall.errors import CommandError
from footfall.opening import open_store
from footfall.paths import DataPaths
from geoip import GeoipError
from privacy.errors import PrivacyError
from schema import SchemaError, migrate


class OpenedStore:
    """A store that this process has open; it is a `control.Reach`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def call(self, command: str, **arguments: Any) -> Any:
        """Run a command and return its result; raises CommandError."""
        with _command_errors():
            return run_command(self._context, command, arguments)

    def stream(self, command: str, **arguments: Any) -> Iterator[bytes]:
        """Yield the bytes that a command gives; raises CommandError, also when they break off."""
        with _command_errors():
            yield from open_stream(self._context, command, arguments)


@contextmanager
def opened(config: Config) -> Iterator[OpenedStore]:
    """Open the store in this process for a while; raises CommandError."""
    with _command_errors():
        store = open_store(config)
        try:
            migrate(store)
            context = Context(store, DataPaths(config.data), config)
            yield OpenedStore(context)
            _sign_audit(context)
        finally:
            store.close()


def _sign_audit(context: Context) -> None:
    """Sign what a command alone on its data directory recorded: no server does so soon.

    Beside a ClickHouse server the one that writes signs, with its own key.
    """
    if context.audit.written and not context.config.clickhouse_url:
        # What was asked for is done; a log that cannot be signed is for `audit verify` to tell.
        with suppress(PrivacyError, SchemaError, OSError):
            audit.sign(context)


@contextmanager
def _command_errors() -> Iterator[None]:
    try:
        yield
    except (SchemaError, GeoipError) as error:
        raise CommandError(str(error)) from error
