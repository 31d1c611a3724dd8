"""Scripts: which script a requested name means, in this release or an earlier one.

`released/VERSION.tar.gz` holds all of one release: for each set of features `beacon….js` and,
packed with brotli, `beacon….js.br`, and the consent script. One archive a release, because its
scripts, nearly 400, are much alike and pack well together, and because a file under a content hash
must be served as long as a page names it: an archive of a past release is never written again.
Brotli comes ready-made, so that serving needs neither Node nor a brotli package; gzip, for clients
on plain http, is packed when first asked for.
"""

import base64
import gzip
import hashlib
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FEATURES = ("consent", "downloads", "elements", "forms", "hash", "notfound", "outbound", "vitals")

# In the place of `consent`: nothing leaves without a consent id.
STRICT = "strict"

# What hears of a consent and lets the beacon come; it has no features.
CONSENT_SCRIPT = "beacon-consent.js"

_RELEASED = Path(__file__).parent / "released"

# 64 bits: no two of our own files share them; what a page runs is checked by SRI, not by name.
_HASH_DIGITS = 16
_HASH = re.compile(f"[0-9a-f]{{{_HASH_DIGITS}}}")

# An hour: a new release reaches every page the same day, a visitor asks once a visit.
_STABLE_CACHE = "public, max-age=3600, stale-while-revalidate=86400"
# RFC 8246: the content of a name with a hash never changes. A year is the longest caches heed.
_IMMUTABLE_CACHE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Script:
    """One script's bytes with what HTTP says about them."""

    body: bytes
    brotli: bytes
    content_hash: str
    integrity: str  # for the attribute of that name, "sha384-…"
    cache_control: str

    @property
    def etag(self) -> str:
        """Return the entity tag: weak, as all encodings share it."""
        return f'W/"{self.content_hash}"'

    def encoded(self, accept_encoding: str) -> tuple[str, bytes]:
        """Return the best Content-Encoding ("" for none) that the header takes, and its bytes."""
        accepted = _accepted(accept_encoding)
        if "br" in accepted:
            return "br", self.brotli
        if "gzip" in accepted:
            return "gzip", _gzipped(self.body)
        return "", self.body


@dataclass(frozen=True, slots=True)
class SnippetNames:
    """How a page may name the current script with certain features, or hold it."""

    plain: str
    hashed: str
    integrity: str
    code: str


def find_script(name: str) -> Script | None:
    """Return the script that `name` ("beacon.outbound.vitals.js") means, None when there is none.

    Features come in any order, each once; a content hash as the last part picks the one file that
    has it, of whichever release.
    """
    parts = name.split(".")
    if len(parts) < 2 or parts[0] not in ("beacon", "beacon-consent") or parts[-1] != "js":
        return None
    asked = parts[1:-1]
    content_hash = asked.pop() if asked and _HASH.fullmatch(asked[-1]) else ""
    if parts[0] != "beacon":
        return None if asked else _catalogue().get((CONSENT_SCRIPT, content_hash))
    features = _feature_set(asked)
    return None if features is None else _catalogue().get((script_name(features), content_hash))


def snippet_names(features: Iterable[str]) -> SnippetNames:
    """Return the current script's names for these features; KeyError names an unknown one."""
    wanted = frozenset(features)
    for feature in sorted(wanted.difference(FEATURES, {STRICT})):
        raise KeyError(feature)
    return _names(script_name(wanted))


def consent_script_names() -> SnippetNames:
    """Return the current consent script's names."""
    return _names(CONSENT_SCRIPT)


def _names(plain: str) -> SnippetNames:
    script = _catalogue()[plain, ""]
    hashed = f"{plain.removesuffix('.js')}.{script.content_hash}.js"
    return SnippetNames(plain, hashed, script.integrity, script.body.decode())


def script_name(features: frozenset[str]) -> str:
    """Return the plain name, its features in alphabetical order, "all" for all of them."""
    words = ["all"] if features == frozenset(FEATURES) else sorted(_strictest(features))
    return ".".join(["beacon", *words, "js"])


def read_release(archive: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield plain name, script and its brotli form, for each script of a release's archive."""
    with tarfile.open(archive, "r:gz") as members:
        files = {
            member.name: file.read()
            for member in members
            if (file := members.extractfile(member)) is not None
        }
    for name in sorted(files):
        if name.endswith(".js"):
            yield name, files[name], files[f"{name}.br"]


def _feature_set(words: list[str]) -> frozenset[str] | None:
    if words == ["all"]:
        return frozenset(FEATURES)
    features = frozenset(words)
    is_known = features.issubset({*FEATURES, STRICT}) and len(features) == len(words)
    return features if is_known else None


def _strictest(features: frozenset[str]) -> frozenset[str]:
    """Return the features without `consent` where `strict` has it in itself."""
    return features - {"consent"} if STRICT in features else features


@cache
def _catalogue() -> dict[tuple[str, str], Script]:
    """Return every script by plain name and content hash; "" means the newest release's."""
    catalogue = {}
    for archive in sorted(_RELEASED.glob("*.tar.gz"), key=_version):
        for name, body, brotli in read_release(archive):
            content_hash = hashlib.sha256(body).hexdigest()[:_HASH_DIGITS]
            digest = base64.b64encode(hashlib.sha384(body).digest()).decode()
            for key, policy in (("", _STABLE_CACHE), (content_hash, _IMMUTABLE_CACHE)):
                catalogue[name, key] = Script(
                    body, brotli, content_hash, f"sha384-{digest}", policy
                )
    return catalogue


def _version(archive: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in archive.name.removesuffix(".tar.gz").split("."))


def _accepted(accept_encoding: str) -> set[str]:
    """Return the codings that Accept-Encoding takes; q=0 refuses one (RFC 9110, 12.5.3)."""
    accepted = set()
    for item in accept_encoding.lower().split(","):
        coding, _, weight = item.partition(";")
        if not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight):
            accepted.add(coding.strip())
    return accepted


@cache
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)
