"""Network: the autonomous system that routes an address, as an ASN database's entry names it."""

from typing import Any, NamedTuple

# The longest name in routing registries is some 100 characters; a broken file may have any.
_LONGEST = 200
# RFC 6793: four octets, and 0 is reserved (RFC 7607).
_NUMBERS = range(1, 2**32)


class Network(NamedTuple):
    """An autonomous system; `organisation` is '' when the database does not name it."""

    number: int
    organisation: str


def network_of(record: Any) -> Network | None:
    """Return the network of a record as MaxMind, DB-IP and ip-location-db write it.

    None when it names none. Raises nothing, whatever the record holds.
    """
    if not isinstance(record, dict):
        return None
    number = record.get("autonomous_system_number")
    if not isinstance(number, int) or number not in _NUMBERS:
        return None
    organisation = record.get("autonomous_system_organization")
    return Network(number, organisation[:_LONGEST] if isinstance(organisation, str) else "")
