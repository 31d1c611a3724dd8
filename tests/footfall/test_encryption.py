"""With a key set, what visitors did is on no disk to be read; without it, nothing opens.

The same installation makes a backup while it runs, and what it restores is what there was.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import zlib
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.faults.load import Beacon, send, wait_until_counted
from tests.installation import Installation, footfall, installation, wait_until
from tests.privacy.visitor import wait_until_stored

OLD, NEW = "0a" * 32, "0b" * 32
# Long enough that no compression hides all of them, and that none turns up by chance.
PATH_MARK = "canary-path-of-a-page"
PROP_MARK = "canary value of a property"
MARKS = (PATH_MARK.encode(), PROP_MARK.encode())
SQL = (
    "SELECT path, props['mark'], count() FROM events WHERE name = 'pageview'"
    " GROUP BY ALL ORDER BY ALL"
)


def beacons() -> list[Beacon]:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
    return [
        Beacon(
            {
                "n": "pageview",
                "u": f"https://shop.example/{PATH_MARK}/{number}",
                "d": "shop.example",
                "p": {"mark": PROP_MARK},
            },
            {"User-Agent": agent, "Accept-Language": "az", "X-Forwarded-For": "203.0.113.9"},
        )
        for number in range(20)
    ]


def visit(running: Installation) -> None:
    """Send the marked pageviews; when this returns they are in the store."""
    running.command("site", "add", "shop.example")
    wait_until_counted(running)
    assert asyncio.run(send(running.public, beacons(), connections=2)) == [202] * 20
    wait_until_stored(running.data)


def on_disk(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield every file's bytes, and what they unpack to where they are packed."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                try:
                    data = path.read_bytes()
                except FileNotFoundError:
                    # A running engine renames and merges; it is stopped when all are read again.
                    continue
                yield path, data
                for at in _starts(data, b"\x1f\x8b"):
                    yield path, _unpacked(data[at:])


def marked(*folders: Path) -> set[str]:
    return {path.name for path, data in on_disk(*folders) if any(mark in data for mark in MARKS)}


def rows(data: Path, key: str) -> list[Any]:
    done = footfall(
        *("sql", SQL, "--format", "JSONCompactEachRow", "--data", str(data)),
        FOOTFALL_ENCRYPTION_KEY=key,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def run(data: Path, *arguments: str, **environ: str) -> CompletedProcess[str]:
    return footfall(*arguments, "--data", str(data), **environ)


EXPECTED = sorted([f"/{PATH_MARK}/{number}", PROP_MARK, 1] for number in range(20))


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_marks_of_a_visit_are_in_no_file_and_come_back_with_the_key(
    tmp_path: Path, ending: str
) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    with installation(data, FOOTFALL_ENCRYPTION_KEY=NEW) as running:
        visit(running)
        assert marked(data) == set()
        made = running.command("backup", "create", str(backup))
        if ending == "kill":
            for module in ("footfall.store_process", "footfall.collector_process"):
                os.kill(running.process_id(module), signal.SIGKILL)
            running.process.kill()
            running.process.wait(timeout=60)

    assert made["rows"] > 20
    assert marked(data, backup) == set()
    assert [each for each in _rows_of_visits(data) if PATH_MARK in each[0]] == EXPECTED
    # An empty directory, and the same key.
    restored = tmp_path / "restored"
    done = run(restored, "backup", "restore", str(backup), FOOTFALL_ENCRYPTION_KEY=NEW)
    assert done.returncode == 0, done.stderr
    assert _rows_of_visits(restored) == _rows_of_visits(data)
    assert marked(restored) == set()
    assert not (restored / "salts").exists()
    assert not list(backup.rglob("salts"))


def test_without_a_key_the_marks_are_there_to_be_found(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with installation(data) as running:
        visit(running)

    assert any(name.endswith(".journal") for name in marked(data))


def _rows_of_visits(data: Path) -> list[Any]:
    return rows(data, NEW)


def _starts(data: bytes, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(data, 1 << 20)
    except zlib.error:
        return b""


def test_a_missing_or_wrong_key_is_one_clear_line_and_changes_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run(data, "site", "add", "shop.example", FOOTFALL_ENCRYPTION_KEY=OLD).returncode == 0
    for environ, said in (
        ({}, "none was given: set FOOTFALL_ENCRYPTION_KEY"),
        ({"FOOTFALL_ENCRYPTION_KEY": NEW}, "name the old one in FOOTFALL_ENCRYPTION_OLD_KEYS"),
    ):
        for command in (["site", "list"], ["serve"]):
            done = run(data, *command, **environ)
            assert done.returncode in (1, 2)
            assert said in done.stderr
            assert len(done.stderr.splitlines()) == 1

    listed = run(data, "site", "list", FOOTFALL_ENCRYPTION_KEY=OLD)
    assert "shop.example" in listed.stdout


def test_a_key_changes_while_the_server_runs_and_the_old_one_is_not_needed_then(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with installation(data, FOOTFALL_ENCRYPTION_KEY=OLD) as running:
        visit(running)
    # The journal keeps what was sent for the length of a resend; here it is over.
    for segment in (data / "journal").rglob("*.journal"):
        os.utime(segment, (0, 0))
    both = {"FOOTFALL_ENCRYPTION_KEY": NEW, "FOOTFALL_ENCRYPTION_OLD_KEYS": OLD}
    with installation(data, **both) as running:
        findings = {each["subject"]: each["text"] for each in _doctor(running)}
        assert "older keys too" in findings["encryption"]
        assert running.command("encryption", "rotate")["moved_parts"] > 0
        wait_until(lambda: len(_sealed_by_old(data)) == 0)

    _remove_replaced(data)
    done = run(data, "encryption", "rotate", "--json", **both)
    assert json.loads(done.stdout)["old_keys_needed"] == []
    assert [each for each in _rows_of_visits(data) if PATH_MARK in each[0]] == EXPECTED
    assert marked(data) == set()


def _doctor(running: Installation) -> list[dict[str, str]]:
    done = footfall("doctor", "--json", "--data", str(running.data))
    findings: list[dict[str, str]] = json.loads(done.stdout)
    return findings


def _sealed_by_old(data: Path) -> list[Path]:
    """Return the journal's segments that the writer has not freed yet."""
    return [path for path in (data / "journal").rglob("*.journal") if path.stat().st_mtime == 0]


def _remove_replaced(data: Path) -> None:
    """Remove the parts that merges replaced, as the engine does minutes later."""
    from footfall.config import from_environ

    keys = from_environ({"FOOTFALL_ENCRYPTION_KEY": OLD}).keys
    for part in (data / "clickhouse" / "sealed" / keys.current.id).glob("store/*/*/*"):
        if part.is_dir() and part.name not in ("detached", "deduplication_logs"):
            for file in part.iterdir():
                file.unlink()
            part.rmdir()


def test_a_backup_that_was_changed_is_refused_and_the_database_stays(tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    key = {"FOOTFALL_ENCRYPTION_KEY": NEW}
    run(data, "site", "add", "shop.example", **key)
    assert run(data, "backup", "create", str(backup), **key).returncode == 0
    run(data, "site", "add", "later.example", **key)
    occupied = run(data, "backup", "restore", str(backup), **key)
    part = next(backup.rglob("data.bin"))
    part.write_bytes(part.read_bytes()[:-1] + b"\0")
    damaged = run(data, "backup", "restore", str(backup), "--force", **key)
    wrong = run(tmp_path / "new", "backup", "restore", str(backup), FOOTFALL_ENCRYPTION_KEY=OLD)

    assert "--force replaces it" in occupied.stderr
    assert "not as it was written" in damaged.stderr
    assert "was written with the encryption key" in wrong.stderr
    assert "later.example" in run(data, "site", "list", **key).stdout


def test_force_puts_the_backup_in_place_and_old_backups_go(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run(data, "site", "add", "shop.example")
    first, second = tmp_path / "first", tmp_path / "second"
    assert run(data, "backup", "create", str(first)).returncode == 0
    run(data, "site", "add", "later.example")
    assert run(data, "backup", "restore", str(first), "--force").returncode == 0
    assert "later.example" not in run(data, "site", "list").stdout

    made = run(data, "backup", "create", str(second), "--keep", "1", "--json")
    assert len(json.loads(made.stdout)["removed"]) == 1
    assert not first.exists()
    again = run(data, "backup", "create", str(second))
    assert "is not empty" in again.stderr
