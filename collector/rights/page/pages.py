"""Pages: the visitor's page and the notice, as one collector process serves them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
)
from starlette.routing import Route

from collector.errors import BeaconError, JournalError, NotReadyError, RateError
from collector.intake import Clock
from collector.listener.connection import Connection, connection_of
from collector.request import ClientGoneError, read_body
from collector.rights.api import PrivacyApi, events_csv
from collector.rights.page.form import form_token, is_own_token, read_form
from collector.rights.page.headers import page_headers
from collector.rights.page.notice import (
    Facts,
    Section,
    change_of,
    facts_reach,
    notice_of,
    texts_of,
    with_sections,
)
from collector.rights.page.versions import Versions
from collector.rights.page.view import (
    HERE,
    SCRIPT_PATH,
    STYLE_PATH,
    Done,
    View,
    render,
    until_midnight,
)
from collector.rights.page.words import Words, choose_language, words_of
from collector.rights.rights import ANSWERED_WITHIN, Claimant, Pending, Rights
from collector.rights.wishes import (
    CorrectionWish,
    RequestWish,
    checked_correction,
    checked_request,
)
from collector.rules.site import SiteRules
from collector.settings import CollectorSettings
from privacy.errors import ClaimError, KeyFileError
from privacy.retention_policy import retention_of
from schema.sites import Site

# What only looks; the others change something.
_LOOKING: Final = frozenset({"show", "copy"})
_NEEDS_PROOF: Final = frozenset({"show", "correct"})
# Our choice: a person has one in each browser.
_MOST_CONSENTS: Final = 10
# A year: the address changes with the content.
_ASSET_HEADERS: Final = {"cache-control": "public, max-age=31536000, immutable"}

_log = structlog.get_logger(__name__)


class _RefusedError(Exception):
    """A form that is not taken; the argument is the word that says why."""

    def __init__(self, key: str, status: int, **given: object) -> None:
        self.key, self.status, self.given = key, status, given


class PrivacyPages:
    """The routes of one collector process; they stand on the same rights as the API."""

    def __init__(self, settings: CollectorSettings, api: PrivacyApi, clock: Clock) -> None:
        self._settings = settings
        self._api = api
        self._clock = clock
        self._versions = Versions(settings.data)

    def routes(self) -> list[Route]:
        """Return the routes to mount on the listener."""
        return [
            Route(STYLE_PATH, _style),
            Route(SCRIPT_PATH, _script),
            Route("/privacy/{site}", self._page, methods=["GET", "POST"]),
            Route("/privacy/{site}/notice", self._notice),
        ]

    async def _page(self, request: Request) -> Response:
        """Answer a visitor; whatever happens, there is a page that says what."""
        t = _words(request, request.query_params.get("lang", ""))
        form: Mapping[str, str] = {}
        site, changes = None, False
        try:
            connection = connection_of(request.scope, self._settings.proxies)
            if request.method == "POST":
                form = read_form(await read_body(request.receive))
                t = _words(request, form.get("lang", ""))
                changes = form.get("action") not in _LOOKING
            self._api.check_rate(connection, changes=changes)
            rights = self._api.ready()
            # Whose page it is, before any proof: an error still has its site's frame.
            site = _known(rights, request.path_params["site"], connection)
            if request.method != "POST":
                view = await self._view(rights, _claimant(rights, site, connection, ""), connection)
                return self._shown(t, view)
            self._check_sender(request, form, rights, site, connection)
            claimant = _claimant(rights, site, connection, form.get("claim", ""))
            return await self._act(t, form, rights, claimant, connection)
        except ClientGoneError:
            return Response(status_code=400)
        except RateError as error:
            refused = _RefusedError("error_limit", 429)
            return self._refusal(request, t, site, refused, retry_after_s=error.retry_after_s)
        except ClaimError:
            return self._refusal(request, t, site, _RefusedError("error_claim", 403))
        except BeaconError as error:
            fields = ", ".join(error.fields) or "form"
            return self._refusal(
                request, t, site, _RefusedError("error_input", error.status, field=fields)
            )
        except _RefusedError as refused:
            return self._refusal(request, t, site, refused)
        except (NotReadyError, JournalError, KeyFileError, OSError) as error:
            _log.warning("privacy_page_not_answered", error=type(error).__name__)
            key = "error_unsafe" if changes else "error_later"
            return self._refusal(request, t, site, _RefusedError(key, 503), retry_after_s=10)

    async def _view(
        self, rights: Rights, claimant: Claimant, connection: Connection, said: str = ""
    ) -> View:
        site, now = claimant.rules.site, self._clock()
        found: Mapping[str, Any] = {}
        consents: list[Mapping[str, Any]] = []
        try:
            found = await rights.look(claimant)
            consents = await self._consents(claimant)
        except NotReadyError:
            _log.info("privacy_page_without_store")
        return View(
            site=site,
            token=form_token(rights.key, site.name, connection, now),
            due=site.day_at(now) + ANSWERED_WITHIN,
            forgotten_in=until_midnight(site, now),
            has_signal=claimant.has_signal,
            has_objected=rights.has_objected(claimant),
            summary=found.get("summary"),
            events=found.get("events"),
            consents=consents,
            claim=found.get("claim", ""),
            said=said,
        )

    async def _consents(self, claimant: Claimant) -> list[Mapping[str, Any]]:
        """Return what was decided under the consent ids that were proved; raises NotReadyError."""
        ask = self._settings.ask_store
        if ask is None:
            return []
        found: list[Mapping[str, Any]] = []
        for consent_id in claimant.claim.consent_ids[-_MOST_CONSENTS:]:
            values = {"site": claimant.rules.site.name, "consent_id": consent_id}
            found += await run_in_threadpool(ask, "consent_receipts", values)
        return [document["receipt"] for document in found]

    async def _act(
        self,
        t: Words,
        form: Mapping[str, str],
        rights: Rights,
        claimant: Claimant,
        connection: Connection,
    ) -> Response:
        """Do what a form asks for."""
        action = form.get("action", "")
        if action in _NEEDS_PROOF and not claimant.has_proof:
            raise _RefusedError("error_needs_proof", 403)
        match action:
            case "show":
                return self._shown(t, await self._view(rights, claimant, connection))
            case "copy":
                return _copy(await rights.look(claimant), claimant.rules.site, form)
            case "ask":
                self._api.check_letters(connection)
                return self._told(t, claimant, await _ask(t, form, rights, claimant))
            case "object" | "object_back":
                await rights.object(claimant, objects=action == "object")
                done = Done(title=t("done_title"), text=t(f"done_{action}"))
            case "erase":
                done = _erased(t, rights, await rights.erase(claimant))
            case "correct":
                wish = checked_correction(_correction(form))
                done = _changed(t, action, await rights.correct(claimant, **wish))
            case "restrict":
                done = _changed(t, action, await rights.restrict(claimant))
            case "release":
                done = _changed(t, action, await rights.release(claimant))
            case _:
                raise _RefusedError("error_input", 400, field="action")
        return self._told(t, claimant, done)

    def _check_sender(
        self,
        request: Request,
        form: Mapping[str, str],
        rights: Rights,
        site: Site,
        connection: Connection,
    ) -> None:
        """Raise _RefusedError for a form that another website sent, or that has no token."""
        origin = request.headers.get("origin")
        is_foreign = origin is not None and not self._api.is_own_origin(request, origin)
        is_cross_site = request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
        token, now = form.get("token", ""), self._clock()
        is_own = is_own_token(token, rights.key, site.name, connection, now)
        if is_foreign or is_cross_site or not is_own:
            raise _RefusedError("error_token", 403)

    async def _notice(self, request: Request) -> Response:
        """Answer with a site's notice as HTML, or as Markdown."""
        t = _words(request, request.query_params.get("lang", ""))
        try:
            rights = self._api.ready()
            connection = connection_of(request.scope, self._settings.proxies)
            rules = _known_rules(rights, request.path_params["site"], connection)
            site = rules.site
            facts = self._facts(site, rights, rules.notice.controller)
            changes = self._changes(facts, rules, rights, t)
            today = site.day_at(self._clock())
            version = await run_in_threadpool(
                self._versions.keep, site.name, texts_of(facts), today, facts_reach(facts)
            )
            versions = await run_in_threadpool(self._versions.all, site.name)
        except _RefusedError as refused:
            return self._refusal(request, t, None, refused)
        except (NotReadyError, BeaconError, KeyFileError, OSError) as error:
            _log.warning("notice_not_shown", error=type(error).__name__)
            later = _RefusedError("error_later", 503)
            return self._refusal(request, t, None, later, retry_after_s=10)
        if request.query_params.get("format") == "md":
            asked = request.query_params.get("version", version.name)
            found = next((each for each in versions if each.name == asked), None)
            if found is None:
                return PlainTextResponse("there is no such version", 404)
            text = found.texts[t.language]
            if found.name == version.name:
                text = with_sections(text, changes)
            return Response(text, media_type="text/markdown", headers=page_headers(site))
        html = render(
            "notice.html", t, site_name=site.name, here=f"{_address(site.name)}/notice",
            page=_address(site.name), title=t("notice_title", site=site.name), version=version,
            changes=changes, sections=notice_of(facts, t),
            earlier=[v for v in versions if v.name != version.name],
        )  # fmt: skip
        return HTMLResponse(html, headers=page_headers(site))

    def _changes(self, facts: Facts, rules: SiteRules, rights: Rights, t: Words) -> list[Section]:
        """Return what was announced, soonest first."""
        changes = []
        for planned in rules.notice.planned:
            then = self._facts(planned.site, rights, planned.controller)
            changes.append(change_of(facts, then, planned.starts_on, t))
            facts = then
        return changes

    def _facts(self, site: Site, rights: Rights, controller: str) -> Facts:
        return Facts(
            site=site,
            policy=retention_of(site, self._settings.retention_days),
            controller=controller or self._settings.controller,
            is_encrypted=self._settings.is_encrypted,
            public_key=_public_key(rights),
        )

    def _shown(self, t: Words, view: View) -> Response:
        site = view.site
        html = render("page.html", t, view=view, site_name=site.name, here=_address(site.name))
        return HTMLResponse(html, headers=page_headers(site))

    def _told(self, t: Words, claimant: Claimant, done: Done) -> Response:
        site = claimant.rules.site
        html = render(
            "done.html", t, done=done, site_name=site.name, here=_address(site.name),
            has_way_back=True,
        )  # fmt: skip
        return HTMLResponse(html, headers=page_headers(site))

    def _refusal(
        self,
        request: Request,
        t: Words,
        site: Site | None,
        refused: _RefusedError,
        *,
        retry_after_s: int | None = None,
    ) -> Response:
        name = "" if site is None else site.name
        done = Done(title=t("error_title"), text=t(refused.key, **refused.given))
        # Of a site that is none there is no page to go back to.
        html = render(
            "done.html", t, done=done, site_name=name, has_way_back=refused.status != 404,
            here=_address(request.path_params["site"]),
        )  # fmt: skip
        headers = page_headers(site)
        if retry_after_s is not None:
            headers["retry-after"] = str(retry_after_s)
        return HTMLResponse(html, refused.status, headers)


async def _style(_: Request) -> Response:
    """Answer with the pages' look."""
    return FileResponse(HERE / "privacy.css", headers=_ASSET_HEADERS)


async def _script(_: Request) -> Response:
    """Answer with the script, which nothing needs."""
    return FileResponse(HERE / "privacy.js", media_type="text/javascript", headers=_ASSET_HEADERS)


def _words(request: Request, chosen: str) -> Words:
    return words_of(choose_language(chosen, request.headers.get("accept-language", "")))


def _known(rights: Rights, name: str, connection: Connection) -> Site:
    return _known_rules(rights, name, connection).site


def _known_rules(rights: Rights, name: str, connection: Connection) -> SiteRules:
    claimant = rights.claimant(name, connection, ())
    if claimant is None:
        raise _RefusedError("error_unknown", 404)
    return claimant.rules


def _claimant(rights: Rights, site: Site, connection: Connection, proofs: str) -> Claimant:
    """Return who asks, with what they prove; a text without a kind is a claim."""
    kinds = ("page=", "consent=", "claim=")
    given = [part if part.startswith(kinds) else f"claim={part}" for part in proofs.split()]
    claimant = rights.claimant(site.name, connection, given)
    if claimant is None:
        raise _RefusedError("error_unknown", 404)
    return claimant


def _correction(form: Mapping[str, str]) -> CorrectionWish:
    given = {name: form.get(name) or None for name in ("country", "region", "city", "device")}
    return CorrectionWish(**given, not_me=bool(form.get("not_me")))


async def _ask(t: Words, form: Mapping[str, str], rights: Rights, claimant: Claimant) -> Done:
    wish = checked_request(
        RequestWish(
            kind=form.get("kind", ""),  # type: ignore[arg-type]  # it is checked there
            contact=form.get("contact", ""),
            message=form.get("message", ""),
        )
    )
    site = claimant.rules.site.name
    pending = await rights.request(site, wish.kind, wish.contact, wish.message)
    text = t("request_text", due=t.day(pending.due))
    return Done(title=t("request_title"), text=text, number=pending.id)


def _erased(t: Words, rights: Rights, outcome: dict[str, Any] | Pending) -> Done:
    if isinstance(outcome, Pending):
        return _pending(t, outcome)
    document = outcome["receipt"]
    receipt = document["receipt"]
    text = t(
        "receipt_text",
        events=t.counted("event", receipt["removed"]["events"]),
        sessions=t.counted("session", receipt["removed"]["sessions"]),
        found_after=t.number(receipt["found_after"]),
    )
    return Done(
        title=t("receipt_title"), text=text, number=receipt["id"], document=document,
        public_key=_public_key(rights),
    )  # fmt: skip


def _changed(t: Words, action: str, outcome: dict[str, Any] | Pending) -> Done:
    if isinstance(outcome, Pending):
        return _pending(t, outcome)
    text = t(f"done_{action}", events=t.counted("event", outcome["events"]))
    return Done(title=t("done_title"), text=text, number=outcome["id"])


def _pending(t: Words, pending: Pending) -> Done:
    text = t("pending_text", due=t.day(pending.due))
    return Done(title=t("pending_title"), text=text, number=pending.id)


def _copy(found: Mapping[str, Any], site: Site, form: Mapping[str, str]) -> Response:
    if form.get("format") == "csv":
        response = events_csv(found.get("events", []), site.name)
    else:
        disposition = f'attachment; filename="{site.name}.json"'
        response = JSONResponse(found, headers={"content-disposition": disposition})
    response.headers.update(page_headers(site))
    return response


def _public_key(rights: Rights) -> str:
    return b64encode(rights.key.public_key).decode()


def _address(site: str) -> str:
    return f"/privacy/{quote(site, safe='')}"
