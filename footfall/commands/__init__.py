"""Commands: what the command line can ask of a store, each a function of a context and arguments.

They run in the store process when it is there and in the command's own process otherwise, so
arguments and results are made of JSON's types alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from footfall.commands import doctor, sites, tokens, users
from footfall.commands.context import Context
from footfall.errors import UsageError

_COMMANDS: Final[Mapping[str, Callable[..., Any]]] = {
    "site_add": sites.add,
    "site_list": sites.listing,
    "site_show": sites.show,
    "site_set": sites.change,
    "site_remove": sites.remove,
    "user_add": users.add,
    "user_list": users.listing,
    "user_set": users.change,
    "user_remove": users.remove,
    "user_password": users.password,
    "first_owner": users.first_owner,
    "token_add": tokens.add,
    "token_list": tokens.listing,
    "token_remove": tokens.remove,
    "doctor": doctor.examine,
}


def run_command(context: Context, name: str, arguments: Mapping[str, Any]) -> Any:
    """Return the result of the command; what it changed is published to collectors at once.

    Raises UsageError for an unknown command or arguments, CommandError or SchemaError when it
    cannot be done.
    """
    command = _COMMANDS.get(name)
    if command is None:
        raise UsageError(f"unknown command {name!r}")
    try:
        inspect.signature(command).bind(context, **arguments)
    except TypeError as error:
        raise UsageError(f"{name}: {error}") from error
    result = command(context, **arguments)
    context.publish()
    return result


__all__ = ["Context", "run_command"]
