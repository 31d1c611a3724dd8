"""Secret check: no tracked file holds what looks like a secret, but for those that are listed.

python -m tests.security.check_secrets
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

ROOT: Final = Path(__file__).parents[2]
ALLOWED: Final = Path(__file__).parent / "allowed_secrets.tsv"
# Hashes of packages and of nothing else; a picture's bytes are no words.
_SKIPPED: Final = ("requirements/", "dashboard/frontend/package-lock.json", ".png", ".ico", ".mmdb")


def allowed() -> set[tuple[str, str]]:
    """Return the file and the kind of each finding that is no secret."""
    lines = ALLOWED.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {(path, kind) for path, kind, _ in rows}


def findings(paths: list[str]) -> set[tuple[str, str]]:
    """Return the file and the kind of whatever looks like a secret."""
    found = SecretsCollection(root=str(ROOT))
    with default_settings():
        for path in paths:
            if not path.startswith(_SKIPPED) and not path.endswith(_SKIPPED):
                found.scan_file(path)
    return {(path, secret.type) for path, secret in found}


def main() -> None:
    """Print what is new or no longer there; exit 1 when something is new."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = findings(listed.stdout.rstrip("\0").split("\0"))
    new = found - allowed()
    for path, kind in sorted(new):
        sys.stdout.write(f"{path}: {kind}: take it out, or list it in {ALLOWED.name}\n")
    sys.exit(1 if new else 0)


if __name__ == "__main__":
    main()
