"""Second step: who gave the right password and has yet to give a code, as a signed cookie."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import Final
from uuid import UUID

import msgspec
from itsdangerous import BadData, URLSafeSerializer
from starlette.responses import Response

from schema.users import User

STEP_COOKIE: Final = "footfall_step"
# Our choice: time to find the telephone.
LIFETIME_S: Final = 5 * 60


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who gave a password."""

    user: UUID
    epoch: int  # the user's then; another one ends it
    next_page: str
    began_at: int  # Unix seconds


class SecondStep:
    """Makes and reads the cookies; any number of threads may use it."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time) -> None:
        self._signer = URLSafeSerializer(key, salt="footfall.second-step")
        self._clock = clock

    def write(self, response: Response, user: User, next_page: str, *, is_https: bool) -> None:
        """Set the cookie of somebody who gave the right password just now."""
        waiting = Waiting(
            user=user.id,
            epoch=user.session_epoch,
            next_page=next_page,
            began_at=int(self._clock()),
        )
        response.set_cookie(
            STEP_COOKIE,
            str(self._signer.dumps(msgspec.to_builtins(waiting))),
            max_age=LIFETIME_S,
            path="/login",
            httponly=True,
            samesite="strict",
            secure=is_https,
        )

    def read(self, cookie: str) -> Waiting | None:
        """Return who waits; None when the cookie is not ours, or too old."""
        try:
            waiting = msgspec.convert(self._signer.loads(cookie), Waiting, strict=False)
        except (BadData, msgspec.ValidationError):
            return None
        return waiting if self._clock() < waiting.began_at + LIFETIME_S else None

    def remove(self, response: Response) -> None:
        """Take the cookie away."""
        response.delete_cookie(STEP_COOKIE, path="/login", httponly=True, samesite="strict")
