"""Node client: ClickHouse's own client for Node, installed as its lock file says.

`python -m tests.door.node_client` makes sure that it is there, before the tests need it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

from footfall.node import install, node, run

_SOURCE: Final = Path(__file__).with_name("node")


def ask(url: str, user: str, token: str) -> Any:
    """Return what the client got for its questions."""
    packages = install(_SOURCE)
    # Beside the packages, where Node looks for them from.
    shutil.copy(_SOURCE / "ask.mjs", packages / "ask.mjs")
    return json.loads(run([node(), "ask.mjs", url, user, token], packages))


if __name__ == "__main__":
    install(_SOURCE)
