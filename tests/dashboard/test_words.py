"""Promise: figures, dates and places read alike everywhere, in the language of the page."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rendering.words import LOCALES, words_for

EN = words_for("en")
N, B = "\u202f", "\u00a0"  # narrow and ordinary no-break space


@pytest.mark.parametrize(
    ("language", "count", "percent", "points", "duration", "day", "days"),
    [
        ("en", f"27{N}748", "41.3%", f"2.1{B}pts", f"2m{B}46s", "Wed 11 Nov", "21 Nov 2026"),
        ("az", f"27{N}748", "41,3%", f"2,1{B}f.b.", f"2{B}dəq{B}46{B}san", "11 noy", "21 noy 2026"),
        (
            "ru", f"27{N}748", f"41,3{B}%", f"2,1{B}п.п.", f"2{B}мин{B}46{B}с", "11 нояб.",  # noqa: RUF001
            f"21 нояб. 2026{B}г.",  # noqa: RUF001
        ),
        ("tr", f"27{N}748", "%41,3", f"2,1{B}puan", f"2{B}dk{B}46{B}sn", "11 Kas", "21 Kas 2026"),
    ],
)  # fmt: skip
def test_each_language_has_its_own_signs(
    language: str, count: str, percent: str, points: str, duration: str, day: str, days: str
) -> None:
    words = words_for(language)
    assert words.count(27_748) == count
    assert words.percent(0.413) == percent
    assert words.points(0.021) == points
    assert words.duration(166) == duration
    assert words.day(date(2026, 11, 11)) == day
    assert words.days(date(2026, 10, 25), date(2026, 11, 21)).endswith(days)


def test_another_language_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="language 'de': expected one of en, az, ru, tr"):
        words_for("de")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (-1234, f"\u22121{N}234"),
        (999_999, f"999{N}999"),
        (1_000_000, f"1.00{B}M"),
        (1_236_000, f"1.24{B}M"),
        (12_360_000, f"12.4{B}M"),
        (123_600_000, f"124{B}M"),
        (999_700_000, f"1.00{B}bn"),
        (None, "\u2013"),
    ],
)
def test_a_count_is_in_full_up_to_a_million(value: int | None, text: str) -> None:
    assert EN.count(value) == text


@given(st.integers(min_value=0, max_value=10**15), st.sampled_from(LOCALES))
def test_an_exact_count_loses_no_digit(value: int, language: str) -> None:
    assert words_for(language).exact(value).replace(N, "") == str(value)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0"),
        (0.0004, "<0.1%"),
        (0.001, "0.1%"),
        (0.746, "74.6%"),
        (1, "100.0%"),
        (None, "\u2013"),
    ],
)
def test_a_small_share_is_never_rounded_to_nothing(share: float | None, text: str) -> None:
    assert EN.share(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, f"0m{B}00s"), (38.4, f"0m{B}38s"), (59.6, f"1m{B}00s"), (34_740, f"9h{B}39m")],
)
def test_a_duration_is_in_two_units(seconds: float, text: str) -> None:
    assert EN.duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "previous", "name", "expected"),
    [
        (27_748, 22_882, "visitors", ("up", "21.3%", "better")),
        (166, 174, "duration_s", ("down", "4.6%", "worse")),
        (0.413, 0.434, "bounce_rate", ("down", f"2.1{B}pts", "better")),
        (0.5, 0.4, "bounce_rate", ("up", f"10.0{B}pts", "worse")),
        (7, 0, "visitors", ("new", "", "better")),
        (0, 0, "visitors", ("same", "0.0%", "")),
        (5, 5, "visitors", ("same", "0.0%", "")),
    ],
)
def test_a_change_says_its_direction_and_whether_it_is_good(
    value: float, previous: float, name: str, expected: tuple[str, str, str]
) -> None:
    change = EN.change(value, previous, name)
    assert change is not None
    assert (change.direction, change.size, change.tone) == expected


@pytest.mark.parametrize(("value", "previous"), [(None, 3), (3, None), (None, None)])
def test_nothing_is_said_to_have_changed_against_what_is_unknown(
    value: float | None, previous: float | None
) -> None:
    assert EN.change(value, previous, "visitors") is None


def test_a_range_names_the_year_once_unless_it_spans_two() -> None:
    until = date(2026, 11, 21)
    assert EN.days(date(2026, 10, 25), until) == "25 Oct \u2013 21 Nov 2026"
    assert EN.days(date(2026, 10, 25), until, year=False) == "25 Oct \u2013 21 Nov"
    assert EN.days(date(2025, 12, 1), until, year=False) == "1 Dec 2025 \u2013 21 Nov 2026"
    assert EN.days(until, until, wide=True) == "21 November 2026"


def test_the_clock_has_24_hours_and_the_sites_zone() -> None:
    moment = datetime(2026, 11, 21, 14, 5, 8, tzinfo=ZoneInfo("Asia/Baku"))
    assert EN.clock(moment) == "14:05"
    assert EN.clock(moment, seconds=True) == "14:05:08"


def test_a_country_without_a_name_keeps_its_code() -> None:
    assert EN.country("TR") == "Türkiye"
    assert EN.country("ZX") == "ZX"
