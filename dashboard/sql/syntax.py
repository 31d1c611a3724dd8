"""Syntax: a statement as the engine's own parser reads it, a tree, and back to text.

What may run is decided on this tree and what runs is written from it, so that nothing can stand in
a text which the engine would read and we would not.  Nothing is executed here: the text is a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import msgspec

from dashboard.sql.errors import RefusedError
from schema.stream import QueryError, Streams, escaped

Node: TypeAlias = dict[str, Any]

# What the parser itself may take.  Depth as the engine's default; a tree of 20,000 nodes is a
# list of ten thousand values.
_BOUNDS: Final = (
    " FORMAT TSVRaw SETTINGS max_parser_depth = 500, max_parser_backtracks = 100000,"
    " max_ast_depth = 500, max_ast_elements = 20000, max_execution_time = 5"
)
_PARSE: Final = "SELECT parseQueryToJSON({text:String})" + _BOUNDS
_WRITE: Final = (
    "WITH formatQueryFromJSON({tree:String}) AS text"
    " SELECT toJSONString((text, parseQueryToJSON(text)))" + _BOUNDS
)
_CANONICAL: Final = "SELECT formatQuerySingleLine({text:String})" + _BOUNDS
# What the engine writes for values and operators.
_MADE: Final = {("Function", name) for name in ("tuple", "array", "map", "CAST", "concat", "and")}
# Added by the engine, as the statement is an argument of its function.
_SCOPE: Final = re.compile(r": In scope SELECT (parseQueryToJSON|formatQuerySingleLine)\(.*", re.S)
_NO_TREE: Final = re.compile(r"AST node of type '\w+' does not support JSON")
_UNKNOWN_FUNCTION: Final = 46


class NoTreeError(Exception):
    """The engine parsed the statement and has no tree for its kind."""


def parse(streams: Streams, text: str) -> Node:
    """Return a statement's tree; raises QueryError, and NoTreeError for some kinds."""
    try:
        answer = streams.text(_PARSE, {"text": escaped(text)})
    except QueryError as error:
        if _NO_TREE.search(error.text):
            raise NoTreeError from error
        raise _plain(error) from error
    tree: Node = msgspec.json.decode(answer)
    return tree


def write(streams: Streams, tree: Node) -> str:
    """Return a tree's text; raises RefusedError when the engine would read it otherwise."""
    asked = msgspec.json.encode(tree).decode()
    text, read = msgspec.json.decode(streams.text(_WRITE, {"tree": escaped(asked)}))
    again: Node = msgspec.json.decode(read)
    if _tables(tree) != _tables(again) or set(_names(again)) - set(_names(tree)) - _MADE:
        raise RefusedError("this statement is ambiguous", "write it with fewer abbreviations", 48)
    return str(text)


def canonical(streams: Streams, text: str) -> str:
    """Return a statement as the engine writes it, on one line without comments."""
    try:
        return streams.text(_CANONICAL, {"text": escaped(text)}).decode().rstrip("\n")
    except QueryError as error:
        raise _plain(error) from error


def nodes(value: Any) -> Iterator[Node]:
    """Yield every node of a tree, outer ones first."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), str):
            yield value
        for each in value.values():
            yield from nodes(each)
    elif isinstance(value, list):
        for each in value:
            yield from nodes(each)


def identifier(*parts: str) -> Node:
    """Return the node of a column's name."""
    name = ".".join(parts)
    return {"type": "Identifier", "name": name} | (
        {"name_parts": list(parts)} if len(parts) > 1 else {}
    )


def literal(value: str | list[str]) -> Node:
    """Return the node of a text, or of a tuple of texts."""
    if isinstance(value, str):
        return {"type": "Literal", "value": {"field_type": "String", "value": value}}
    items = [{"field_type": "String", "value": each} for each in value]
    return {"type": "Literal", "value": {"field_type": "Tuple", "value": items}}


def call(name: str, *arguments: Node) -> Node:
    """Return the node of a function's call."""
    listed = {"type": "ExpressionList", "children": list(arguments)}
    return {"type": "Function", "name": name, "arguments": listed}


def select_all(table: Node) -> Node:
    """Return the node of a subquery that gives all of a table."""
    select = {
        "type": "SelectQuery",
        "select": {"type": "ExpressionList", "children": [{"type": "Asterisk"}]},
        "tables": from_table(table),
    }
    selects = {"type": "ExpressionList", "children": [select]}
    question = {
        "type": "SelectWithUnionQuery",
        "union_mode": "UNION_DEFAULT",
        "list_of_selects": selects,
    }
    return {"type": "Subquery", "children": [question]}


def from_table(table: Node) -> Node:
    """Return the node of a FROM with one table."""
    element = {
        "type": "TablesInSelectQueryElement",
        "table_expression": {"type": "TableExpression", "database_and_table_name": table},
    }
    return {"type": "TablesInSelectQuery", "children": [element]}


def _tables(tree: Node) -> list[str]:
    return sorted(name for kind, name in _names(tree) if kind == "TableIdentifier")


def _names(tree: Node) -> Iterator[tuple[str, str]]:
    """Yield what a statement reaches by name: tables, functions, settings."""
    for node in nodes(tree):
        kind = node["type"]
        if kind in ("TableIdentifier", "Function"):
            yield kind, node["name"]
        elif kind == "ColumnsApplyTransformer":
            yield kind, node.get("func_name", "")
        elif kind == "SetQuery":
            yield from ((kind, change["name"]) for change in node["changes"])
        elif "out_file" in node:
            yield kind, "out_file"


def _plain(error: QueryError) -> QueryError:
    if error.code == _UNKNOWN_FUNCTION:
        return QueryError(48, "DB::Exception: SQL needs ClickHouse 26.8 or newer as the store")
    return QueryError(error.code, _SCOPE.sub("", error.text))
