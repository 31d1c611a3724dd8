"""Promise: each name asks for one script, whose bytes are those of the readable source."""

import base64
import gzip
import hashlib
import itertools

import brotli  # type: ignore[import-untyped]
import pytest

from collector.beacon.build import archive_path, build_scripts
from collector.beacon.scripts import (
    FEATURES,
    STRICT,
    Script,
    consent_script_names,
    find_script,
    read_release,
    script_name,
    snippet_names,
)

# Our choice: a page must not feel the script. Bytes, brotli at quality 11.
DEFAULT_BYTES = 1100
ALL_BYTES = 1700
# Three packets with the default script: it stands before it on pages that ask for consent.
CONSENT_BYTES = 1600


def found(name: str) -> Script:
    script = find_script(name)
    assert script, name
    return script


def test_the_committed_scripts_are_built_from_the_source() -> None:
    committed = {name: body for name, body, _ in read_release(archive_path())}
    assert {script.name: script.body for script in build_scripts()} == committed


def test_every_set_of_features_is_served_in_any_order() -> None:
    seen = set()
    for count in range(len(FEATURES) + 1):
        for features in itertools.combinations(FEATURES, count):
            forwards = found(".".join(["beacon", *features, "js"]))
            assert found(".".join(["beacon", *reversed(features), "js"])) is forwards
            assert brotli.decompress(forwards.brotli) == forwards.body
            seen.add(forwards.body)
    assert len(seen) == 2 ** len(FEATURES)


def test_strict_stands_in_the_place_of_consent() -> None:
    for count in range(len(FEATURES)):
        for features in itertools.combinations(sorted({*FEATURES} - {"consent"}), count):
            strict = found(".".join(["beacon", STRICT, *features, "js"]))
            assert found(".".join(["beacon", *features, "consent", STRICT, "js"])) is strict
            assert strict.body != found(".".join(["beacon", *features, "consent", "js"])).body
            assert brotli.decompress(strict.brotli) == strict.body
    assert snippet_names([STRICT, "vitals"]).plain == "beacon.strict.vitals.js"


def test_the_consent_script_has_one_form() -> None:
    names = consent_script_names()
    assert names.plain == "beacon-consent.js"
    assert found(names.hashed).body == found(names.plain).body
    assert "immutable" in found(names.hashed).cache_control
    assert find_script("beacon-consent.vitals.js") is None


def test_all_is_every_feature() -> None:
    assert found("beacon.all.js") is found(script_name(frozenset(FEATURES)))
    assert found("beacon.all.js") is found(".".join(["beacon", *FEATURES, "js"]))


@pytest.mark.parametrize(
    "name",
    [
        "", "beacon", "beacon.", "js", ".js", "beacon.css", "beacon.cookies.js", "beacon..js",
        "beacon.vitals.vitals.js", "beacon.all.vitals.js", "beacon.VITALS.js", "other.vitals.js",
        "beacon.0123456789abcdef.js", "beacon.all.0123456789abcdef.js", "../beacon.js",
    ],
)  # fmt: skip
def test_other_names_mean_nothing(name: str) -> None:
    assert find_script(name) is None


def test_a_hashed_name_is_the_same_script_for_ever() -> None:
    names = snippet_names(["vitals", "outbound"])
    plain, hashed = found(names.plain), found(names.hashed)
    assert names.plain == "beacon.outbound.vitals.js"
    assert hashed.body == plain.body
    assert names.hashed == f"beacon.outbound.vitals.{plain.content_hash}.js"
    assert hashlib.sha256(plain.body).hexdigest().startswith(plain.content_hash)
    assert "immutable" in hashed.cache_control
    assert "max-age=3600" in plain.cache_control
    # The hash of one set of features is no name for another.
    assert find_script(f"beacon.vitals.{plain.content_hash}.js") is None


def test_integrity_is_the_digest_browsers_compare() -> None:
    names = snippet_names([])
    digest = hashlib.sha384(found(names.hashed).body).digest()
    assert names.integrity == "sha384-" + base64.b64encode(digest).decode()


def test_an_unknown_feature_has_no_snippet() -> None:
    with pytest.raises(KeyError, match="cookies"):
        snippet_names(["vitals", "cookies"])


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0, gzip; q=0", ""),
        ("identity", ""),
        ("", ""),
    ],
)
def test_the_best_accepted_encoding_is_served(header: str, encoding: str) -> None:
    script = found("beacon.all.js")
    plain = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}
    chosen, body = script.encoded(header)
    assert chosen == encoding
    assert plain[chosen](body) == script.body


def test_scripts_stay_small() -> None:
    assert len(found("beacon.js").brotli) <= DEFAULT_BYTES
    assert len(found("beacon.all.js").brotli) <= ALL_BYTES
    assert len(found("beacon-consent.js").brotli) <= CONSENT_BYTES
