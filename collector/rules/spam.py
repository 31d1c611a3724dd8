"""Spam: hosts that send made-up referrers to be seen in statistics."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from collector.facts.tables import read_table

_HOSTS: Final = frozenset(row[0] for row in read_table("spam_hosts.txt"))
_MOST_LABELS: Final = max(host.count(".") + 1 for host in _HOSTS)
_HOSTS_KEPT: Final = 8_192


@lru_cache(maxsize=_HOSTS_KEPT)
def spam_host(host: str) -> str:
    """Return the entry that a referring host falls under, "" when it is no spam."""
    if host.count(".") >= _MOST_LABELS:
        host = ".".join(host.rsplit(".", _MOST_LABELS)[1:])
    while host and host not in _HOSTS:
        host = host.partition(".")[2]
    return host
