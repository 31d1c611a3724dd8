"""Accounts: signing in and choosing a password, each noted in the audit log."""

from __future__ import annotations

from threading import Lock

from dashboard.signin.passwords import hash_password, is_password
from privacy.audit import AuditLog
from schema import Store
from schema.users import UnknownUserError, User, get_user, get_user_by_id, save_user, with_password


class Accounts:
    """What a person may do with an account; calls block for as long as argon2 takes."""

    def __init__(self, store: Store, audit: AuditLog) -> None:
        self._store = store
        self._audit = audit
        self._lock = Lock()

    def sign_in(self, email: str, password: str) -> User | None:
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
        self._audit.record(actor=str(user.id), action="sign_in")
        return user

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
