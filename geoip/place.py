"""Place: where an address is, as finely as anything downstream may know."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Place:
    """A country, and within it what is known; '' is unknown.

    `country` is ISO 3166-1 alpha-2, `region` ISO 3166-2 ("AZ-BA"), `city` an English name,
    `timezone` an IANA name.  `basis` tells what it was found from; from a browser's time zone
    come only the country and the zone.  There is no field for anything finer than a city.
    """

    country: str
    region: str
    city: str
    timezone: str
    basis: Literal["address", "browser", ""]


NOWHERE = Place("", "", "", "", "")
