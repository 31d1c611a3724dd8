"""Control application: what answers commands on the store process's socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from footfall.commands import Context, open_stream, run_command
from footfall.errors import CommandError, UsageError
from geoip import GeoipError
from schema import SchemaError


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
