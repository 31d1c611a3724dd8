"""API views: the stats API's routes, each answered to a token of scope `stats`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dashboard.api import v1
from dashboard.api.answer import Answer, answer
from dashboard.api.fields import a_text
from dashboard.api.openapi import openapi_document
from dashboard.api.question import Question, parse_question
from dashboard.context import Context, context_of
from dashboard.errors import NotFoundError, NotSignedInError, ParameterError, RefusedError
from dashboard.figures.live import read_live
from dashboard.figures.query import first_day
from dashboard.signin.access import site_of_token, visible_paths, visible_site
from schema import Site
from schema.tokens import Token, UnknownTokenError, find_token

# Far more than 50 conditions need.
MAX_BODY_BYTES: Final = 256 * 1024

Endpoint: TypeAlias = Callable[[Request, Context, Token], Awaitable[Response]]
MakeQuestion: TypeAlias = Callable[[Any, Site, datetime, date | None], Question]
MakeBody: TypeAlias = Callable[[Question, Answer], dict[str, Any]]


async def query(request: Request) -> Response:
    """Answer a question of version 2."""
    return await _limited(request, _query)


async def aggregate(request: Request) -> Response:
    """Answer a site's totals as version 1 did."""
    return await _limited(request, _version_1(v1.aggregate_question, v1.aggregate_body))


async def timeseries(request: Request) -> Response:
    """Answer a site's figures by time as version 1 did."""
    return await _limited(request, _version_1(v1.timeseries_question, v1.timeseries_body))


async def breakdown(request: Request) -> Response:
    """Answer a site's figures by one property as version 1 did."""
    return await _limited(request, _version_1(v1.breakdown_question, v1.breakdown_body))


async def visitors_now(request: Request) -> Response:
    """Answer how many visitors a site has now, to a token or to somebody signed in."""
    if "authorization" in request.headers:
        return await _limited(request, _visitors_now)
    context = context_of(request)
    asker = await context.reader(request)
    name = _site_name(request.query_params)
    site = await context.run(visible_site, context.store, asker.user, name)
    return await _now(context, site, str(asker.user.id), visible_paths(asker.user))


async def describe(request: Request) -> Response:
    """Answer the description of the API."""
    return Response(openapi_document(), media_type="application/json")


async def _limited(request: Request, endpoint: Endpoint) -> Response:
    """Answer a token's request, within its hour's number of them."""
    context = context_of(request)
    token = await context.run(_token, context, request)
    use = context.rate.take(token.id)
    if use.is_over:
        text = (
            f"this token asked {use.limit} times within an hour; wait {use.retry_after_s} seconds"
        )
        return JSONResponse({"error": text}, 429, use.headers())
    try:
        response = await endpoint(request, context, token)
    except ParameterError as error:
        response = JSONResponse({"error": str(error)}, 400)
    except NotFoundError as error:
        if isinstance(error, RefusedError):
            await context.note_refusal(error)
        response = JSONResponse({"error": str(error)}, 404)
    response.headers.update(use.headers())
    return response


def _token(context: Context, request: Request) -> Token:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedInError("expected the header Authorization: Bearer TOKEN")
    try:
        return find_token(context.store, secret.strip(), "stats")
    except UnknownTokenError as error:
        raise NotSignedInError(str(error)) from error


async def _query(request: Request, context: Context, token: Token) -> Response:
    try:
        body = msgspec.json.decode(await _body(request))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ParameterError("body", f"expected JSON: {error}") from error
    if not isinstance(body, dict):
        raise ParameterError("body", "expected a JSON object")
    name = _site_name(body)
    question, found = await context.run(_answer, context, token, name, body, parse_question)
    results: list[dict[str, Any]] = []
    for row in found.rows:
        shown = {"metrics": row.metrics, "dimensions": row.dimensions}
        results.append(shown | ({"comparison": row.comparison} if row.comparison else {}))
    return JSONResponse({"results": results, "meta": found.meta, "query": _repeated(question)})


def _version_1(make_question: MakeQuestion, make_body: MakeBody) -> Endpoint:
    async def endpoint(request: Request, context: Context, token: Token) -> Response:
        parameters = dict(request.query_params)
        name = _site_name(parameters)
        question, found = await context.run(
            _answer, context, token, name, parameters, make_question
        )
        return JSONResponse(make_body(question, found))

    return endpoint


async def _visitors_now(request: Request, context: Context, token: Token) -> Response:
    name = _site_name(request.query_params)
    site = await context.run(site_of_token, context.store, token, name)
    return await _now(context, site, str(token.id), ())


async def _now(context: Context, site: Site, actor: str, paths: tuple[str, ...]) -> Response:
    live = await context.run(read_live, context.store, site, context.clock(), paths)
    await context.run(
        context.audit.record,
        actor=actor,
        action="view",
        site=site.name,
        rows=1,
        detail="visitors now",
    )
    return JSONResponse(live.visitors)


def _answer(
    context: Context, token: Token, name: str, asked: Any, make_question: MakeQuestion
) -> tuple[Question, Answer]:
    """Return a question and its answer, noted in the audit log."""
    site = site_of_token(context.store, token, name)
    first = first_day(context.store, site.name)
    question = make_question(asked, site, context.clock(), first)
    found = answer(context.store, question)
    # What was asked, without a value of any filter.
    by = ", ".join(each.name for each in question.dimensions) or "nothing"
    context.audit.record(
        actor=str(token.id),
        action="view",
        site=site.name,
        rows=len(found.rows),
        detail=f"api: {', '.join(question.metrics)} by {by}, {len(question.filters)} filters",
    )
    return question, found


def _repeated(question: Question) -> dict[str, Any]:
    """Return the question as it was understood."""
    site, found = question.site, question.range
    return {
        "site_id": site.name,
        "metrics": question.metrics,
        "date_range": [found.first(site).isoformat(), found.last(site).isoformat()],
        "dimensions": [each.name for each in question.dimensions],
        "filters": question.asked["filters"],
        "order_by": [[name, "desc" if is_down else "asc"] for name, is_down in question.order_by],
        "include": question.asked["include"],
        "pagination": {"limit": question.limit, "offset": question.offset},
    }


def _site_name(values: Mapping[str, Any]) -> str:
    if not values.get("site_id"):
        raise ParameterError("site_id", "missing; expected the name of a site")
    return a_text(values["site_id"], "site_id")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ParameterError("body", f"expected at most {MAX_BODY_BYTES} bytes")
    return bytes(body)
