"""Promise: a visitor is one for a site's day and a stranger after it, when its salt is gone."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from collector.facts.ids import consent_hash, page_hash, resend_hash
from collector.facts.salt import Salt, SaltBook
from collector.facts.visitor import sample_of, visitor_id
from tests.build import CHROME, NOON, a_site

MONDAY = Salt(date(2026, 6, 15), bytes(range(32)))
TUESDAY = Salt(date(2026, 6, 16), bytes(range(32, 64)))
READER = (ip_address("203.0.113.7"), CHROME)

BAKU = a_site(timezone="Asia/Baku")  # four hours ahead of UTC, all year
# 23:59:59 on 15 June in Baku.
LAST_SECOND = datetime(2026, 6, 15, 19, 59, 59, tzinfo=UTC)
MIDNIGHT = LAST_SECOND + timedelta(seconds=1)
NEXT_NOON = NOON + timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "salts"


def bytes_on_disk(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in directory.rglob("*") if file.is_file())


def test_a_visitor_is_a_stranger_the_next_day() -> None:
    assert visitor_id(MONDAY, "shop.example", *READER) != visitor_id(
        TUESDAY, "shop.example", *READER
    )


def test_a_visitor_is_the_same_all_day_and_another_on_another_site() -> None:
    visitor = visitor_id(MONDAY, "shop.example", *READER)
    assert visitor == visitor_id(MONDAY, "shop.example", *READER)
    assert visitor != visitor_id(MONDAY, "other.example", *READER)
    assert visitor != visitor_id(MONDAY, "shop.example", ip_address("203.0.113.8"), CHROME)
    assert visitor != visitor_id(MONDAY, "shop.example", READER[0], CHROME + " ")


def test_the_parts_of_a_visitor_cannot_run_into_each_other() -> None:
    address = ip_address("97.98.99.100")  # "abcd" in bytes
    assert visitor_id(MONDAY, "x", address, "") != visitor_id(MONDAY, "xabcd", address, "")
    longer = ip_address("6162:6364:6566:6768:696a:6b6c:6d6e:6f70")  # "abcdefghijklmnop"
    assert visitor_id(MONDAY, "x", address, "efghijklmnop") != visitor_id(MONDAY, "x", longer, "")


def test_samples_of_visitors_cover_a_byte() -> None:
    samples = {
        sample_of(visitor_id(MONDAY, "shop.example", READER[0], str(i))) for i in range(4_000)
    }
    assert samples == set(range(256))


def test_ids_are_hashed_each_for_its_own_purpose() -> None:
    hashes = [page_hash("x"), consent_hash("x"), resend_hash("x", 1, "x"), resend_hash("x", 2, "x")]
    assert len(set(hashes)) == 4
    assert all(0 < found < 2**64 for found in hashes)
    assert [page_hash(""), consent_hash(""), resend_hash("x", 1, "")] == [0, 0, 0]


def test_one_salt_lasts_a_local_day(path: Path) -> None:
    book = SaltBook(path)
    morning = book.current(BAKU, LAST_SECOND - timedelta(hours=23, minutes=59, seconds=59))
    assert book.current(BAKU, LAST_SECOND) == morning
    assert morning[0] == date(2026, 6, 15)
    day, salt = book.current(BAKU, MIDNIGHT)
    assert day == date(2026, 6, 16)
    assert salt.key != morning[1].key


def test_a_salt_shows_in_no_text(path: Path) -> None:
    _, salt = SaltBook(path).current(BAKU, NOON)
    assert salt.key.hex() not in repr(salt)
    assert repr(salt.key) not in repr(salt)


def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    SaltBook(path).current(BAKU, NOON)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_byte_of_yesterdays_salt_is_left_after_midnight(path: Path) -> None:
    book = SaltBook(path)
    _, salt = book.current(BAKU, LAST_SECOND)
    assert salt.key in bytes_on_disk(path.parent)
    # Another process may do it, and a second before midnight nothing happens.
    SaltBook(path).expire(LAST_SECOND, [BAKU])
    assert salt.key in bytes_on_disk(path.parent)
    SaltBook(path).expire(MIDNIGHT, [BAKU])
    left = bytes_on_disk(path.parent)
    assert all(salt.key[i : i + 8] not in left for i in range(25))
    assert path.stat().st_size == 64  # in place: no freed block keeps the old bytes


def test_a_beacon_after_midnight_overwrites_the_old_salt(path: Path) -> None:
    book = SaltBook(path)
    _, old = book.current(BAKU, LAST_SECOND)
    _, new = book.current(BAKU, MIDNIGHT)
    assert old.key not in bytes_on_disk(path.parent)
    assert new.key in bytes_on_disk(path.parent)


def test_a_process_that_slept_for_days_starts_clean(path: Path) -> None:
    book = SaltBook(path)
    _, old = book.current(BAKU, NOON)
    later = NOON + timedelta(days=3)
    book.expire(later, [BAKU])
    assert old.key not in bytes_on_disk(path.parent)
    assert book.current(BAKU, later)[0] == date(2026, 6, 18)


def test_a_day_never_goes_back(path: Path) -> None:
    book = SaltBook(path)
    tuesday = book.current(BAKU, MIDNIGHT)
    assert book.current(BAKU, LAST_SECOND) == tuesday
    # Nor for a process that starts after the clock was put back.
    assert SaltBook(path).current(BAKU, LAST_SECOND) == tuesday
    assert book.for_day(BAKU.name, date(2026, 6, 14)) == tuesday[1]


def test_the_salt_of_a_removed_site_goes_with_its_day(path: Path) -> None:
    book = SaltBook(path)
    _, salt = book.current(BAKU, NOON)
    other = a_site("other.example")
    _, kept = book.current(other, NOON)
    # At noon UTC of the next day the last place on Earth has left NOON's day behind.
    book.expire(NEXT_NOON - timedelta(seconds=1), [other])
    assert salt.key in bytes_on_disk(path.parent)
    book.expire(NEXT_NOON, [other])
    assert salt.key not in bytes_on_disk(path.parent)
    assert kept.key not in bytes_on_disk(path.parent)
    book.current(BAKU, NEXT_NOON)
    assert path.stat().st_size == 128  # the free slot was taken


def test_a_process_that_has_not_heard_of_a_site_leaves_its_salt(path: Path) -> None:
    here, there = SaltBook(path), SaltBook(path)
    _, salt = here.current(BAKU, NOON)
    there.expire(NOON, [])
    here.expire(NOON, [BAKU])
    assert here.current(BAKU, NOON)[1] == salt
    assert there.current(BAKU, NOON)[1] == salt


def test_what_another_process_destroyed_is_forgotten_in_memory(path: Path) -> None:
    here, there = SaltBook(path), SaltBook(path)
    _, salt = here.current(BAKU, NOON)
    there.expire(MIDNIGHT, [BAKU])
    _, fresh = there.current(BAKU, MIDNIGHT)
    here.expire(MIDNIGHT, [BAKU])
    assert here.current(BAKU, MIDNIGHT)[1] == fresh
    assert fresh != salt


def test_a_damaged_slot_is_made_anew(path: Path) -> None:
    _, salt = SaltBook(path).current(BAKU, NOON)
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(bytes(content) + b"torn")
    _, fresh = SaltBook(path).current(BAKU, NOON)
    assert fresh.key != salt.key
    assert SaltBook(path).current(BAKU, NOON)[1] == fresh


def test_two_processes_get_the_same_salt(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from collector.facts.salt import SaltBook\n"
        "from tests.build import NOON, a_site\n"
        "sys.stdin.read()\n"
        "print(*(SaltBook(Path(sys.argv[1])).current(a_site(f's{i}.example'), NOON)[1].key.hex()"
        " for i in range(20)))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:  # they wait for the end of their input, to begin together
        assert process.stdin
        process.stdin.close()
        process.stdin = None
    keys = [process.communicate(timeout=30)[0].split() for process in started]
    assert keys[0] == keys[1] == keys[2]
    assert len(set(keys[0])) == 20
