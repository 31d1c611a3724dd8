"""Logs: structured lines on standard error, for people in a terminal and as JSON elsewhere.

An exception's message may quote what somebody sent, and so may the values of its frames: a line
tells its kind and where it came from, never these.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from footfall.log_stream import LogStream

# The end of a stack says where it failed; the start is always the same.
_FRAMES_SHOWN: Final = 8

_log = structlog.get_logger(__name__)


def configure_logs() -> None:
    """Set up structlog, let libraries' warnings through it, and log what nobody catches."""
    renderer: Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_exception,
    ]
    lines = LogStream(sys.stderr)
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=structlog.PrintLoggerFactory(lines),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=renderer, foreign_pre_chain=[_without_values, *shared]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    sys.excepthook = _on_uncaught
    threading.excepthook = _on_uncaught_in_thread
    sys.unraisablehook = _on_unraisable


def name_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace an exception by its kind and the places it passed, each with its cause's."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = given if isinstance(given, BaseException) else None
    if isinstance(given, tuple):
        error = given[1]
    elif given is True:
        error = sys.exception()
    if error is not None:
        event["exception"] = " < ".join(_names(error))
    return event


def _names(error: BaseException) -> Iterator[str]:
    """Yield the kind and the places of an exception, then of what it came from."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)[-_FRAMES_SHOWN:]
        places = (f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        yield f"{type(current).__name__} at {', '.join(places)}"
        current = current.__cause__ or current.__context__


def _without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Take what asyncio shows of tasks and callbacks, their values among it, out of its lines."""
    if event["_record"].name == "asyncio":
        event["event"] = "loop_failed"
    return event


def _on_uncaught(
    kind: type[BaseException], error: BaseException, place: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log.error("process_failed", exc_info=error)


def _on_uncaught_in_thread(failure: threading.ExceptHookArgs) -> None:
    name = failure.thread.name if failure.thread else ""
    _log.error("thread_failed", thread=name, exc_info=failure.exc_value)


def _on_unraisable(failure: Any) -> None:
    _log.error("error_unraisable", exc_info=failure.exc_value)
