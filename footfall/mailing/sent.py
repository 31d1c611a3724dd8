"""Sent: what was mailed to which user, kept so that no restart mails it again.

Users and requests stand there by their ids alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from footfall.mailing.server import MailError
from schema.files import write_atomically

# The key of failures that are the server's, not a user's.
SERVER: Final = ""
# Our choice: a server that restarts is back in a minute, and one that is away all night gets a
# dozen tries from us.
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=1)


class Failure(msgspec.Struct, frozen=True):
    """Tries without success, and when the next one is due."""

    count: int
    at: datetime
    again_at: datetime
    reason: str


class Sent(msgspec.Struct):
    """Everything by user id."""

    stages: dict[str, dict[str, str]] = {}  # to request id to the last stage that was told
    mailed_at: dict[str, datetime] = {}  # the last reminder
    reported: dict[str, str] = {}  # the last month, such as "2026-11", of which a report went out
    failures: dict[str, Failure] = {}

    def is_waiting(self, key: str, now: datetime) -> bool:
        """Tell whether it is too early for another try."""
        failure = self.failures.get(key)
        return failure is not None and now < failure.again_at

    def fail(self, key: str, reason: str, now: datetime) -> Failure:
        """Note a failure; each doubles the time until the next try."""
        count = self.failures[key].count + 1 if key in self.failures else 1
        wait = min(_FIRST_WAIT * 2 ** min(count - 1, 10), _LONGEST_WAIT)
        self.failures[key] = Failure(count, now, now + wait, reason)
        return self.failures[key]

    def succeed(self, user: str) -> None:
        """Forget what failed before."""
        self.failures.pop(user, None)
        self.failures.pop(SERVER, None)


def load_sent(path: Path) -> Sent:
    """Return what stands at a path, nothing when there is no file; raises MailError, OSError."""
    if not path.exists():
        return Sent()
    try:
        return msgspec.json.decode(path.read_bytes(), type=Sent)
    except msgspec.MsgspecError:
        raise MailError(
            f"{path.name} cannot be read: remove it, and open requests are told of once more"
        ) from None


def save_sent(path: Path, sent: Sent) -> None:
    """Write it down, and return when it is on the disk; raises OSError."""
    write_atomically(path, msgspec.json.encode(sent))
