"""Second factors: what each user's app shares with us, sealed where there are keys."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from schema.keys import Keys
from schema.sealing import Sealer, open_sealed
from schema.store import Store

# What its keys are derived for.
_USE: Final = b"second factor"
# What a sealed secret begins with; base32 has no colon.
_MARK: Final = "sealed:"
_COLUMNS: Final = ("user", "secret", "used_step", "recovery_hashes", "changed_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """One user's."""

    user: UUID
    secret: str = field(repr=False)  # as `sealed_secret` gave it
    used_step: int  # of the last code that was taken: it and earlier ones are used up
    recovery_hashes: tuple[str, ...] = field(default=(), repr=False)  # of codes not used yet


def list_second_factors(store: Store) -> list[SecondFactor]:
    """Return every second factor that is on, by user."""
    return [
        SecondFactor(user=user, secret=secret, used_step=step, recovery_hashes=tuple(hashes))
        for user, secret, step, hashes in store.run("schema.queries", "list_second_factors")
    ]


def find_second_factor(store: Store, user: UUID) -> SecondFactor | None:
    """Return a user's second factor; None when it is off."""
    return next((each for each in list_second_factors(store) if each.user == user), None)


def save_second_factor(store: Store, factor: SecondFactor) -> None:
    """Write a second factor as it is from now on."""
    row = [factor.user, factor.secret, factor.used_step, list(factor.recovery_hashes)]
    store.insert("user_second_factors", _COLUMNS, [[*row, datetime.now(UTC)]])


def remove_second_factor(store: Store, user: UUID) -> bool:
    """Turn a user's second factor off; return whether it was on."""
    if find_second_factor(store, user) is None:
        return False
    save_second_factor(store, SecondFactor(user=user, secret="", used_step=0))
    return True


def sealed_secret(keys: Keys, user: UUID, secret: str) -> str:
    """Return a secret as it is kept; it opens for this user alone.  Without keys, as it is."""
    if not keys:
        return secret
    sealed = Sealer(keys, _USE).seal(secret.encode(), user.bytes)
    return _MARK + b64encode(sealed).decode()


def opened_secret(keys: Keys, factor: SecondFactor) -> str:
    """Return what `sealed_secret` was given; raises SealError and MissingKeyError."""
    if not factor.secret.startswith(_MARK):
        return factor.secret
    sealed = b64decode(factor.secret.removeprefix(_MARK))
    return open_sealed(keys, _USE, sealed, factor.user.bytes).decode()


def seal_second_factors_again(store: Store, keys: Keys) -> int:
    """Seal every secret with the key that writes; return how many.

    Raises MissingKeyError, with those before it done, when one needs a key that was not given.
    """
    found = list_second_factors(store)
    for factor in found:
        secret = sealed_secret(keys, factor.user, opened_secret(keys, factor))
        save_second_factor(store, replace(factor, secret=secret))
    return len(found)
