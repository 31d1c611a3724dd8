"""Source: the name of the place a session came from, and what kind of place it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from collector.tables import read_table

# Distinct hosts and tags whose source is kept; one is 100 bytes.
_SOURCES_KEPT: Final = 8_192

# "co.uk" and the like: labels that may stand between a name and its country.
_LONGEST_TLD_LABEL: Final = 3


class Source(NamedTuple):
    """A place; "" is direct, or of no known kind."""

    name: str = ""
    kind: str = ""  # search social video shopping mail messenger assistant audio reference


DIRECT: Final = Source()


@lru_cache(maxsize=_SOURCES_KEPT)
def source_of_host(host: str) -> Source:
    """Return the source of a referring host; a host not in the table is called by its own name."""
    for key in _keys(host):
        if key in _HOSTS:
            return _HOSTS[key]
    return Source(host.removeprefix("www.")) if host else DIRECT


@lru_cache(maxsize=_SOURCES_KEPT)
def source_of_tag(tag: str) -> Source:
    """Return the source that `utm_source` names: by a known other name, as a host, or itself."""
    name = tag.lower()
    if name in _TAGS:
        return _TAGS[name]
    found = source_of_host(name) if "." in name else DIRECT
    return found if found.kind else Source(tag)


def _keys(host: str) -> Iterator[str]:
    """Yield what the table may call a host, the most telling first."""
    labels = host.split(".")
    for start in range(len(labels)):
        yield ".".join(labels[start:])
        rest = labels[start + 1 :]
        if rest and len(rest) <= 2 and all(len(label) <= _LONGEST_TLD_LABEL for label in rest[:-1]):
            yield f"{labels[start]}.*"


_HOSTS: Final = {host: Source(name, kind) for host, name, kind, _ in read_table("hosts.tsv")}
_TAGS: Final = {
    tag: Source(name, kind)
    for _, name, kind, tags in read_table("hosts.tsv")
    for tag in tags.split(",")
    if tag
}
