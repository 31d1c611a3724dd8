"""Options: what every command takes, and how every command prints."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from footfall.config import Config, from_environ

_F = TypeVar("_F", bound=Callable[..., Any])


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


def show(result: Any, *, as_json: bool, columns: Sequence[str] = ()) -> None:
    """Print a command's result: JSON, a table of `columns`, or one line a key."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    elif isinstance(result, list):
        _show_table(result, columns)
    else:
        width = max(map(len, result), default=0)
        for key, value in result.items():
            click.echo(f"{key:<{width}}  {_text(value)}".rstrip())


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
