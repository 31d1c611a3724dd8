"""Sessions: signed cookies that say who is signed in, and the tokens of forms."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import time
from typing import Final
from uuid import UUID

import msgspec
from itsdangerous import BadData, URLSafeSerializer
from starlette.responses import Response

from schema.files import write_atomically

COOKIE: Final = "footfall_session"
FORM_COOKIE: Final = "footfall_form"  # before sign-in, what the login form's token belongs to
KEY_FILE: Final = "session.key"

# Our choice: a working day, and a week at most, also for somebody who never leaves.
IDLE_LIMIT_S: Final = 12 * 3600
ABSOLUTE_LIMIT_S: Final = 7 * 24 * 3600
# A cookie is written again when it is older than this, not with each answer.
RENEW_AFTER_S: Final = 5 * 60


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in of one user."""

    user: UUID
    epoch: int  # the user's when it began; another one ends it
    id: str
    began_at: int  # Unix seconds
    seen_at: int
    with_code: bool = False  # a second factor was shown, too


class Sessions:
    """Makes, reads and ends sessions; any number of threads may use it."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time) -> None:
        self._signer = URLSafeSerializer(key, salt="footfall.session")
        self._form_key = hmac.digest(key, b"footfall.form", "sha256")
        self._clock = clock
        self._ended: dict[str, float] = {}
        self._lock = Lock()

    def begin(self, user: UUID, epoch: int, *, with_code: bool = False) -> Session:
        """Return a new session, with an id that no earlier one had."""
        now = int(self._clock())
        random = secrets.token_urlsafe(16)
        return Session(
            user=user, epoch=epoch, id=random, began_at=now, seen_at=now, with_code=with_code
        )

    def read(self, cookie: str) -> Session | None:
        """Return the session of a cookie; None when it is not ours, over, or was ended."""
        try:
            session = msgspec.convert(self._signer.loads(cookie), Session, strict=False)
        except (BadData, msgspec.ValidationError):
            return None
        now = self._clock()
        is_over = now >= session.seen_at + IDLE_LIMIT_S or now >= self.ends_at(session)
        return None if is_over or session.id in self._ended else session

    def ends_at(self, session: Session) -> float:
        """Return the Unix time at which a session ends, whatever is done in it."""
        return session.began_at + ABSOLUTE_LIMIT_S

    def end(self, session: Session) -> None:
        """End a session here and now, for every copy of its cookie, until this process ends."""
        now = self._clock()
        with self._lock:
            kept = {key: until for key, until in self._ended.items() if until > now}
            self._ended = {**kept, session.id: self.ends_at(session)}

    def cookie(self, session: Session) -> str:
        """Return the value of a session's cookie, seen now."""
        seen = msgspec.structs.replace(session, seen_at=int(self._clock()))
        return str(self._signer.dumps(msgspec.to_builtins(seen)))

    def write(self, response: Response, session: Session, *, is_https: bool) -> None:
        """Set a session's cookie, seen now."""
        response.set_cookie(
            COOKIE,
            self.cookie(session),
            max_age=IDLE_LIMIT_S,
            path="/",
            httponly=True,
            samesite="lax",
            secure=is_https,
        )

    def is_due(self, session: Session) -> bool:
        """Return whether the cookie is to be written again."""
        return self._clock() >= session.seen_at + RENEW_AFTER_S

    def form_token(self, owner: str) -> str:
        """Return the token of forms shown to the holder of a session id or form cookie."""
        return hmac.new(self._form_key, owner.encode(), "sha256").hexdigest()

    def is_form_token(self, owner: str, token: str) -> bool:
        """Return whether a form came from a page shown to this holder."""
        expected = self.form_token(owner)
        return bool(owner) and hmac.compare_digest(expected.encode(), token.encode())


def session_key(data: Path) -> bytes:
    """Return the key that signs sessions, made at the first start and readable by us alone."""
    path = data / KEY_FILE
    if not path.exists():
        write_atomically(path, secrets.token_bytes(32))
    return path.read_bytes()
