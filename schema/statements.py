"""Statements: the SQL texts that stand in `.sql` files beside the code that runs them."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def statement(package: str, name: str) -> str:
    """Return the text of `name`.sql in `package`, read once.

    `package` is dotted, as in "schema.queries"; raises FileNotFoundError for an unknown name.
    """
    return resources.files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def split_statements(text: str) -> list[str]:
    """Return the statements of a migration file, in order, without comment lines.

    A statement ends with a semicolon at the end of a line; no text of ours holds one elsewhere.
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("--"))
    parts = "\n".join(lines).split(";\n")
    return [part.strip().rstrip(";") for part in parts if part.strip()]
