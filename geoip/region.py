"""Region: the ISO 3166-2 code of a subdivision, from the name a database gives it."""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

# Letters that Unicode does not decompose, written as databases in English write them (our choice).
_LETTERS = str.maketrans(
    {"ə": "e", "ǝ": "e", "\u0131": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h"}
    | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)

# An apostrophe is part of a word ("T'bilisi"); every other mark divides words. These are the
# straight and curly quotes, grave and acute, prime, and the modifier letters used as apostrophes.
_APOSTROPHES = re.compile("['`\u00b4\u2018\u2019\u2032\u02b9\u02bb\u02bc\u02bd]")
_WORD = re.compile(r"\w+")

# Words for the kind of a subdivision, which one list writes and the next leaves out. Our choice,
# from comparing the names of DB-IP City Lite 2026-06 with ISO's.
_KINDS = frozenset(
    """
    autonomous canton capital changwat city comunidad county departement department district
    division free governorate hanseatic krai kraj kray metropolitan municipality oblast oblysy okrug
    ostan parish prefecture province provincia provinsi rayon region republic respublika shahri
    state territory tinh vilayat viloyati voivodeship wilayah and of the
    """.split()  # noqa: SIM905 - sixty quotation marks would not make it clearer
)


class _Tables(NamedTuple):
    """What `data/regions.tsv` says, ready to ask; keys begin with the country and a space."""

    whole: dict[str, str]
    bare: dict[str, str]
    zones: dict[str, str]


def region_code(country: str, name: str) -> str:
    """Return the ISO 3166-2 code of the subdivision of `country` called `name`.

    '' when the name is unknown or may be several.  First the whole name is compared, without
    case, accents and punctuation; then without words such as "Province", unless what is left
    names several subdivisions ("Moscow" the city is not "Moscow Oblast").
    """
    words = fold(name)
    tables = _tables()
    found = tables.whole.get(f"{country} {words}")
    return found or tables.bare.get(f"{country} {without_kind(words)}", "")


def region_timezone(region: str) -> str:
    """Return the IANA time zone of an ISO 3166-2 region, '' when it has several or is unknown."""
    return _tables().zones.get(region, "")


def fold(name: str) -> str:
    """Return the words of a name in plain small letters, one space between them."""
    letters = _APOSTROPHES.sub("", name.casefold()).translate(_LETTERS)
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c)
    )
    return " ".join(_WORD.findall(plain))


def without_kind(words: str) -> str:
    """Return folded words without those for a kind of subdivision; all of them if none is left."""
    return " ".join(word for word in words.split() if word not in _KINDS) or words


@cache
def _tables() -> _Tables:
    """Read the table once: `code TAB zone TAB name|=name|~name`, as its first lines explain."""
    tables = _Tables({}, {}, {})
    text = files("geoip").joinpath("data/regions.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        code, zone, names = line.split("\t")
        if zone:
            tables.zones[code] = zone
        for name in names.split("|") if names else ():
            key = f"{code[:2]} {name.lstrip('=~')}"
            if not name.startswith("~"):
                tables.whole[key] = code
            if not name.startswith("="):
                tables.bare[key] = code
    return tables
