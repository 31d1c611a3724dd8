"""View: what a page is made of, and the templates that make it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from collector.rights.page.words import LANGUAGES, Words, words_of
from collector.rights.wishes import DEVICES
from privacy.records import RequestKind
from schema.sites import Site

HERE: Final = Path(__file__).parent
STYLE_PATH: Final = "/privacy.css"
SCRIPT_PATH: Final = "/privacy.js"
# As people ask, most often first.
KINDS: Final[tuple[RequestKind, ...]] = (
    "question", "complaint", "access", "correction", "erasure", "restriction", "objection",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is told of one visitor, and what the forms need."""

    site: Site
    token: str
    due: date
    forgotten_in: timedelta
    has_signal: bool
    has_objected: bool
    summary: Mapping[str, Any] | None  # None: the store does not answer
    events: Sequence[Mapping[str, Any]] | None = None  # None: nothing was proved
    consents: Sequence[Mapping[str, Any]] = ()  # decisions under the ids proved, oldest first
    claim: str = ""  # what proves the same again
    said: str = ""  # what came of a form


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a form that changed something."""

    title: str
    text: str
    number: str = ""
    document: Mapping[str, Any] | None = None  # a receipt with its signature
    public_key: str = ""

    @property
    def download(self) -> str:
        """Return the receipt as an address that holds it, so that nothing needs to be kept."""
        text = json.dumps(self.document, ensure_ascii=False, indent=2)
        return "data:application/json;base64," + b64encode(text.encode()).decode()


def render(template: str, words: Words, **given: object) -> str:
    """Return a page; a name the template needs and is not given is an error."""
    return (
        _environment()
        .get_template(template)
        .render(t=words, languages=[words_of(language) for language in LANGUAGES], **given)
    )


def until_midnight(site: Site, now: datetime) -> timedelta:
    """Return how long the site's day lasts."""
    tomorrow = site.day_at(now) + timedelta(days=1)
    is_changed = site.next_timezone and tomorrow > site.next_from
    zone = ZoneInfo(site.next_timezone if is_changed else site.timezone)
    return max(datetime.combine(tomorrow, time(), zone) - now, timedelta())


def asset(path: str) -> str:
    """Return a file's address, which changes with its content."""
    digest = blake2b((HERE / path.removeprefix("/")).read_bytes(), digest_size=6).hexdigest()
    return f"{path}?v={digest}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        style=asset(STYLE_PATH),
        script=asset(SCRIPT_PATH),
        devices=sorted(DEVICES),
        kinds=KINDS,
        instant=datetime.fromisoformat,
    )
    return environment
