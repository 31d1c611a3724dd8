"""Source: the name of the place a session came from, and what kind of place it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from collector.facts.tables import read_table

# Distinct hosts and tags whose source is kept; one is 100 bytes.
_SOURCES_KEPT: Final = 8_192

# What "name.*" stands for: a country's two letters, alone or after one of the first ("co.uk"), or
# one of the second.  No others: anyone may register "google.shop".
_BEFORE_COUNTRY: Final = frozenset({"co", "com", "net", "org"})
_GENERIC: Final = frozenset({"com", "net", "org"})

# Marks a source whose name is a common word, so that a tag of that word is not about it.
_NOT_BY_NAME: Final = "-"

_IN_TAGS: Final = str.maketrans(" _", "--")


class Source(NamedTuple):
    """A place; "" is direct, or of no known kind."""

    name: str = ""
    kind: str = ""  # one of those in data/hosts.tsv


DIRECT: Final = Source()


@lru_cache(maxsize=_SOURCES_KEPT)
def source_of_host(host: str) -> Source:
    """Return the source of a referring host; a host not in the table is called by its own name."""
    if host.count(".") >= _MOST_LABELS:
        known = _known(".".join(host.rsplit(".", _MOST_LABELS)[1:]))
    else:
        known = _known(host)
    if known is not None:
        return known
    return Source(host.removeprefix("www.")) if host else DIRECT


@lru_cache(maxsize=_SOURCES_KEPT)
def source_of_tag(tag: str) -> Source:
    """Return the source that `utm_source` names: by a known name, as a host, or itself."""
    name = _as_tag(tag)
    if name in _TAGS:
        return _TAGS[name]
    found = source_of_host(name) if "." in name else DIRECT
    return found if found.kind else Source(tag)


def _known(host: str) -> Source | None:
    """Return the source of the longest end of the host that is in the table."""
    site_end = _site_end(host)
    start = 0
    while True:
        found = _HOSTS.get(host[start:]) or _SITES.get(host[start:site_end])
        if found is not None:
            return found
        start = host.find(".", start) + 1
        if start == 0:
            return None


def _site_end(host: str) -> int:
    """Return where a host's top-level domain begins, 0 when "name.*" does not stand for it."""
    site, _, top = host.rpartition(".")
    if len(top) == 2:
        before, _, second = site.rpartition(".")
        return len(before if second in _BEFORE_COUNTRY else site)
    return len(site) if top in _GENERIC else 0


def _as_tag(text: str) -> str:
    return text.lower().translate(_IN_TAGS)


def _tags_of(name: str, tags: str) -> Iterator[str]:
    """Yield what `utm_source` may call a source."""
    names = tags.split(",")
    if names[0] != _NOT_BY_NAME:
        yield _as_tag(name)
    yield from (tag for tag in names if tag and tag != _NOT_BY_NAME)


def _first_rows() -> Iterator[tuple[Source, str]]:
    """Yield each source with its other names, which its first row in the table has."""
    seen: set[str] = set()
    for _, name, kind, tags in read_table("hosts.tsv"):
        if name not in seen:
            seen.add(name)
            yield Source(name, kind), tags


_ROWS: Final = [(host, Source(name, kind)) for host, name, kind, _ in read_table("hosts.tsv")]
_HOSTS: Final = {host: source for host, source in _ROWS if not host.endswith(".*")}
_SITES: Final = {host[:-2]: source for host, source in _ROWS if host.endswith(".*")}
_TAGS: Final = {
    tag: source for source, tags in _first_rows() for tag in _tags_of(source.name, tags)
}
# More labels than this, counted from the end, no entry can be about: two may be a country's domain.
_MOST_LABELS: Final = 1 + max(host.count(".") + 1 for host, _ in _ROWS)
