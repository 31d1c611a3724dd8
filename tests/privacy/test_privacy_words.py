"""The page and the notice say the same in each language, and the notice says all that is kept."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from collector.rights.page.notice import (
    Facts,
    markdown,
    notice_of,
    undescribed,
)
from collector.rights.page.versions import Versions
from collector.rights.page.words import LANGUAGES, choose_language, words_of
from privacy.errors import UndescribedColumnError
from privacy.retention_policy import retention_of
from schema import Store
from schema.sites import Site

PLACE = re.compile(r"\{(\w+)\}")
TABLES = ("event_rows", "session_rows", "consent_receipts")


def columns_of(store: Store, table: str) -> list[str]:
    rows = store.rows(
        "SELECT name FROM system.columns WHERE database = currentDatabase()"
        " AND table = {table:String}",
        {"table": table},
    )
    return [name for (name,) in rows]


def facts(**given: object) -> Facts:
    site = Site(name="shop.example", timezone="Asia/Baku", keep=("cities=7",))
    return Facts(
        **{  # type: ignore[arg-type]  # what a test changes is checked by the class's own fields
            "site": site,
            "policy": retention_of(site),
            "controller": "",
            "is_encrypted": False,
            "public_key": "KEY=",
            **given,
        }
    )


def text(given: Facts, language: str = "en") -> str:
    return markdown("Notice", notice_of(given, words_of(language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_sentence_with_the_same_places(language: str) -> None:
    english, other = words_of("en").texts, words_of(language).texts
    assert list(other) == list(english)
    for key, sentence in english.items():
        assert sorted(PLACE.findall(other[key])) == sorted(PLACE.findall(sentence)), key
        assert other[key].strip(), key


@pytest.mark.parametrize(
    ("chosen", "header", "language"),
    [
        ("", "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("", "de, tr;q=0.5, az;q=0.7", "az"),
        ("tr", "ru", "tr"),
        ("xx", "de", "en"),
        ("", "ru;q=0, en;q=0.1", "en"),
        ("", "az;q=what,tr;q=0.1", "tr"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_browsers(
    chosen: str, header: str, language: str
) -> None:
    assert choose_language(chosen, header) == language


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1 просмотр"), (3, "3 просмотра"), (11, "11 просмотров")]
)
def test_russian_counts_have_three_forms(number: int, said: str) -> None:
    assert words_of("ru").counted("pageview", number) == said.replace(" ", "\u00a0")


def test_every_column_that_is_kept_is_described_and_a_new_one_is_not_until_it_is(
    store: Store,
) -> None:
    for table in TABLES:
        assert undescribed(columns_of(store, table)) == [], table
    store.command("ALTER TABLE event_rows ADD COLUMN shoe_size UInt8")
    try:
        columns = columns_of(store, "event_rows")
    finally:
        store.command("ALTER TABLE event_rows DROP COLUMN shoe_size")
    assert undescribed(columns) == ["shoe_size"]
    with pytest.raises(UndescribedColumnError, match="shoe_size"):
        text(facts(columns=columns))


def test_the_notice_says_what_is_set() -> None:
    said = text(facts(controller="Shop LLC, privacy@shop.example", is_encrypted=True))
    assert "Cities: 7\u00a0days" in said
    assert "Single events and sessions: 180\u00a0days" in said
    assert "or a withdrawal: 1\u202f095\u00a0days after the last decision" in said
    assert "Consent: what was decided" in said
    assert "until midnight (Asia/Baku)" in said
    assert "Shop LLC, privacy@shop.example decides" in said
    assert "Everything on disk is encrypted" in said
    assert "does not encrypt it by itself" in text(facts())
    assert "you are not counted" in text(facts(site=Site(name="shop.example", signal="drop")))


def test_every_wording_is_kept_with_its_first_day(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    first = versions.keep("shop.example", {"en": text(facts())}, date(2026, 11, 1))
    same = versions.keep("shop.example", {"en": text(facts())}, date(2026, 11, 5))
    changed = text(facts(is_encrypted=True))
    second = versions.keep("shop.example", {"en": changed}, date(2026, 11, 9))
    assert same == first
    assert [(v.name, v.since) for v in versions.all("shop.example")] == [
        (second.name, date(2026, 11, 9)),
        (first.name, date(2026, 11, 1)),
    ]
    assert versions.find("shop.example", "../../salts") is None
    assert versions.all("other.example") == []
