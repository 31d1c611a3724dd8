"""User commands: who may sign in to the dashboard."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, get_args

from dashboard.signin.passwords import MAX_LENGTH, hash_password
from footfall.commands import mail
from footfall.commands.context import Context
from footfall.errors import UsageError
from schema import list_sites
from schema.second_factors import list_second_factors, remove_second_factor
from schema.users import (
    Role,
    UnknownUserError,
    User,
    get_user,
    list_users,
    normal_email,
    remove_user,
    save_user,
    with_password,
)

# NIST SP 800-63B, section 3.1.1.2: at least 15 where the password is all there is.
MIN_PASSWORD_CHARACTERS: Final = 15
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")

# The account of a first start.  It is no address that mail could reach.
FIRST_OWNER_EMAIL: Final = "owner@localhost"
# 16 random bytes: as strong as a key, short enough to copy from a terminal.
_ONE_TIME_BYTES: Final = 16


def add(
    context: Context,
    email: str,
    role: str,
    password: str,
    sites: Sequence[str] = (),
    path_prefixes: Sequence[str] = (),
) -> dict[str, Any]:
    """Add a user."""
    if not _EMAIL.fullmatch(email):
        raise UsageError("e-mail: expected an address such as leyla@shop.example")
    if any(user.email == normal_email(email) for user in list_users(context.store)):
        raise UsageError("this e-mail address has an account: change it with 'footfall user set'")
    user = User(
        email=normal_email(email),
        role=_checked_role(role),
        sites=_checked_sites(context, sites),
        path_prefixes=_checked_prefixes(role, path_prefixes),
    )
    user = with_password(user, hash_password(_checked_password(password)))
    save_user(context.store, user)
    return _shown(user)


def listing(context: Context) -> list[dict[str, Any]]:
    """Return every user, and whether a second factor is on."""
    on = {factor.user for factor in list_second_factors(context.store)}
    return [_shown(user) | {"second_factor": user.id in on} for user in list_users(context.store)]


def change(
    context: Context,
    email: str,
    role: str | None = None,
    sites: Sequence[str] | None = None,
    path_prefixes: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Change what is given; every session of the user ends."""
    user = _user(context, email)
    if role is not None:
        user = replace(user, role=_checked_role(role))
    if sites is not None:
        user = replace(user, sites=_checked_sites(context, sites))
    if path_prefixes is not None or role is not None:
        prefixes = user.path_prefixes if path_prefixes is None else path_prefixes
        user = replace(user, path_prefixes=_checked_prefixes(user.role, prefixes))
    # Pages that are open show what was, and a stolen session must not grow with the role.
    user = replace(user, session_epoch=user.session_epoch + 1)
    save_user(context.store, user)
    return _shown(user)


def remove(context: Context, email: str) -> dict[str, Any]:
    """End an account and its sessions."""
    user = _user(context, email)
    remove_user(context.store, email)
    remove_second_factor(context.store, user.id)
    return _shown(user)


def password(context: Context, email: str, password: str) -> dict[str, Any]:
    """Set a user's password; every session of the user ends."""
    user = with_password(_user(context, email), hash_password(_checked_password(password)))
    save_user(context.store, user)
    mail.account_changed(context, user, "The password was set by command.")
    return _shown(user)


def reset_second_factor(context: Context, email: str) -> dict[str, Any]:
    """Turn a user's second factor off, who signs in by password alone then; sessions end."""
    user = _user(context, email)
    if not remove_second_factor(context.store, user.id):
        raise UsageError("this user has no second factor: nothing to reset")
    save_user(context.store, replace(user, session_epoch=user.session_epoch + 1))
    mail.account_changed(context, user, "Two-factor sign-in was turned off by command.")
    return _shown(user)


def first_owner(context: Context) -> dict[str, Any]:
    """Return the first start's owner with a password that works once; {} when it is not needed.

    While the owner has not set a password of their own, each start makes a new one.
    """
    users = list_users(context.store)
    waiting = [user for user in users if user.email == FIRST_OWNER_EMAIL and user.one_time]
    if users and not waiting:
        return {}
    user = waiting[0] if waiting else User(email=FIRST_OWNER_EMAIL, role="owner")
    one_time = secrets.token_urlsafe(_ONE_TIME_BYTES)
    save_user(context.store, with_password(user, hash_password(one_time), one_time=True))
    context.audit.record(actor="system", action="user", detail=f"first owner: {user.id}")
    return {"email": FIRST_OWNER_EMAIL, "password": one_time}


def _user(context: Context, email: str) -> User:
    try:
        return get_user(context.store, email)
    except UnknownUserError as error:
        raise UsageError(str(error)) from error


def _shown(user: User) -> dict[str, Any]:
    return {
        "id": str(user.id),
        "email": user.email,
        "role": user.role,
        "sites": list(user.sites),
        "path_prefixes": list(user.path_prefixes),
    }


def _checked_role(text: str) -> Role:
    for role in get_args(Role):
        if text == role:
            return role  # type: ignore[no-any-return]  # get_args has no types
    raise UsageError(f"role {text!r}: expected one of {', '.join(get_args(Role))}")


def _checked_sites(context: Context, names: Sequence[str]) -> tuple[str, ...]:
    known = {site.name for site in list_sites(context.store)}
    for name in names:
        if name not in known:
            raise UsageError(f"no site is named {name!r}: see 'footfall site list'")
    return tuple(names)


def _checked_prefixes(role: str, prefixes: Sequence[str]) -> tuple[str, ...]:
    if role == "seller" and not prefixes:
        raise UsageError("a seller needs --path-prefix: what the paths of its pages begin with")
    if role != "seller" and prefixes:
        raise UsageError("--path-prefix is for the role seller alone")
    for prefix in prefixes:
        if not prefix.startswith("/"):
            raise UsageError(f"path prefix {prefix!r}: expected one that begins with '/'")
    return tuple(prefixes)


def _checked_password(text: str) -> str:
    if len(text) < MIN_PASSWORD_CHARACTERS:
        raise UsageError(f"password: expected at least {MIN_PASSWORD_CHARACTERS} characters")
    if len(text) > MAX_LENGTH:
        raise UsageError(f"password: expected at most {MAX_LENGTH} characters")
    return text
