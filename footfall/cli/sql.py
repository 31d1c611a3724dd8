"""SQL command of the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from footfall.cli.options import configuration, store_options
from footfall.control import reach
from footfall.errors import UsageError


@click.command("sql")
@click.argument("text", metavar="QUERY")
@click.option(
    "--format",
    "output_format",
    default="PrettyCompactMonoBlock",
    help="One of the engine's output formats, such as CSVWithNames, JSON or Parquet.",
)
@click.option(
    "--param", "parameters", multiple=True, metavar="NAME=VALUE", help="Fills {NAME:Type}; repeats."
)
@click.option("--purpose", default="", help="Why you ask; stands in the audit log.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format JSON.")
@store_options
def sql(
    data: Path | None,
    clickhouse_url: str | None,
    text: str,
    output_format: str,
    parameters: tuple[str, ...],
    purpose: str,
    as_json: bool,
) -> None:
    """Ask the store a question in SQL; it reads the views of docs/data.md, and changes nothing."""
    question = sys.stdin.read() if text == "-" else text
    with reach(configuration(data, clickhouse_url)) as store:
        pieces = store.stream(
            "sql",
            text=question,
            output_format="JSON" if as_json else output_format,
            parameters=dict(map(_parameter, parameters)),
            purpose=purpose,
        )
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


def _parameter(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier():
        raise UsageError(f"--param {text!r}: expected NAME=VALUE, as in site=shop.example")
    return name, value
