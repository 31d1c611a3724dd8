"""Commands: what the command line can ask of a store, each a function of a context and arguments.

They run in the store process when it is there and in the command's own process otherwise, so
arguments and results are made of JSON's types alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from footfall.commands import (
    audit,
    backups,
    consent,
    doctor,
    encryption,
    exports,
    governance,
    holds,
    imports,
    inbox,
    mail,
    notice,
    privacy,
    retention,
    sites,
    sql,
    tokens,
    users,
)
from footfall.commands.context import Context
from footfall.commands.notes import note, subject_of
from footfall.errors import UsageError

_T = TypeVar("_T")

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
    "user_reset_2fa": users.reset_second_factor,
    "first_owner": users.first_owner,
    "token_add": tokens.add,
    "token_list": tokens.listing,
    "token_remove": tokens.remove,
    "backup_create": backups.create,
    "backup_list": backups.listing,
    "consent_receipts": consent.receipts,
    "doctor": doctor.examine,
    "audit_verify": audit.verify,
    "audit_list": audit.listing,
    "privacy_report": governance.report,
    "privacy_record": governance.record,
    "encryption_rotate": encryption.rotate,
    "export_plan": exports.plan,
    "import_site": imports.site,
    "import_survey": imports.survey,
    "import_begin": imports.begin,
    "import_rows": imports.take_rows,
    "import_figures": imports.take_figures,
    "import_close": imports.close,
    "import_finish": imports.finish,
    "import_undo": imports.undo,
    "import_list": imports.listing,
    "requests_list": inbox.listing,
    "requests_show": inbox.show,
    "requests_file": inbox.file,
    "mail_test": mail.test,
    "mail_report": mail.report,
    "hold_add": holds.add,
    "hold_look": holds.look,
    "hold_list": holds.listing,
    "hold_end": holds.end,
    "notice_announce": notice.announce,
    "notice_list": notice.listing,
    "notice_show": notice.show,
    "notice_cancel": notice.cancel,
    "privacy_look": privacy.look,
    "privacy_outcome": privacy.outcome,
    "privacy_receipt": privacy.receipt,
    "privacy_erase": privacy.erase,
    "privacy_restrict": privacy.restrict,
    "privacy_release": privacy.release,
    "privacy_correct": privacy.correct,
    "privacy_catch_up": privacy.catch_up,
    "retention_report": retention.listing,
}

# What answers with bytes.
_STREAMS: Final[Mapping[str, Callable[..., Iterator[bytes]]]] = {
    "export_part": exports.part,
    "sql": sql.answer,
    "retention_run": retention.run,
}


def run_command(context: Context, name: str, arguments: Mapping[str, Any]) -> Any:
    """Return the result of the command; what it changed is published to collectors at once.

    Raises UsageError for an unknown command or arguments, CommandError or SchemaError when it
    cannot be done.
    """
    run = _bound(_COMMANDS, context, name, arguments)
    # A removed user or token is found no more.
    subject = subject_of(context, name, arguments)
    result = run()
    note(context, name, arguments, subject)
    context.publish()
    return result


def open_stream(context: Context, name: str, arguments: Mapping[str, Any]) -> Iterator[bytes]:
    """Return what a command that answers with bytes gives, as it is made.

    Raises UsageError for an unknown command or arguments; CommandError and SchemaError may come
    with any piece.
    """
    return _bound(_STREAMS, context, name, arguments)()


def _bound(
    commands: Mapping[str, Callable[..., _T]],
    context: Context,
    name: str,
    arguments: Mapping[str, Any],
) -> Callable[[], _T]:
    command = commands.get(name)
    if command is None:
        raise UsageError(f"unknown command {name!r}")
    try:
        inspect.signature(command).bind(context, **arguments)
    except TypeError as error:
        raise UsageError(f"{name}: {error}") from error
    return partial(command, context, **arguments)


__all__ = ["Context", "open_stream", "run_command"]
