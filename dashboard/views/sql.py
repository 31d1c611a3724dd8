"""SQL: the page on which owners and analysts ask their own questions."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from dashboard.context import Context, context_of, read_form
from dashboard.errors import NotFoundError, ParameterError
from dashboard.gallery import examples
from dashboard.rendering.links import Links
from dashboard.rendering.render import render
from dashboard.rendering.words import words_for
from dashboard.signin.access import SignedIn, check_form, require
from dashboard.sql.formats import media_type
from dashboard.sql.functions import function_names
from dashboard.workbench.blanks import given_values
from dashboard.workbench.chart import answer_chart
from dashboard.workbench.links import read_link
from dashboard.workbench.questions import FILE_FORMATS, Asking, FileFormat
from dashboard.workbench.workbench import Opened, Outcome, read_shelf, sql_page
from schema.described import described_tables
from schema.questions import SavedQuery, UnknownQueryError, get_saved_query, save_query
from schema.stream import QueryError

SQL_PAGE = "/sql"
_MEDIA_TYPES = {
    "csv": media_type("CSVWithNames"),
    "json": media_type("JSON"),
    "parquet": media_type("Parquet"),
}
_NO_PURPOSE = (
    "Say what the answers are for. It is asked once in a session and stands in the audit log."
)
_NAME_CHARACTERS = 120
_WORD = re.compile(r"\w+")


async def page(request: Request) -> Response:
    """Show a question that an address names, or an empty editor; nothing runs yet."""
    context = context_of(request)
    asker = await _asker(context, request)
    opened = await _opened(context, request, asker)
    return await _page(request, asker, opened, Outcome())


async def run(request: Request) -> Response:
    """Ask the question of the form, and show its answer."""
    context = context_of(request)
    asker, form = await _form(context, request)
    opened = await _sent(context, asker, form)
    asking = _asking(context, asker, form)
    if not asking.purpose:
        return await _page(request, asker, opened, Outcome(error=_NO_PURPOSE), 400)

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    try:
        table = await context.questions.table(asking, gone)
    except QueryError as error:
        return await _page(request, asker, opened, Outcome(error=_plain(error)), 400)
    chart = answer_chart(table, words_for("en"))
    outcome = Outcome(table=table, chart=chart, elapsed_s=table.usage.elapsed_s)
    return await _page(request, asker, opened, outcome)


async def file(request: Request) -> Response:
    """Send all of an answer as a file."""
    context = context_of(request)
    asker, form = await _form(context, request)
    file_format = _format(form.get("format", ""))
    opened = await _sent(context, asker, form)
    asking = _asking(context, asker, form)
    if not asking.purpose:
        return await _page(request, asker, opened, Outcome(error=_NO_PURPOSE), 400)
    pieces = context.questions.file(asking, file_format)
    try:
        first = await anext(pieces, b"")
    except QueryError as error:
        return await _page(request, asker, opened, Outcome(error=_plain(error)), 400)
    return _File(first, pieces, file_format, _file_name(opened))


async def save(request: Request) -> Response:
    """Keep the question of the form under a name."""
    context = context_of(request)
    asker, form = await _form(context, request)
    name = " ".join(form.get("name", "").split())[:_NAME_CHARACTERS]
    opened = await _sent(context, asker, form)
    if not name or not opened.text.strip():
        error = "Give the query a name to keep it by, and a text."
        return await _page(request, asker, opened, Outcome(error=error), 400)
    own = opened.saved if opened.saved and opened.saved.owner == asker.user.id else None
    query = SavedQuery(
        **({"id": own.id} if own and own.name == name else {}),
        owner=asker.user.id,
        name=name,
        text=opened.text,
        shared=form.get("shared") == "1",
    )
    await context.run(save_query, context.store, query)
    return RedirectResponse(f"{SQL_PAGE}?saved={query.id}", 303)


async def remove(request: Request) -> Response:
    """Take away a question that the user kept."""
    context = context_of(request)
    asker, form = await _form(context, request)
    query = await _saved(context, asker, form.get("saved", ""))
    if query.owner != asker.user.id:
        raise NotFoundError("Only who saved a query removes it.")
    await context.run(lambda: save_query(context.store, query, removed=True))
    return RedirectResponse(SQL_PAGE, 303)


async def names(request: Request) -> Response:
    """Send what the editor completes: tables, their columns, functions."""
    context = context_of(request)
    await _asker(context, request)
    tables = await context.run(described_tables, context.store)
    found = {"tables": tables, "functions": function_names()}
    return Response(msgspec.json.encode(found), media_type="application/json")


class _File(StreamingResponse):
    """An answer on its way; whoever stops reading ends the query."""

    def __init__(
        self, first: bytes, pieces: AsyncGenerator[bytes], file_format: FileFormat, name: str
    ) -> None:
        self._pieces = pieces
        super().__init__(
            _joined(first, pieces),
            media_type=_MEDIA_TYPES[file_format],
            headers={"Content-Disposition": _attachment(f"{name}.{file_format}")},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        async with aclosing(self._pieces):
            await super().__call__(scope, receive, send)


def _file_name(opened: Opened) -> str:
    """Return what a file is named after: a kept question, or an example as it stands."""
    titles = (example.title for example in examples() if example.text == opened.text)
    words = _WORD.findall((opened.title or next(titles, "")).lower())
    return "-".join(words) or "query"


def _attachment(name: str) -> str:
    if name.isascii():
        return f'attachment; filename="{name}"'
    # RFC 6266, with a name for who does not read it.
    return f"attachment; filename=\"query{Path(name).suffix}\"; filename*=UTF-8''{quote(name)}"


async def _joined(first: bytes, pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


async def _asker(context: Context, request: Request) -> SignedIn:
    asker = await context.reader(request)
    require(asker.user, "rows")
    return asker


async def _form(context: Context, request: Request) -> tuple[SignedIn, dict[str, str]]:
    form = await read_form(request)
    asker = await _asker(context, request)
    check_form(context.sessions, asker.session.id, form)
    return asker, form


async def _opened(context: Context, request: Request, asker: SignedIn) -> Opened:
    asked = request.query_params
    if encoded := asked.get("q"):
        linked = read_link(encoded)
        return Opened(text=linked.text, values=linked.values)
    if stem := asked.get("example"):
        for example in examples():
            if example.stem == stem:
                return Opened(text=example.text, title=example.title, about=example.about)
        raise NotFoundError("There is no such example.")
    if saved_id := asked.get("saved"):
        query = await _saved(context, asker, saved_id)
        return Opened(text=query.text, title=query.name, saved=query)
    return Opened()


async def _sent(context: Context, asker: SignedIn, form: dict[str, str]) -> Opened:
    """Return the question of a form; a kept one that was opened stays named."""
    text = form.get("text", "").replace("\r\n", "\n")
    saved = await _saved(context, asker, form["saved"]) if form.get("saved") else None
    title = saved.name if saved else ""
    return Opened(text=text, values=given_values(form), title=title, saved=saved)


async def _saved(context: Context, asker: SignedIn, text: str) -> SavedQuery:
    try:
        return await context.run(get_saved_query, context.store, asker.user.id, UUID(text))
    except (ValueError, UnknownQueryError) as error:
        raise NotFoundError("There is no such query, or it is not shared with you.") from error


def _asking(context: Context, asker: SignedIn, form: dict[str, str]) -> Asking:
    return Asking(
        user=asker.user,
        purpose=context.questions.purposes.say(asker.session.id, form.get("purpose", "")),
        text=form.get("text", "").replace("\r\n", "\n"),
        values=given_values(form),
    )


async def _page(
    request: Request, asker: SignedIn, opened: Opened, outcome: Outcome, status: int = 200
) -> Response:
    context = context_of(request)
    shelf = await context.run(read_shelf, context.store, asker.user)
    purpose = context.questions.purposes.of(asker.session.id)
    shown = sql_page(asker.user, opened, shelf, purpose, outcome, context.clock())
    viewer = asker.viewer()
    html = render("sql.html", page=shown, viewer=viewer, links=Links(site_name=""))
    response = context.page(request, asker, html)
    response.status_code = status
    return response


def _format(text: str) -> FileFormat:
    for name in FILE_FORMATS:
        if name == text:
            return name
    raise ParameterError("format", f"expected one of {', '.join(FILE_FORMATS)}")


def _plain(error: QueryError) -> str:
    """Return an error's text without what all of them begin with."""
    return error.text.removeprefix("DB::Exception: ")
