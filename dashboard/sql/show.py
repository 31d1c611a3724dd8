"""Show: what SHOW, DESCRIBE and EXISTS come to, which have tables as their subject.

SHOW is answered from the tables that list what there is.  The engine has no tree for the others,
so they are read from its own one-line form of them, in which nothing is abbreviated.
"""

from __future__ import annotations

import re
from typing import Final

from dashboard.sql.errors import refused
from dashboard.sql.syntax import Node, call, from_table, identifier, literal

_NAME: Final = r"(?:(?P<database>\w+)\.)?(?P<name>\w+)"
_DESCRIBED: Final = re.compile(
    rf"(?P<verb>DESCRIBE TABLE|EXISTS TABLE|EXISTS VIEW|SHOW CREATE TABLE|SHOW CREATE VIEW)"
    rf" {_NAME}(?: FORMAT (?P<format>\w+))?"
)
_DESCRIBED_QUERY: Final = re.compile(
    r"DESCRIBE TABLE \((?P<query>.+)\)(?: FORMAT (?P<format>\w+))?"
)
_EXISTS_DATABASE: Final = re.compile(
    r"(?P<verb>EXISTS DATABASE|SHOW CREATE DATABASE) (?P<name>\w+)(?: FORMAT (?P<format>\w+))?"
)
_ALLOWED: Final = (
    "there are SELECT, EXPLAIN, SHOW TABLES, SHOW DATABASES, SHOW COLUMNS, SHOW CREATE, DESCRIBE"
    " and EXISTS"
)
_OUTPUT: Final = frozenset(
    {"type", "is_outfile_append", "is_outfile_truncate", "is_into_outfile_with_stdout"}
)
_LIKE: Final = frozenset({"like", "not_like", "case_insensitive_like", "limit_length", "full"})
_OF_TABLES: Final = _OUTPUT | _LIKE | {"databases", "settings", "from"}
_OF_COLUMNS: Final = _OUTPUT | _LIKE | {"table", "database"}


def described(text: str) -> re.Match[str] | None:
    """Return how a statement asks about one table by name: its verb, database, name, format."""
    return _DESCRIBED.fullmatch(text)


def described_query(text: str) -> re.Match[str] | None:
    """Return how a statement asks for the columns of a question: the question, the format."""
    return _DESCRIBED_QUERY.fullmatch(text)


def about_database(text: str) -> re.Match[str] | None:
    """Return how a statement asks about a database: its verb, name, format."""
    return _EXISTS_DATABASE.fullmatch(text)


def no_such_statement(text: str) -> Exception:
    """Return the refusal of a statement of another kind."""
    words = re.match(r"[A-Z]+(?: [A-Z]+)?", text)
    return refused(words[0] if words else "this statement", _ALLOWED)


def shown(tree: Node, database: str) -> Node:
    """Return the SELECT that answers a SHOW, as a tree that is yet to be checked."""
    if tree["type"] == "ShowColumnsQuery":
        return _columns(tree, database)
    if extra := sorted(set(tree) - _OF_TABLES):
        raise refused(f"SHOW with {extra[0].replace('_', ' ').upper()}", _ALLOWED)
    table = next((each for each in ("databases", "settings") if tree.get(each)), "tables")
    of = tree.get("from", {}).get("name", database)
    where = call("equals", identifier("database"), literal(of)) if table == "tables" else None
    names = ["name", "engine"] if tree.get("full") and table == "tables" else ["name"]
    if table == "settings":
        names = ["name", "type", "value"]
    return _select(tree, names, table, where, order="name")


def _columns(tree: Node, database: str) -> Node:
    if extra := sorted(set(tree) - _OF_COLUMNS):
        raise refused(f"SHOW COLUMNS with {extra[0].replace('_', ' ').upper()}", _ALLOWED)
    where = call(
        "and",
        call("equals", identifier("database"), literal(tree.get("database") or database)),
        call("equals", identifier("table"), literal(tree["table"])),
    )
    names = ["name", "type", "default_kind", "default_expression", "comment"]
    return _select(tree, names, "columns", where, order="position")


def _select(tree: Node, names: list[str], table: str, where: Node | None, *, order: str) -> Node:
    conditions = [where] if where else []
    if pattern := tree.get("like"):
        negation = "not" if tree.get("not_like") else ""
        kind = "ILike" if tree.get("case_insensitive_like") else "Like"
        name = negation + kind if negation else kind.lower()
        conditions.append(call(name, identifier("name"), literal(pattern)))
    select: Node = {
        "type": "SelectQuery",
        "select": _listed([identifier(name) for name in names]),
        "tables": _from_system(table),
        "order_by": _listed(
            [{"type": "OrderByElement", "direction": 1, "nulls_direction": 1}
             | {"expression": identifier(order)}]
        ),
    }  # fmt: skip
    if conditions:
        select["where"] = conditions[0] if len(conditions) == 1 else call("and", *conditions)
    if "limit_length" in tree:
        select["limit_length"] = tree["limit_length"]
    selects = _listed([select])
    return {
        "type": "SelectWithUnionQuery",
        "union_mode": "UNION_DEFAULT",
        "list_of_selects": selects,
    }


def _from_system(table: str) -> Node:
    name = {"name": f"system.{table}", "name_parts": ["system", table]}
    return from_table({"type": "TableIdentifier"} | name)


def _listed(children: list[Node]) -> Node:
    return {"type": "ExpressionList", "children": children}
