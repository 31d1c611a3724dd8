"""Privacy wishes: what visitors send to the privacy API, read and checked."""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar, get_args

import msgspec

from collector.errors import BeaconError
from privacy.records import RequestKind

# CONTRACT of the table `events`.
DEVICES: Final = frozenset({"Desktop", "Mobile", "Tablet", "TV", "Console", "Other"})

_COUNTRY: Final = re.compile(r"[A-Z]{2}")  # ISO 3166-1 alpha-2
_REGION: Final = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}")  # ISO 3166-2
# Names of places have letters and a few marks; a digit would be a street's or a person's number.
_CITY: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'()-]){0,79}")

# Our choice: an e-mail address has at most 254 characters (RFC 5321, 4.5.3.1.3), a letter one page.
_LONGEST_CONTACT: Final = 254
_LONGEST_MESSAGE: Final = 4_000

_T = TypeVar("_T")


class CorrectionWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a correction."""

    country: str | None = None
    region: str | None = None
    city: str | None = None
    device: str | None = None
    not_me: bool = False


class RequestWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request to a person."""

    kind: RequestKind
    contact: str = ""
    message: str = ""


def read_correction(body: bytes) -> dict[str, Any]:
    """Return a correction's fields, as the record takes them; raises BeaconError."""
    return checked_correction(_decoded(body, CorrectionWish))


def checked_correction(wish: CorrectionWish) -> dict[str, Any]:
    """Return a correction's fields, as the record takes them; raises BeaconError."""
    given = {name: value for name, value in msgspec.structs.asdict(wish).items() if value}
    faults: dict[str, list[str]] = {}
    if not given and wish.country != "":
        faults["country"] = ["expected country, region, city, device or not_me"]
    if wish.not_me and len(given) > 1:
        faults["not_me"] = ["expected alone: what is nobody's has nothing to correct"]
    if wish.country and not _COUNTRY.fullmatch(wish.country):
        faults["country"] = ["expected two capital letters, ISO 3166-1"]
    if (wish.region or wish.city) and not wish.country:
        faults["country"] = ["expected with a region or a city"]
    region = _REGION.fullmatch(wish.region) if wish.region else None
    if wish.region and (region is None or region[1] != wish.country):
        faults["region"] = ["expected an ISO 3166-2 code of the country, such as AZ-BA"]
    if wish.city and not _CITY.fullmatch(wish.city):
        faults["city"] = ["expected the name of a city, in letters, at most 80"]
    if wish.device is not None and wish.device not in DEVICES:
        faults["device"] = [f"expected one of {', '.join(sorted(DEVICES))}"]
    if faults:
        raise BeaconError("the correction cannot be made", faults)
    return {
        "country": wish.country,
        "region": wish.region or "",
        "city": wish.city or "",
        "device": wish.device,
        "not_me": wish.not_me,
    }


def read_request(body: bytes) -> RequestWish:
    """Return a request to a person; raises BeaconError."""
    return checked_request(_decoded(body, RequestWish))


def checked_request(wish: RequestWish) -> RequestWish:
    """Return the request when its texts fit; raises BeaconError."""
    faults: dict[str, list[str]] = {}
    if wish.kind not in get_args(RequestKind):
        faults["kind"] = [f"expected one of {', '.join(get_args(RequestKind))}"]
    if len(wish.contact) > _LONGEST_CONTACT:
        faults["contact"] = [f"expected at most {_LONGEST_CONTACT} characters"]
    if len(wish.message) > _LONGEST_MESSAGE:
        faults["message"] = [f"expected at most {_LONGEST_MESSAGE:,} characters"]
    if faults:
        raise BeaconError("the request cannot be taken", faults)
    return wish


def _decoded(body: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise BeaconError(f"expected a JSON object as documented: {error}") from error
