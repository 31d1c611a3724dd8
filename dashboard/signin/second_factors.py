"""Second factors: turning them on and off and asking for them, each step noted in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Final, Literal, TypeAlias
from uuid import UUID

import structlog

from dashboard.signin.codes import (
    matching_step,
    new_recovery_codes,
    recovery_hash,
    without_code,
)
from privacy.audit import AuditLog
from schema import SchemaError, Store, StoreError
from schema.keys import Keys
from schema.second_factors import (
    SecondFactor,
    find_second_factor,
    opened_secret,
    remove_second_factor,
    save_second_factor,
    sealed_secret,
)
from schema.users import User, get_user_by_id, save_user

CodeKind: TypeAlias = Literal["app", "recovery"]

_log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TurnedOn:
    """A second factor that is on from now."""

    user: User  # with every earlier session ended
    recovery_codes: list[str]  # to be shown once


class SecondFactors:
    """Everybody's; any number of threads may use it."""

    def __init__(
        self, store: Store, audit: AuditLog, keys: Keys, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._audit = audit
        self._keys = keys
        self._clock = clock
        self._lock = Lock()

    def codes_left(self, user: UUID) -> int | None:
        """Return how many recovery codes are unused; None when the factor is off."""
        factor = find_second_factor(self._store, user)
        return None if factor is None else len(factor.recovery_hashes)

    def take(self, user: User, given: str) -> CodeKind | None:
        """Use up a code of the user's; None when it is none, or was used before."""
        with self._lock:
            factor = find_second_factor(self._store, user.id)
            if factor is None:
                return None
            step = self._step(factor, given)
            left = without_code(factor.recovery_hashes, given)
            if step is not None and step > factor.used_step:
                save_second_factor(self._store, replace(factor, used_step=step))
                return "app"
            if left is not None:
                save_second_factor(self._store, replace(factor, recovery_hashes=left))
                self._note(user, "recovery_code_used", f"{len(left)} left")
                return "recovery"
        # A code that was taken before may have been read over a shoulder.
        self._note(user, "second_factor_failed" if step is None else "second_factor_reused")
        return None

    def turn_on(self, user: User, secret: str, code: str) -> TurnedOn | None:
        """Keep a new secret once the app shows its code; None when it is another one, or on."""
        with self._lock:
            step = matching_step(secret, code, self._clock())
            if step is None or find_second_factor(self._store, user.id) is not None:
                self._note(user, "second_factor_failed", "turning it on")
                return None
            codes = new_recovery_codes()
            factor = SecondFactor(
                user=user.id,
                secret=sealed_secret(self._keys, user.id, secret),
                used_step=step,
                recovery_hashes=tuple(map(recovery_hash, codes)),
            )
            save_second_factor(self._store, factor)
        self._note(user, "second_factor_on")
        return TurnedOn(self._with_sessions_ended(user), codes)

    def turn_off(self, user: User) -> User:
        """Ask for no code any more; every session of the user ends."""
        with self._lock:
            remove_second_factor(self._store, user.id)
        self._note(user, "second_factor_off")
        return self._with_sessions_ended(user)

    def renew_codes(self, user: User) -> list[str]:
        """Return new recovery codes, to be shown once; those before are of no use any more."""
        codes = new_recovery_codes()
        with self._lock:
            factor = find_second_factor(self._store, user.id)
            if factor is None:
                return []
            hashes = tuple(map(recovery_hash, codes))
            save_second_factor(self._store, replace(factor, recovery_hashes=hashes))
        self._note(user, "recovery_codes_made")
        return codes

    def _step(self, factor: SecondFactor, code: str) -> int | None:
        try:
            secret = opened_secret(self._keys, factor)
        except StoreError:
            raise
        except SchemaError as error:
            # Recovery codes still work; 'footfall user reset-2fa' is the other way.
            _log.warning("second_factor_not_opened", user=str(factor.user), reason=str(error))
            return None
        return matching_step(secret, code, self._clock())

    def _with_sessions_ended(self, user: User) -> User:
        current = get_user_by_id(self._store, user.id)
        ended = replace(current, session_epoch=current.session_epoch + 1)
        save_user(self._store, ended)
        return ended

    def _note(self, user: User, action: str, detail: str = "") -> None:
        self._audit.record(actor=str(user.id), action=action, detail=detail)
