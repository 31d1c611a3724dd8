"""Check: whether one database file can be looked up in, tried on a sample of its whole range.

Run as a process of its own, `python -m geoip.check FILE`, because maxminddb's C code (3.2.0) can
end the process on a damaged file; `geoip.guard` starts it. Nothing else may import this module.
"""

import json
import random
import resource
import sys
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import maxminddb

from geoip.database import Database, open_database, records_from
from geoip.errors import DatabaseError

# For each range below: records in a row from its start, evenly spread starts and how many records
# from each, and addresses drawn. Our choice: a few hundred networks are walked whole, and
# a check of DB-IP City Lite (6 million nodes) takes 0.2 s for IPv4, 0.3 s for IPv6.
_IN_A_ROW = 2_048
_SPREAD = 2_048
_SPREAD_RECORDS = 2
_DRAWN = 2_048
_SEED = 5_737

# First number and bits of each range. In an IPv6 file: IPv4 (RFC 4291, section 2.5.5), the global
# unicast addresses given out so far, 2000::/3 (IANA IPv6 address space), and all of it.
_RANGES: dict[int, tuple[tuple[int, int], ...]] = {
    4: ((0, 32),),
    6: ((0, 32), (0x2000 << 112, 125), (0, 128)),
}

# Beside the mapped file; the interpreter and a record take less than 100 MiB. Our choice.
_MEMORY_BYTES = 512 << 20

# Should whoever started the process be gone, it still ends. Our choice: 50 times what it needs.
_CPU_S = 20


def main(path: Path) -> int:
    """Print what was found as JSON, `problem` '' when nothing; return the exit status."""
    looked_up, problem = 0, ""
    try:
        _limit(path)
        looked_up = look_up_sample(open_database(path))
    except DatabaseError as error:
        problem = str(error)
    except Exception as error:  # A damaged file answers with many kinds of errors.
        problem = f"{path} is damaged inside ({type(error).__name__}): fetch it again"
    sys.stdout.write(json.dumps({"looked_up": looked_up, "problem": problem}))
    return 1 if problem else 0


def look_up_sample(database: Database) -> int:
    """Look up the same sample of addresses every time and return how many; raises anything."""
    drawn = random.Random(_SEED)
    count = 0
    for first, bits in _RANGES[database.ip_version]:
        count += _walk(database.reader, first, _IN_A_ROW)
        for i in range(_SPREAD):
            count += _walk(database.reader, first + ((i << bits) // _SPREAD), _SPREAD_RECORDS)
        family = IPv4Address if bits == 32 else IPv6Address
        for _ in range(_DRAWN):
            database.reader.get(family(first + drawn.getrandbits(bits)))
        count += _DRAWN
    return count


def _walk(reader: maxminddb.Reader, number: int, limit: int) -> int:
    return sum(1 for _ in records_from(reader, number, limit))


def _limit(path: Path) -> None:
    """Bound what a crafted file can make this process take, as far as the system lets us."""
    try:
        memory_bytes = path.stat().st_size + _MEMORY_BYTES
        for kind, most in (
            (resource.RLIMIT_AS, memory_bytes),
            (resource.RLIMIT_CPU, _CPU_S),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (most, most))
    except (OSError, ValueError):
        return  # macOS refuses some; the time limit of whoever started us stays.


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
