"""Scrubbing: cutting what may name a person, or open a door, out of text before it is written.

E-mail addresses, telephone and card numbers and tokens go; what a shop calls its things stays:
slugs, dates, EANs, SKUs, ids of 13 digits and UUIDs.  Where a number may be either, its check
digit and its surroundings decide, as told beside each pattern; tests/collector/test_scrub.py has
both sides.
"""

from __future__ import annotations

import re
from typing import Final

# Nothing to cut has fewer characters: a@b.cd.
_SHORTEST: Final = 6
# What all that is cut has a part of.
_SUSPECT: Final = re.compile(r"@|%(?:25)*40|\d[\d() .%+-]{5,}\d|[\w-]{16}")
# What a token after a word that says so, and one of hexadecimal digits, have a part of.
_LONG: Final = re.compile(r"\w{16}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-")

# An @, plain or percent-encoded, between an atom and a dotted name that ends in letters, which
# "logo@2x.png" and "react@18.2.0" do not have.  The bounds are those of RFC 5321, 4.5.3.1; they
# also keep the search linear in made-up text.
_EMAIL: Final = re.compile(
    r"[\w.!#$&'*+=?^{|}~%-]{1,64}(?:@|%(?:25)*40)(?!\dx\.)"
    r"[\w-]{1,63}(?:(?:\.|%2e)[\w-]{1,63}){0,7}(?:\.|%2e)(?:xn--[\w-]{1,59}|[^\W\d_]{2,63})",
    re.IGNORECASE,
)

# JSON Web Token (RFC 7519): its first part is base64url of '{"'.
_JWT: Final = re.compile(r"eyJ[\w-]{6,}\.[\w-]{4,}(?:\.[\w-]*)?")
# SHA-1 and longer, and what is as long as MD5 unless it stands where a shop's own ids do
# (Shopware's are 32 digits under /detail/ and /navigation/).
_HEX: Final = re.compile(
    r"(/(?:detail|navigation|p|products?|items?|category|c|media)/)?"
    r"(?<![0-9a-z])([0-9a-f]{32,})(?![0-9a-z])",
    re.IGNORECASE,
)
_SHOP_ID_DIGITS: Final = 32
# After a word that says so, an id of 16 characters with a digit, and a UUID.
_AFTER_WORD: Final = re.compile(
    r"((?:token|reset(?:[_-]?password)?|password[_-]?reset|verify(?:[_-]?email)?|confirm(?:ation)?"
    r"|activat(?:e|ion)|invit(?:e|ation)|unsubscribe|magic(?:[_-]?link)?|session(?:[_-]?id)?"
    r"|auth|otp|signature)(?:/|=|:|%3D|%3A|%2F) ?)"
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-z_]*\d)\w{16,})",
    re.IGNORECASE,
)
# Anything as long; `_is_random` tells which of these nobody made up.
_RUN: Final = re.compile(r"[\w-]{20,}={0,2}")
# Ids of things in shops and their databases: UUIDs, MongoDB's and Shopware's.
_SHOP_ID: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{20,32}", re.IGNORECASE
)
# Measured over slugs and model numbers, and over drawn tokens: in a name at most 0.25 of the
# neighbours change between a letter and a digit, or from a small letter to a capital that begins
# no word; in drawn base62 0.44, in base36 0.40.
_CHANGE: Final = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[a-z])(?=[A-Z])")
_NAMES_CHANGES: Final = 0.25
_LETTERS_A_SEPARATOR: Final = 8

# ISO/IEC 7812: 14 to 19 digits by the issuers' first ones (Diners; Amex; Visa, Mastercard, Maestro,
# Discover, JCB, UnionPay, Mir; Humo, Uzcard, Troy).  Not 13: Visa gave its last such out decades
# ago, while EANs, ISBNs, milliseconds and Shopify's ids have as many.
_GAP: Final = r"(?:[ .+-]|%20)?"
_CARD: Final = re.compile(
    rf"(?<!\d)(?:3(?:0[0-5]|[689]\d)\d{_GAP}\d{{6}}{_GAP}\d{{4}}"
    rf"|3[47]\d\d{_GAP}\d{{6}}{_GAP}\d{{5}}"
    rf"|(?:4\d|5[0-8]|6\d|22\d|2[3-6]\d|27[0-2]|35\d|8600|9860|9792)"
    rf"(?:{_GAP}\d){{10,17}})(?!\d)"
)
_CARD_DIGITS: Final = range(14, 20)
_CARD_GROUPS: Final = re.compile(r"\d{4}([ .+-]|%20)\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|3.*|\d+")

_SEP: Final = r"(?:[ .-]|%20)"
# Written as a number to call: international with + (E.164), national with 0 and groups, with the
# area in parentheses, or in the groups of the Caucasus, Turkey, Russia and North America.
_PHONE_WRITTEN: Final = re.compile(
    rf"(?<![\w.])(?:(?:\+|%2B){_SEP}?[1-9](?:(?:{_SEP}|[()]|%28|%29)*\d){{7,14}}"
    rf"|\(0?\d{{2,4}}\){_SEP}?\d{{2,4}}(?:{_SEP}?\d{{2,4}}){{1,3}}"
    rf"|0\d{{1,4}}(?:{_SEP}\d{{2,4}}){{2,4}}"
    rf"|[78]{_SEP}?\(?\d{{3}}\)?{_SEP}\d{{3}}{_SEP}\d\d{_SEP}\d\d"
    rf"|(?:9\d\d{_SEP})?\d\d{_SEP}\d{{3}}{_SEP}\d\d{_SEP}\d\d"
    rf"|(?:1{_SEP})?\d{{3}}{_SEP}\d{{3}}{_SEP}\d{{4}})(?![\w]|{_SEP}\d)"
)
# A date has 8.
_PHONE_DIGITS: Final = range(9, 16)
# Written in one: after what says so; with 00 and a country; national with 0 (10 or 11 digits); or
# with the country of the Caucasus, Turkey, Russia, Central Asia or the Gulf.
_PHONE_BARE: Final = re.compile(
    r"(?<![^\W_])(?:00[1-9]\d{8,12}|0[1-9]\d{8,9}|[78]9\d{9}|7[07]\d{9}|905\d{9}"
    r"|(?:99[234568]|971|966|965|968|97[34])[1-9]\d{7,8})(?![^\W_])"
)
_PHONE_AFTER: Final = re.compile(
    r"((?:tel|sms|callto|whatsapp|phone|telefon|mobile|msisdn|gsm|wa\.me)"
    r"(?::|=|/|%3A|%3D|%2F)(?://)?(?:\+|%2B)?)\d{7,15}(?!\d)",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"\d")
_PERCENT_DIGITS: Final = re.compile(r"%2[0-9A-F]", re.IGNORECASE)


# Texts in which nothing was found, the same names again and again: reading one anew takes 2 to 10
# microseconds.  What something was cut out of is not remembered.
_clean: Final[set[str]] = set()
_CLEAN_KEPT: Final = 8_192
_LONGEST_KEPT: Final = 200


def scrubbed(text: str) -> str:
    """Return the text with "[email]", "[token]", "[card]" and "[phone]" for what was cut."""
    if len(text) < _SHORTEST or text in _clean:
        return text
    left = text if _SUSPECT.search(text) is None else _cut(text)
    if left == text and len(text) <= _LONGEST_KEPT:
        if len(_clean) >= _CLEAN_KEPT:
            _clean.clear()
        _clean.add(text)
    return left


def _cut(text: str) -> str:
    if "@" in text or "40" in text:
        text = _EMAIL.sub("[email]", text)
    text = _without_tokens(text)
    if len(_DIGIT.findall(text)) < _FEWEST_DIGITS:
        return text
    text = _CARD.sub(_card_or_not, text)
    text = _PHONE_AFTER.sub(r"\1[phone]", text)
    text = _PHONE_WRITTEN.sub(_written_phone_or_not, text)
    return _PHONE_BARE.sub(_bare_phone_or_not, text)


# Of what is a number at all.
_FEWEST_DIGITS: Final = 7


def _without_tokens(text: str) -> str:
    if "eyJ" in text:
        text = _JWT.sub("[token]", text)
    if _LONG.search(text):
        text = _AFTER_WORD.sub(r"\1[token]", text)
        text = _HEX.sub(_hex_or_not, text)
    return _RUN.sub(lambda run: "[token]" if _is_random(run[0]) else run[0], text)


def _hex_or_not(found: re.Match[str]) -> str:
    place, digits = found[1] or "", found[2]
    is_shops = place and len(digits) == _SHOP_ID_DIGITS
    # Digits alone are a number.
    return found[0] if is_shops or digits.isdigit() else f"{place}[token]"


def _is_random(run: str) -> bool:
    """Tell whether a run of word characters was drawn, not made up: how often its kind changes."""
    separators = run.count("-") + run.count("_")
    if separators * _LETTERS_A_SEPARATOR > len(run):
        return False
    if not run.isascii() or run.isdigit() or _SHOP_ID.fullmatch(run) or not _DIGIT.search(run):
        return False
    return len(_CHANGE.findall(run)) > _NAMES_CHANGES * len(run)


def _card_or_not(found: re.Match[str]) -> str:
    number = _digits(found[0])
    is_card = (
        len(number) in _CARD_DIGITS
        and _CARD_GROUPS.fullmatch(found[0]) is not None
        and _luhn(number)
        and not (len(number) == 14 and _is_gtin(number))
    )
    return "[card]" if is_card else found[0]


def _written_phone_or_not(found: re.Match[str]) -> str:
    return "[phone]" if len(_digits(found[0])) in _PHONE_DIGITS else found[0]


def _bare_phone_or_not(found: re.Match[str]) -> str:
    """Return what stands in the place: an ISBN and a GTIN have a check digit, a phone has none."""
    number = found[0]
    is_article = _is_isbn(number) if len(number) == 10 else len(number) > 11 and _is_gtin(number)
    return number if is_article else "[phone]"


def _digits(text: str) -> str:
    return "".join(_DIGIT.findall(_PERCENT_DIGITS.sub("", text)))


def _luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = (int(digit) * 2 for digit in number[-2::-2])
    rest = sum(int(digit) for digit in number[-1::-2])
    return (rest + sum(value - 9 if value > 9 else value for value in doubled)) % 10 == 0


def _is_gtin(number: str) -> bool:
    """GS1 General Specifications, 7.9."""
    tripled = sum(int(digit) for digit in number[-2::-2])
    rest = sum(int(digit) for digit in number[-1::-2])
    return (tripled * 3 + rest) % 10 == 0


def _is_isbn(number: str) -> bool:
    """ISO 2108, ten digits."""
    return (
        sum(int(digit) * weight for digit, weight in zip(number, range(10, 0, -1), strict=True))
        % 11
        == 0
    )
