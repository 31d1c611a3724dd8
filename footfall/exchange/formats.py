"""Formats: which files can be imported, how each is told from the others, and who reads it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from collector.rules.site import SiteRules
from footfall.errors import CommandError
from footfall.exchange import goatcounter, umami
from footfall.exchange.access_log import read_access_log
from footfall.exchange.ga4 import is_ga4, read_ga4
from footfall.exchange.goatcounter import read_goatcounter
from footfall.exchange.kinds import KINDS, Kind
from footfall.exchange.matomo import is_matomo, read_matomo
from footfall.exchange.own import PARQUET, OwnReader
from footfall.exchange.plausible import read_plausible
from footfall.exchange.pseudonyms import Pseudonyms
from footfall.exchange.records import Notes, Records
from footfall.exchange.source import Source
from footfall.exchange.umami import read_umami
from geoip import Locator

# Enough to see past the comments that a report begins with.
_LOOKED_AT: Final = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """What readers need beside the file."""

    rules: SiteRules
    notes: Notes
    names: Pseudonyms
    locator: Locator
    from_site: str

    def records(self, source: Source, kind: Kind) -> Records:
        """Yield what a file of this kind holds; raises CommandError."""
        match kind:
            case "plausible":
                return read_plausible(source, self.notes)
            case "umami":
                return read_umami(source, self.rules, self.notes, self.names)
            case "goatcounter":
                return read_goatcounter(source, self.rules, self.notes, self.names)
            case "ga4":
                return read_ga4(source, self.notes)
            case "matomo":
                return read_matomo(source, self.rules, self.notes, self.names)
            case "access-log":
                return read_access_log(source, self.rules, self.notes, self.names, self.locator)
            case "footfall":
                reader = OwnReader(self.rules, self.notes, self.from_site)
                return reader.read(source, is_parquet=_is_parquet(source))


def kind_of(source: Source) -> Kind:
    """Return what kind of file this is; raises CommandError when it cannot be told."""
    for kind in _guesses(source):
        return kind
    raise CommandError(
        f"{source.path.name}: its kind cannot be told; name it with --format, one of"
        f" {', '.join(KINDS)}"
    )


def _guesses(source: Source) -> Iterator[Kind]:
    if zipfile.is_zipfile(source.path):
        yield "plausible"
        return
    if _is_parquet(source):
        yield "footfall"
        return
    lines = source.first_lines(_LOOKED_AT)
    head = lines[0] if lines else ""
    columns = {name.strip('"\ufeff ') for name in head.split(",")}
    if goatcounter.HEAD.match(head):
        yield "goatcounter"
    if columns >= set(umami.NEEDED):
        yield "umami"
    if is_ga4(lines):
        yield "ga4"
    if is_matomo(head):
        yield "matomo"
    if head.startswith("{"):
        yield "access-log" if '"request"' in head and '"status"' in head else "footfall"
    if '] "' in head:
        yield "access-log"


def _is_parquet(source: Source) -> bool:
    with source.path.open("rb") as file:
        return file.read(len(PARQUET)) == PARQUET
