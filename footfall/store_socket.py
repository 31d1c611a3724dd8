"""Store socket: the Unix socket in a data directory through which the store process is asked.

Whoever only asks needs nothing of what answers.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from collector.errors import NotReadyError
from footfall.errors import CommandError, UsageError
from footfall.paths import DataPaths

# A command may wait for a merge or a busy engine; a hung store is told to the person in the end.
TIMEOUT_S: Final = 60.0

# sockaddr_un.sun_path: 108 bytes on Linux, 104 on macOS and the BSDs, the final NUL included.
_MAX_SOCKET_PATH_BYTES: Final = 103

# Read at once from the answer to a stream.  Our choice: few calls, and little memory.
_PIECE_BYTES: Final = 1024 * 1024


class NotRunningError(CommandError):
    """No store process listens."""


def ask(
    paths: DataPaths, command: str, arguments: Mapping[str, Any], within_s: float = TIMEOUT_S
) -> Any:
    """Return the running store process's answer; raises NotRunningError without one."""
    connection = _UnixConnection(paths.control_socket, within_s)
    try:
        connection.connect()
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise NotRunningError(
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


def ask_for_stream(paths: DataPaths, command: str, arguments: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the bytes that a command gives; raises CommandError, also when they break off."""
    connection = _UnixConnection(paths.control_socket)
    try:
        connection.connect()
        response = _post(connection, f"/control/stream/{command}", arguments)
        if response.status != http.HTTPStatus.OK:
            _raise_refusal(json.loads(response.read()))
        while piece := response.read1(_PIECE_BYTES):
            yield piece
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _no_answer(error) from error
    finally:
        connection.close()


def asker(paths: DataPaths, within_s: float) -> Callable[[str, Mapping[str, Any]], Any]:
    """Return what runs commands in the store process and nowhere else.

    It raises NotReadyError while the process is away, hangs or refuses.
    """

    def ask_or_not(command: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return ask(paths, command, arguments, within_s)
        except (CommandError, OSError) as error:
            raise NotReadyError("the store process does not answer") from error

    return ask_or_not


def is_listening(paths: DataPaths) -> bool:
    """Tell whether a store process listens; the file a killed one left behind does not count."""
    connection = _UnixConnection(paths.control_socket)
    try:
        connection.connect()
    except OSError:
        return False
    finally:
        connection.close()
    return True


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
