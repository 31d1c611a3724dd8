"""Accounts: signing in and choosing a password, each noted in the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from dashboard.signin.passwords import hash_password, is_password
from dashboard.signin.second_factors import CodeKind, SecondFactors
from privacy.audit import AuditLog
from schema import Store
from schema.users import UnknownUserError, User, get_user, get_user_by_id, save_user, with_password


@dataclass(frozen=True, slots=True)
class PasswordTaken:
    """Somebody who gave the right password."""

    user: User
    needs_code: bool  # of the second factor, before a session begins


@dataclass(frozen=True, slots=True)
class CodeTaken:
    """Somebody who gave a right code, too."""

    user: User
    kind: CodeKind


class Accounts:
    """What a person may do with an account; calls block for as long as argon2 takes."""

    def __init__(self, store: Store, audit: AuditLog, second_factors: SecondFactors) -> None:
        self._store = store
        self._audit = audit
        self._second_factors = second_factors
        self._lock = Lock()

    def sign_in(self, email: str, password: str) -> PasswordTaken | None:
        """Return the user as the new session begins; None when address and password do not match.

        A password that works once is used up by it.
        """
        user = self._find(email)
        is_right = is_password(user.password_hash if user else "", password)
        if user is not None and is_right and user.one_time:
            user = self._use_up(user)
        if user is None or not is_right:
            # Of somebody unknown not even a hash of the address is kept.
            self._audit.record(actor=str(user.id) if user else "", action="sign_in_failed")
            return None
        needs_code = self._second_factors.codes_left(user.id) is not None
        action = "password_accepted" if needs_code else "sign_in"
        self._audit.record(actor=str(user.id), action=action)
        return PasswordTaken(user, needs_code)

    def sign_in_with_code(self, user_id: UUID, epoch: int, code: str) -> CodeTaken | None:
        """Return the user as the session begins, and the code's kind; None for a wrong code.

        `epoch` is the user's when the password was given: a password that was changed since then
        is to be given first.  Raises UnknownUserError.
        """
        user = get_user_by_id(self._store, user_id)
        if user.session_epoch != epoch or not (kind := self._second_factors.take(user, code)):
            return None
        self._audit.record(actor=str(user.id), action="sign_in", detail="with a second factor")
        return CodeTaken(user, kind)

    def is_confirmed(self, user: User, password: str) -> bool:
        """Return whether who asks for a change knows the password; noted when not."""
        is_right = is_password(user.password_hash, password)
        if not is_right:
            self._audit.record(actor=str(user.id), action="confirmation_failed")
        return is_right

    def sign_out(self, user: User) -> None:
        """Note that a user's session was ended by its holder."""
        self._audit.record(actor=str(user.id), action="sign_out")

    def change_password(self, user: User, current: str, password: str) -> User | None:
        """Return the user with another password; None when the current one is not `current`.

        Where there is none, as after a password that worked once, none is asked for.  All
        sessions of the user end.
        """
        if user.password_hash and not is_password(user.password_hash, current):
            self._audit.record(actor=str(user.id), action="password_change_failed")
            return None
        changed = with_password(user, hash_password(password))
        save_user(self._store, changed)
        self._audit.record(actor=str(user.id), action="password_changed")
        return changed

    def _find(self, email: str) -> User | None:
        try:
            return get_user(self._store, email)
        except UnknownUserError:
            return None

    def _use_up(self, user: User) -> User | None:
        """Take away a password that works once; None when another sign-in was first."""
        with self._lock:
            current = get_user_by_id(self._store, user.id)
            if current.password_hash != user.password_hash:
                return None
            used = with_password(current, "")
            save_user(self._store, used)
            return used
