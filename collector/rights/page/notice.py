"""Notice: what a site keeps, why and how long, said by the settings and tables it runs with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from collector.rights.page.words import LANGUAGES, Words, words_of
from collector.writer.event_rows import COLUMNS
from privacy.consent import CONSENT_COLUMNS
from privacy.errors import UndescribedColumnError
from privacy.reach import Reach, reach_of
from privacy.retention_policy import KEPT, Policy
from schema.sites import Site

# Every column of the tables of events, sessions and consents, by the sentence that describes it.  A
# column without its place here is an error: the notice says all that is kept or is not shown.
CLASSES: Final[Mapping[str, Sequence[str]]] = {
    "class_when": ("day", "time", "received_at", "started_at", "ended_at"),
    "class_event": ("name", "props", "interactive"),
    "class_page": ("hostname", "path", "entry_path", "exit"),
    "class_origin": (
        "referrer", "source", "channel",
        "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
    ),
    "class_device": ("device", "browser", "browser_version", "os", "os_version", "screen"),
    "class_place": ("country", "region", "city", "timezone", "language"),
    "class_link": ("visitor", "session", "starts", "page_id", "consent_id", "sample"),
    "class_consent": ("state", "text_hash", "version", "scope", "how"),
    "class_measure": (
        "engaged_ms", "scroll_depth", "lcp_ms", "fcp_ms", "ttfb_ms", "inp_ms", "cls",
        "pageviews", "events", "interactions",
    ),
    "class_money": ("revenue", "currency"),
    "class_record": ("site", "id", "import_id"),
}  # fmt: skip
# Those that the sentence `notice_why` names; consents are to these.
PURPOSES: Final = ("statistics", "abuse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a notice depends on."""

    site: Site
    policy: Policy
    controller: str  # who decides, with an address; "" sends people to the privacy page
    is_encrypted: bool
    public_key: str  # that receipts are checked with, base64
    columns: Sequence[str] = (*COLUMNS, *CONSENT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences, and a list."""

    title: str
    texts: Sequence[str] = ()
    items: Sequence[str] = ()


def facts_reach(facts: Facts) -> Reach:
    """Return how far a notice goes."""
    return reach_of(facts.site, facts.policy, facts.columns, PURPOSES)


def notice_of(facts: Facts, t: Words) -> list[Section]:
    """Return a site's notice in one language; raises UndescribedColumnError."""
    site, policy = facts.site, facts.policy
    controller = (
        t("notice_who", site=site.name, controller=facts.controller)
        if facts.controller
        else t("notice_who_unknown", site=site.name)
    )
    kept = [t(f"notice_keep_{kind}", days=t.counted("day", policy.days_of(kind))) for kind in KEPT]
    rules = [
        t("notice_keep_salt", timezone=site.timezone),
        t("notice_keep_totals"),
        t("notice_small", n=site.small_number),
    ]
    why = [t(key) for key in ("notice_why", f"notice_consent_{site.consent}")]
    guards = t("notice_encrypted" if facts.is_encrypted else "notice_plain")
    return [
        Section(t("notice_who_title"), [controller]),
        Section(t("notice_what_title"), (), _kept(facts.columns, t)),
        Section(t("notice_never_title"), [t("notice_never")]),
        Section(t("notice_why_title"), [*why, t(f"notice_signal_{site.signal}")]),
        Section(t("notice_long_title"), (), [*kept, *rules]),
        Section(t("notice_to_title"), [t("notice_to"), guards]),
        Section(t("notice_rights_title"), [t("notice_rights")]),
        Section(t("notice_key_title"), [t("notice_key", key=facts.public_key)]),
    ]


def change_of(before: Facts, after: Facts, starts_on: date, t: Words) -> Section:
    """Return what will be said otherwise from a day on."""
    said, then = _sentences(before, t), _sentences(after, t)
    new = [t("notice_change_new", text=text) for text in then if text not in said]
    gone = [t("notice_change_old", text=text) for text in said if text not in then]
    return Section(t("notice_change_title", day=t.day(starts_on)), (), [*new, *gone])


def texts_of(facts: Facts) -> dict[str, str]:
    """Return a notice as Markdown, by language."""
    languages = {language: words_of(language) for language in LANGUAGES}
    return {
        language: markdown(t("notice_title", site=facts.site.name), notice_of(facts, t))
        for language, t in languages.items()
    }


def markdown(title: str, sections: Iterable[Section]) -> str:
    """Return a notice as Markdown."""
    lines = [f"# {title}", ""]
    for section in sections:
        lines += [f"## {section.title}", ""]
        for text in section.texts:
            lines += [text, ""]
        lines += [f"* {item}" for item in section.items]
        lines += [""] if section.items else []
    return "\n".join(lines)


def with_sections(text: str, changes: Iterable[Section]) -> str:
    """Return a notice's Markdown with what will change on top."""
    title, _, rest = text.partition("\n")
    above = markdown(title.removeprefix("# "), changes).rstrip("\n")
    return f"{above}\n{rest}"


def undescribed(columns: Iterable[str]) -> list[str]:
    """Return the columns that no sentence describes."""
    known = {column for of_class in CLASSES.values() for column in of_class}
    return sorted(set(columns) - known)


def _sentences(facts: Facts, t: Words) -> list[str]:
    return [text for part in notice_of(facts, t) for text in (*part.texts, *part.items)]


def _kept(columns: Sequence[str], t: Words) -> list[str]:
    if missing := undescribed(columns):
        raise UndescribedColumnError(
            f"columns {', '.join(missing)}: say in collector/rights/page/notice.py what they are"
        )
    here = set(columns)
    by_class = {key: [c for c in named if c in here] for key, named in CLASSES.items()}
    return [
        f"{t(key)}. {t('notice_kept_columns', columns=', '.join(found))}."
        for key, found in by_class.items()
        if found
    ]
