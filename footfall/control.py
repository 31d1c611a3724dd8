"""Control: how a command reaches the store process, or does without one.

One process owns the embedded database.  While it runs, commands go to it through a Unix socket that
only the data directory's owner can open; otherwise they open the database themselves.  Either way
the same function runs.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from footfall.commands import Context, open_stream, run_command
from footfall.config import Config
from footfall.errors import CommandError, UsageError
from footfall.opening import open_store
from footfall.paths import DataPaths
from geoip import GeoipError
from schema import SchemaError, migrate

# A command may wait for a merge or a busy engine; a hung store is told to the person in the end.
TIMEOUT_S: Final = 60.0
# One that reads or writes all there is.  Our choice: a disk's worth in a working day.
_LONG_S: Final = 8 * 3600.0

# sockaddr_un.sun_path: 108 bytes on Linux, 104 on macOS and the BSDs, the final NUL included.
_MAX_SOCKET_PATH_BYTES: Final = 103

# Read at once from the answer to a stream.  Our choice: few calls, and little memory.
_PIECE_BYTES: Final = 1024 * 1024


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
            return _ask(paths, command, arguments, within_s)
        except _NotRunningError:
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
        return _ask(self._paths, command, arguments)

    def stream(self, command: str, **arguments: Any) -> Iterator[bytes]:
        """Yield the bytes that a command gives; raises CommandError, also when they break off."""
        if self._context is None:
            yield from _ask_for_stream(self._paths, command, arguments)
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
    connection = _UnixConnection(DataPaths(config.data).control_socket)
    try:
        connection.connect()
    except OSError:
        return False
    finally:
        connection.close()
    return True


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


def listen(path: Path) -> socket.socket:
    """Return a listening socket at `path` that only its owner can open."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        with _Reachable(path) as address:
            listener.bind(address)
    finally:
        os.umask(mask)
    listener.listen()
    return listener


class _NotRunningError(CommandError):
    """No store process listens."""


def _ask(
    paths: DataPaths, command: str, arguments: Mapping[str, Any], within_s: float = TIMEOUT_S
) -> Any:
    """Return the running store process's answer; raises _NotRunningError without one."""
    connection = _UnixConnection(paths.control_socket, within_s)
    try:
        connection.connect()
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise _NotRunningError(
            "the store process stopped meanwhile: start the command again"
        ) from error
    try:
        response = _post(connection, f"/control/{command}", arguments)
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _no_answer(error) from error
    finally:
        connection.close()
    _raise_refusal(answer)
    return answer["result"]


def _ask_for_stream(
    paths: DataPaths, command: str, arguments: Mapping[str, Any]
) -> Iterator[bytes]:
    connection = _UnixConnection(paths.control_socket)
    try:
        connection.connect()
        response = _post(connection, f"/control/stream/{command}", arguments)
        if response.status != http.HTTPStatus.OK:
            _raise_refusal(json.loads(response.read()))
        while piece := response.read(_PIECE_BYTES):
            yield piece
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _no_answer(error) from error
    finally:
        connection.close()


def _post(
    connection: http.client.HTTPConnection, target: str, arguments: Mapping[str, Any]
) -> http.client.HTTPResponse:
    connection.request("POST", target, json.dumps(arguments))
    return connection.getresponse()


def _raise_refusal(answer: Mapping[str, Any]) -> None:
    if "usage" in answer:
        raise UsageError(answer["usage"])
    if "error" in answer:
        raise CommandError(answer["error"])


def _no_answer(error: Exception) -> CommandError:
    return CommandError(
        f"the running store process did not answer ({type(error).__name__}): see its log"
    )


def _run_here(config: Config, paths: DataPaths, command: str, arguments: Mapping[str, Any]) -> Any:
    with _opened(config, paths) as context:
        return run_command(context, command, arguments)


@contextmanager
def _opened(config: Config, paths: DataPaths) -> Iterator[Context]:
    """Open the store in this process for a while."""
    store = open_store(config)
    try:
        migrate(store)
        yield Context(store, paths, config)
    finally:
        store.close()


@contextmanager
def _command_errors() -> Iterator[None]:
    try:
        yield
    except SchemaError as error:
        raise CommandError(str(error)) from error


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, within_s: float = TIMEOUT_S) -> None:
        super().__init__("store", timeout=within_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        with _Reachable(self._path) as address:
            self.sock.connect(address)


class _Reachable:
    """A socket's path in a form that fits the kernel's limit, however deep the directory lies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._directory = -1

    def __enter__(self) -> str:
        text = str(self._path)
        if len(os.fsencode(text)) <= _MAX_SOCKET_PATH_BYTES:
            return text
        self._directory = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        return f"/proc/self/fd/{self._directory}/{self._path.name}"

    def __exit__(self, *_: object) -> None:
        if self._directory >= 0:
            os.close(self._directory)
