"""A database damaged inside is refused or harmless: it never ends the process that was given it."""

import ipaddress
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geoip import DatabaseError, Locator, install
from tests.geoip.databases import (
    Row,
    build_city_mmdb,
    build_demo_mmdb,
    build_harmful_mmdb,
)

# Installs each file it is given, looks up in what is installed and then in the file itself; says
# which were refused. On a line of its own each, so that a crash shows whose it was.
LOOK_UP_IN_EACH = """
import ipaddress, sys
from pathlib import Path
from geoip import DatabaseError, Locator, install

directory, *files = map(Path, sys.argv[1:])
networks = [*(f"192.0.2.{n}" for n in range(0, 256, 16)), *(f"198.51.100.{n}" for n in (1, 129)),
    *(f"203.0.113.{n}" for n in (1, 65, 129, 193)), "2001:db8:1::1", "2001:db8:2::1", "::1"]
for file in files:
    print(file.name, end=" ", flush=True)
    try:
        install([file], directory)
        locator = Locator([], directory=directory)
        for network in networks:
            locator.locate(ipaddress.ip_address(network))
        print("accepted", flush=True)
    except DatabaseError:
        print("refused", flush=True)
"""


def country_at(locator: Locator, address: str) -> str:
    return locator.locate(ipaddress.ip_address(address)).country


def problems_of(locator: Locator) -> list[str]:
    return [status.problem for status in locator.status() if status.problem]


def database_of(folder: Path, country: str) -> Path:
    return build_city_mmdb(folder / f"{country}.mmdb", [Row("192.0.2.0/24", country)])


def run(code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_file_that_ends_the_process_is_refused_and_the_set_before_stays(tmp_path: Path) -> None:
    harmful = build_harmful_mmdb(tmp_path / "harmful.mmdb")
    directory = tmp_path / "geoip"
    install([database_of(tmp_path, "TR")], directory)
    with pytest.raises(DatabaseError, match=r"is damaged inside .*: fetch it again") as refused:
        install([harmful], directory)
    assert str(harmful) in str(refused.value)
    assert country_at(Locator([], directory=directory), "192.0.2.1") == "TR"


def test_a_named_file_that_ends_the_process_is_a_problem_and_what_was_open_stays(
    tmp_path: Path,
) -> None:
    path = database_of(tmp_path, "TR")
    locator = Locator([path])
    assert country_at(locator, "192.0.2.1") == "TR"
    build_harmful_mmdb(tmp_path / "harmful.mmdb").replace(path)
    [problem] = problems_of(locator)
    assert "is damaged inside" in problem
    assert country_at(locator, "192.0.2.1") == "TR"
    fresh = Locator([path])
    assert country_at(fresh, "192.0.2.1") == ""
    assert problems_of(fresh) == [problem]


def test_random_damage_is_refused_or_harmless(tmp_path: Path) -> None:
    whole = build_demo_mmdb(tmp_path / "whole.mmdb")
    content = whole.read_bytes()
    drawn = random.Random(20_261_121)
    files = [whole]
    for i in range(9):
        damaged = bytearray(content)
        for _ in range((1, 3, 20)[i % 3]):
            damaged[drawn.randrange(len(damaged))] ^= 1 << drawn.randrange(8)
        files.append(tmp_path / f"{i}.mmdb")
        files[-1].write_bytes(damaged)
    done = run(LOOK_UP_IN_EACH, tmp_path / "geoip", *files)
    verdicts = dict(line.split() for line in done.stdout.splitlines())
    assert done.returncode == 0, done.stdout[-200:] + done.stderr[-500:]
    assert len(verdicts) == 10
    assert verdicts["whole.mmdb"] == "accepted"
    assert "refused" in verdicts.values()


def test_an_installed_file_that_was_replaced_is_not_opened(tmp_path: Path) -> None:
    directory = tmp_path / "geoip"
    [status] = install([database_of(tmp_path, "AZ")], directory)
    running = Locator([], directory=directory)
    database_of(tmp_path, "TR").replace(status.path)
    [problem] = problems_of(running)
    assert "install it again" in problem
    assert country_at(running, "192.0.2.1") == "AZ"
    fresh = Locator([], directory=directory)
    assert problems_of(fresh) == [problem]
    assert country_at(fresh, "192.0.2.1") == ""
    install([database_of(tmp_path, "AZ")], directory)
    assert problems_of(fresh) == []
    assert country_at(fresh, "192.0.2.1") == "AZ"


def test_an_installed_file_that_was_written_over_is_used_no_more(tmp_path: Path) -> None:
    directory = tmp_path / "geoip"
    [status] = install([database_of(tmp_path, "AZ")], directory)
    locator = Locator([], directory=directory)
    content = bytearray(status.path.read_bytes())
    content[content.index(b"AZ")] ^= 1
    status.path.write_bytes(content)
    assert len(problems_of(locator)) == len(locator.status()) == 1
    assert country_at(locator, "192.0.2.1") == ""


def test_an_installed_file_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    [status] = install([database_of(tmp_path, "AZ")], tmp_path / "geoip")
    status.path.unlink()
    [problem] = problems_of(Locator([], directory=tmp_path / "geoip"))
    assert "install it again" in problem


def test_a_start_does_not_wait_for_a_slow_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoip.lookup.START_WAIT_S", 0.0)
    monkeypatch.setattr("geoip.lookup.CHECK_INTERVAL_S", 0.05)
    locator = Locator([database_of(tmp_path, "AZ")])
    assert country_at(locator, "192.0.2.1") == ""
    end = time.monotonic() + 15
    while country_at(locator, "192.0.2.1") != "AZ":
        assert time.monotonic() < end, "the file was not taken up when its check was done"


def test_a_check_without_an_end_refuses_the_file_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = database_of(tmp_path, "AZ")
    with monkeypatch.context() as hurried:
        hurried.setattr("geoip.guard.CHECK_TIMEOUT_S", 0.001)
        locator = Locator([path])
        assert "took over" in problems_of(locator)[0]
    assert len(problems_of(locator)) == 1  # the same file: not looked at again so soon
    path.touch()
    assert problems_of(locator) == []
    assert country_at(locator, "192.0.2.1") == "AZ"
