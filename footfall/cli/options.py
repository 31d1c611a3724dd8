"""Options: what every command takes, and the desk where it asks the store and prints the answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Concatenate, TypeVar

import click

from footfall.config import Config, from_environ
from footfall.control import call, call_long

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Desk:
    """Where a command asks the store that its options name, and prints the answer."""

    data: Path | None
    clickhouse_url: str | None
    as_json: bool

    @cached_property
    def config(self) -> Config:
        """What `configuration` returns, read when it is first wanted; raises ConfigError."""
        return configuration(self.data, self.clickhouse_url)

    def call(self, command: str, **arguments: Any) -> Any:
        """Run a command as `control.call` does; of what repeats, it is told a list."""
        return call(self.config, command, **_listed(arguments))

    def call_long(self, command: str, **arguments: Any) -> Any:
        """Run a command that may take hours, as `call` does."""
        return call_long(self.config, command, **_listed(arguments))

    def answer(self, command: str, columns: Sequence[str] = (), **arguments: Any) -> None:
        """Run a command and show its result."""
        self.show(self.call(command, **arguments), columns)

    def show(self, result: Any, columns: Sequence[str] = ()) -> None:
        """Print a command's result: JSON, a table of `columns`, or one line a key."""
        if self.as_json:
            click.echo(json.dumps(result, ensure_ascii=False, indent=2))
        elif isinstance(result, list):
            _show_table(result, columns)
        else:
            width = max(map(len, result), default=0)
            for key, value in result.items():
                click.echo(f"{key:<{width}}  {_text(value)}".rstrip())


def at_desk(command: Callable[Concatenate[Desk, ...], None]) -> Callable[..., None]:
    """Add `--json`, `--data` and `--clickhouse`, and give the command a desk in their place."""

    @json_option
    @store_options
    @wraps(command)
    def run(data: Path | None, clickhouse_url: str | None, as_json: bool, **given: Any) -> None:
        command(Desk(data, clickhouse_url, as_json), **given)

    return run


def store_options(command: _F) -> _F:
    """Add `--data` and `--clickhouse`, which say what a command works on."""
    for option in (
        click.option(
            "--clickhouse", "clickhouse_url", metavar="URL", help="A ClickHouse server's URL."
        ),
        click.option("--data", type=click.Path(path_type=Path), help="The data directory."),
    ):
        command = option(command)
    return command


def json_option(command: _F) -> _F:
    """Add `--json`: machine-readable output."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def configuration(data: Path | None, clickhouse_url: str | None, **given: Any) -> Config:
    """Return the configuration of the environment and the options; options win."""
    return from_environ(os.environ, data=data, clickhouse_url=clickhouse_url, **given)


def changes_in(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given; what is not given stays as it is."""
    return {
        key: value
        for key, value in given.items()
        # 0 is given, and may be refused.
        if value is not None and value is not False and value != ()
    }


def _listed(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in arguments.items()
    }


def _show_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    table = [list(columns), *([_text(row[column]) for column in columns] for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*table, strict=True)]
    for cells in table:
        line = "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
        click.echo(line.rstrip())


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
