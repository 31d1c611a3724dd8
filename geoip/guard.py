"""Guard: a database file's check, in a process whose end is not ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

from geoip.errors import DatabaseError

# Our choice: DB-IP City Lite takes 0.3 s; a cold file on a slow disk a hundred times that.
CHECK_TIMEOUT_S = 60

_ROOT = Path(__file__).resolve().parents[1]


def check_file(path: Path) -> None:
    """Have `geoip.check` look up a sample in the file at `path`, in a child process.

    Raises DatabaseError when it refuses the file, crashes or does not end, or cannot be started.
    A path with no file passes: opening it fails. Between the addresses of the sample there may be
    damage all the same.
    """
    if not path.is_file():
        return  # Opening it says so, and needs no child to.
    # Our import path and nothing of the working directory: the child runs the code that we run.
    # Having the path whole it needs no `site`, which would take a sixth of its time.
    folders = [str(_ROOT), *filter(None, sys.path)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(folders)}
    command = [sys.executable, "-S", "-P", "-m", "geoip.check", str(path)]
    try:
        done = subprocess.run(
            command, env=environment, timeout=CHECK_TIMEOUT_S, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _damage(path, f"looking up took over {CHECK_TIMEOUT_S} s") from None
    except (OSError, ValueError) as error:
        raise DatabaseError(
            f"{path} could not be checked ({error}): is there memory for another process?"
        ) from error
    problem = _problem(path, done)
    if problem:
        raise DatabaseError(problem)


def _problem(path: Path, done: subprocess.CompletedProcess[bytes]) -> str:
    try:
        return str(json.loads(done.stdout)["problem"])
    except (ValueError, KeyError, TypeError):
        raise _damage(path, f"looking up ended the check with status {done.returncode}") from None


def _damage(path: Path, what: str) -> DatabaseError:
    return DatabaseError(f"{path} is damaged inside ({what}): fetch it again")
