"""Token commands: what programs show instead of a password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from footfall.commands.context import Context
from footfall.errors import UsageError
from schema import list_sites
from schema.tokens import (
    Scope,
    Token,
    UnknownTokenError,
    list_tokens,
    new_token,
    remove_token,
    save_token,
)


def add(context: Context, name: str, scope: str, sites: Sequence[str] = ()) -> dict[str, Any]:
    """Add a token; the result holds its secret, which nothing shows again."""
    if any(token.name == name for token in list_tokens(context.store)):
        raise UsageError(f"a token is named {name!r} already: choose another name")
    known = {site.name for site in list_sites(context.store)}
    for site in sites:
        if site not in known:
            raise UsageError(f"no site is named {site!r}: see 'footfall site list'")
    token, secret = new_token(name, _checked_scope(scope), tuple(sites))
    save_token(context.store, token)
    return _shown(token) | {"token": secret}


def listing(context: Context) -> list[dict[str, Any]]:
    """Return every token, without its secret."""
    return [_shown(token) for token in list_tokens(context.store)]


def remove(context: Context, name: str) -> dict[str, Any]:
    """End a token."""
    try:
        remove_token(context.store, name)
    except UnknownTokenError as error:
        raise UsageError(str(error)) from error
    return {"name": name}


def _shown(token: Token) -> dict[str, Any]:
    return {"name": token.name, "scope": token.scope, "sites": list(token.sites)}


def _checked_scope(text: str) -> Scope:
    for scope in get_args(Scope):
        if text == scope:
            return scope  # type: ignore[no-any-return]  # get_args has no types
    raise UsageError(f"scope {text!r}: expected one of {', '.join(get_args(Scope))}")
