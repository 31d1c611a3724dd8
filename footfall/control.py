"""Control: how a command reaches the store process, or does without one.

One process owns the embedded database.  While it runs, commands go to it through a Unix socket that
only the data directory's owner can open; otherwise they open the database themselves.  Either way
the same function runs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from footfall.commands import Context, audit, open_stream, run_command
from footfall.config import Config
from footfall.errors import CommandError, UsageError
from footfall.opening import open_store
from footfall.paths import DataPaths
from footfall.store_socket import (
    TIMEOUT_S,
    NotRunningError,
    ask,
    ask_for_stream,
    is_listening,
)
from geoip import GeoipError
from privacy.errors import PrivacyError
from schema import SchemaError, migrate

# One that reads or writes all there is.  Our choice: a disk's worth in a working day.
_LONG_S: Final = 8 * 3600.0


def call(config: Config, command: str, **arguments: Any) -> Any:
    """Run a command where the store is and return its result, made of JSON's types.

    Raises CommandError with one line for the person who called.
    """
    return _call(config, command, arguments, TIMEOUT_S)


def call_long(config: Config, command: str, **arguments: Any) -> Any:
    """Run a command that may take hours, as `call` does."""
    return _call(config, command, arguments, _LONG_S)


def _call(config: Config, command: str, arguments: Mapping[str, Any], within_s: float) -> Any:
    paths = DataPaths(config.data)
    if not config.clickhouse_url:
        try:
            return ask(paths, command, arguments, within_s)
        except NotRunningError:
            pass
    with _command_errors():
        return _run_here(config, paths, command, arguments)


class Reach:
    """The way to a store for several commands; without a store process it stays open between."""

    def __init__(self, paths: DataPaths, context: Context | None) -> None:
        self._paths = paths
        self._context = context

    def call(self, command: str, **arguments: Any) -> Any:
        """Run a command and return its result; raises CommandError."""
        if self._context is not None:
            with _command_errors():
                return run_command(self._context, command, arguments)
        return ask(self._paths, command, arguments)

    def stream(self, command: str, **arguments: Any) -> Iterator[bytes]:
        """Yield the bytes that a command gives; raises CommandError, also when they break off."""
        if self._context is None:
            yield from ask_for_stream(self._paths, command, arguments)
            return
        with _command_errors():
            yield from open_stream(self._context, command, arguments)


@contextmanager
def reach(config: Config) -> Iterator[Reach]:
    """Give the way to the store that the configuration names.

    Raises CommandError with one line for the person who called.
    """
    paths = DataPaths(config.data)
    if not config.clickhouse_url and is_running(config):
        yield Reach(paths, None)
        return
    with _command_errors(), _opened(config, paths) as context:
        yield Reach(paths, context)


def is_running(config: Config) -> bool:
    """Tell whether a store process listens; the file a killed one left behind does not count."""
    return is_listening(DataPaths(config.data))


def control_app(context: Context) -> Starlette:
    """Return the application that the store process serves on its socket."""

    async def run(request: Request) -> JSONResponse:
        try:
            arguments = await request.json()
            command = request.path_params["command"]
            result = await run_in_threadpool(run_command, context, command, arguments)
        except UsageError as error:
            return JSONResponse({"usage": str(error)}, 400)
        except (CommandError, SchemaError, GeoipError) as error:
            return JSONResponse({"error": str(error)}, 409)
        return JSONResponse({"result": result})

    async def stream(request: Request) -> Response:
        try:
            arguments = await request.json()
            pieces = open_stream(context, request.path_params["command"], arguments)
            # What is wrong with a question shows before its first piece.
            first = await run_in_threadpool(next, pieces, b"")
        except UsageError as error:
            return JSONResponse({"usage": str(error)}, 400)
        except (CommandError, SchemaError) as error:
            return JSONResponse({"error": str(error)}, 409)
        return StreamingResponse(_in_threads(first, pieces), media_type="application/octet-stream")

    return Starlette(
        routes=[
            Route("/control/stream/{command}", stream, methods=["POST"]),
            Route("/control/{command}", run, methods=["POST"]),
        ]
    )


async def _in_threads(first: bytes, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield pieces that are made in threads; their query ends with whoever reads them."""
    try:
        yield first
        while piece := await run_in_threadpool(next, pieces, b""):
            yield piece
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            await run_in_threadpool(close)


def _run_here(config: Config, paths: DataPaths, command: str, arguments: Mapping[str, Any]) -> Any:
    with _opened(config, paths) as context:
        return run_command(context, command, arguments)


@contextmanager
def _opened(config: Config, paths: DataPaths) -> Iterator[Context]:
    """Open the store in this process for a while."""
    store = open_store(config)
    try:
        migrate(store)
        context = Context(store, paths, config)
        yield context
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
    except SchemaError as error:
        raise CommandError(str(error)) from error
