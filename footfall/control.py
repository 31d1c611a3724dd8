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
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from footfall.commands import Context, run_command
from footfall.config import Config
from footfall.errors import CommandError, UsageError
from footfall.paths import DataPaths
from geoip import GeoipError
from schema import SchemaError, migrate, open_embedded, open_server

# A command may wait for a merge or a busy engine; a hung store is told to the person in the end.
TIMEOUT_S: Final = 60.0

# sockaddr_un.sun_path: 108 bytes on Linux, 104 on macOS and the BSDs, the final NUL included.
_MAX_SOCKET_PATH_BYTES: Final = 103


def call(config: Config, command: str, **arguments: Any) -> Any:
    """Run a command where the store is and return its result, made of JSON's types.

    Raises CommandError with one line for the person who called.
    """
    paths = DataPaths(config.data)
    if not config.clickhouse_url and (answer := _ask(paths, command, arguments)) is not None:
        return answer
    try:
        return _run_here(config, paths, command, arguments)
    except SchemaError as error:
        raise CommandError(str(error)) from error


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

    return Starlette(routes=[Route("/control/{command}", run, methods=["POST"])])


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


def _ask(paths: DataPaths, command: str, arguments: Mapping[str, Any]) -> Any | None:
    """Return the running store process's answer; None when none is running."""
    connection = _UnixConnection(paths.control_socket)
    try:
        connection.connect()
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    try:
        body = json.dumps(arguments)
        connection.request("POST", f"/control/{command}", body)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CommandError(
            f"the running store process did not answer ({type(error).__name__}): see its log"
        ) from error
    finally:
        connection.close()
    if "usage" in answer:
        raise UsageError(answer["usage"])
    if "error" in answer:
        raise CommandError(answer["error"])
    return answer["result"]


def _run_here(config: Config, paths: DataPaths, command: str, arguments: Mapping[str, Any]) -> Any:
    paths.make()
    store = (
        open_server(config.clickhouse_url)
        if config.clickhouse_url
        else open_embedded(paths.database)
    )
    try:
        migrate(store)
        return run_command(Context(store, paths, config), command, arguments)
    finally:
        store.close()


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("store", timeout=TIMEOUT_S)
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
