"""Installing swaps one checked set of databases for another, whole, while a Locator runs."""

import ipaddress
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geoip import DatabaseError, Locator, StorageError, install
from geoip.installed import MANIFEST_NAME
from tests.geoip.databases import (
    Row,
    build_city_mmdb,
    build_demo_mmdb,
    build_flat_v4_mmdb,
    build_flat_v6_mmdb,
    build_record_mmdb,
)


def country_at(locator: Locator, address: str) -> str:
    return locator.locate(ipaddress.ip_address(address)).country


def database_of(folder: Path, country: str) -> Path:
    return build_city_mmdb(folder / f"{country}.mmdb", [Row("192.0.2.0/24", country)])


@pytest.fixture(scope="module")
def set_of_az(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed set to copy: names in it hold no directory."""
    folder = tmp_path_factory.mktemp("az")
    install([database_of(folder, "AZ")], folder / "geoip")
    return folder / "geoip"


def test_an_installed_database_is_found_by_its_directory(tmp_path: Path) -> None:
    directory = tmp_path / "data" / "geoip"
    [status] = install([build_demo_mmdb(tmp_path / "demo.mmdb")], directory)
    assert (status.type, status.problem) == ("GeoLite2-City", "")
    assert status.path.parent == directory
    assert country_at(Locator([], directory=directory), "192.0.2.1") == "AZ"


def test_who_made_a_flat_database_is_known_by_its_name(tmp_path: Path) -> None:
    for name, url in [
        ("dbip-city-ipv4", "https://db-ip.com"),
        ("geolite2-city-ipv4", "https://www.maxmind.com"),
        ("others", ""),
    ]:
        file = build_flat_v4_mmdb(tmp_path / f"{name}.mmdb", [Row("192.0.2.0/24", "AZ")])
        [status] = install([file], tmp_path / "geoip")
        assert status.attribution.url == url


def test_explicit_paths_outrank_the_installed_set(tmp_path: Path) -> None:
    install([database_of(tmp_path, "AZ")], tmp_path / "geoip")
    locator = Locator([database_of(tmp_path, "TR")], directory=tmp_path / "geoip")
    assert country_at(locator, "192.0.2.1") == "TR"


def test_two_families_are_installed_as_one_set(tmp_path: Path) -> None:
    v4 = build_flat_v4_mmdb(tmp_path / "v4.mmdb", [Row("192.0.2.0/24", "AZ")])
    v6 = build_flat_v6_mmdb(tmp_path / "v6.mmdb", [Row("2001:db8::/32", "TR")])
    assert [status.ip_version for status in install([v4, v6], tmp_path / "geoip")] == [4, 6]
    locator = Locator([], directory=tmp_path / "geoip")
    assert country_at(locator, "192.0.2.1") == "AZ"
    assert country_at(locator, "2001:db8::1") == "TR"


def test_a_running_locator_takes_up_the_new_set_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoip.lookup.CHECK_INTERVAL_S", 0.05)
    directory = tmp_path / "geoip"
    install([database_of(tmp_path, "AZ")], directory)
    locator = Locator([], directory=directory)
    assert country_at(locator, "192.0.2.1") == "AZ"
    install([database_of(tmp_path, "TR")], directory)
    end = time.monotonic() + 15
    while country_at(locator, "192.0.2.1") != "TR":
        assert time.monotonic() < end, "the new set was not noticed"


def test_the_set_before_is_removed_and_nothing_of_an_interrupted_install_stays(
    tmp_path: Path,
) -> None:
    directory = tmp_path / "geoip"
    install([database_of(tmp_path, "AZ")], directory)
    (directory / ".incoming-1.mmdb").write_bytes(b"half a fi")
    (directory / "mine.mmdb").write_bytes(b"the owner's own")
    [status] = install([database_of(tmp_path, "TR")], directory)
    assert {path.name for path in directory.iterdir()} == {
        *(status.path.name, MANIFEST_NAME, ".lock", "mine.mmdb"),
    }


def test_installing_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    file = database_of(tmp_path, "AZ")
    first = install([file], tmp_path / "geoip")
    again = install([file, file], tmp_path / "geoip")
    assert [status.path for status in again] == [status.path for status in first]


@pytest.mark.parametrize("bad", ["text", "empty", "truncated", "folder", "missing", "anonymous"])
def test_a_file_that_cannot_be_used_leaves_the_set_before(
    tmp_path: Path, set_of_az: Path, bad: str
) -> None:
    directory = shutil.copytree(set_of_az, tmp_path / "geoip")
    before = Locator([], directory=directory).status()
    file = tmp_path / "bad.mmdb"
    if bad == "text":
        file.write_text("no database " * 1_000)
    elif bad == "empty":
        file.touch()
    elif bad == "truncated":
        whole = build_demo_mmdb(tmp_path / "whole.mmdb").read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
    elif bad == "folder":
        file.mkdir()
    elif bad == "anonymous":
        build_record_mmdb(file, "192.0.2.0/24", {"is_anonymous": True})
    with pytest.raises(DatabaseError) as refused:
        install([file], directory)
    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)
    locator = Locator([], directory=directory)
    assert country_at(locator, "192.0.2.1") == "AZ"
    assert [status.path for status in locator.status()] == [status.path for status in before]
    assert not list(directory.glob(".incoming-*"))


def test_a_file_built_in_the_future_is_refused(tmp_path: Path) -> None:
    file = database_of(tmp_path, "AZ")
    last_week = datetime.now(UTC) - timedelta(days=7)
    with pytest.raises(DatabaseError, match="still to come"):
        install([file], tmp_path / "geoip", now=last_week)


@pytest.mark.parametrize("count", [0, 5])
def test_a_set_has_one_to_four_files(tmp_path: Path, count: int) -> None:
    with pytest.raises(DatabaseError, match="expected 1 to 4"):
        install([database_of(tmp_path, "AZ")] * count, tmp_path / "geoip")


def test_a_directory_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "geoip").write_text("a file in the way")
    with pytest.raises(StorageError, match="could not be stored"):
        install([database_of(tmp_path, "AZ")], tmp_path / "geoip")


@pytest.mark.parametrize(
    "manifest",
    [
        *("", "{", "[]", '{"files": 1}', '{"files": ["name.mmdb"]}', "\xff"),
        '{"files": [{"name": "../../etc/passwd", "sha256": "", "size_bytes": 1}]}',
    ],
)
def test_a_broken_manifest_is_reported_and_read_no_further(
    tmp_path: Path, set_of_az: Path, manifest: str
) -> None:
    directory = shutil.copytree(set_of_az, tmp_path / "geoip")
    (directory / MANIFEST_NAME).write_text(manifest, encoding="latin-1")
    locator = Locator([], directory=directory)
    assert country_at(locator, "192.0.2.1") == ""
    [status] = locator.status()
    assert "install them again" in status.problem


def test_installing_again_mends_a_broken_manifest(tmp_path: Path, set_of_az: Path) -> None:
    directory = shutil.copytree(set_of_az, tmp_path / "geoip")
    (directory / MANIFEST_NAME).write_text("{")
    locator = Locator([], directory=directory)
    install([database_of(tmp_path, "TR")], directory)
    locator.reload()
    assert country_at(locator, "192.0.2.1") == "TR"


def test_one_bad_file_of_two_leaves_the_set_before(tmp_path: Path, set_of_az: Path) -> None:
    directory = shutil.copytree(set_of_az, tmp_path / "geoip")
    (tmp_path / "bad.mmdb").write_text("no database")
    with pytest.raises(DatabaseError):
        install([database_of(tmp_path, "TR"), tmp_path / "bad.mmdb"], directory)
    assert country_at(Locator([], directory=directory), "192.0.2.1") == "AZ"
