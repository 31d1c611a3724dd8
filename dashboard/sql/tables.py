"""Tables: what each name in a question stands for, with the sites of its reader built in.

A documented view stands for its own definition with the reader's sites as PREWHERE: the engine
computes that before any other condition, so that no error which a condition makes on a foreign row
can tell of it.  A WHERE does not do: the engine may compute a question's conditions beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import msgspec

from dashboard.sql.errors import refused
from dashboard.sql.formats import format_names
from dashboard.sql.functions import function_names
from dashboard.sql.limits import Limits
from dashboard.sql.settings import setting_names
from dashboard.sql.syntax import Node, call, identifier, literal, nodes, parse, write
from schema import statement
from schema.stream import Streams, escaped

VIEWS: Final = ("events", "sessions", "daily", "dropped")

# What clients look at when they connect; each shows what a question may reach.
_METADATA: Final = {
    "system": ("databases", "tables", "columns", "settings", "functions", "formats", "one"),
    "information_schema": ("schemata", "tables", "columns"),
}
_PACKAGE: Final = "dashboard.sql.queries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The names of one store, and what each stands for."""

    database: str
    names: frozenset[str]  # of all tables in the database
    functions: frozenset[str]  # of all functions the engine has, in lower case
    views: Mapping[str, bytes]  # by name: the definition's tree, as JSON
    metadata: Mapping[tuple[str, str], str]  # by database and name: the question
    write: Callable[[Node], str] = field(repr=False)
    _written: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict, repr=False)

    def definition(self, database: str, name: str, sites: tuple[str, ...]) -> str:
        """Return a question that gives the table's rows of these sites, all for none.

        `database` is "" for the current one.  Raises RefusedError for any other table.
        """
        if database in ("", self.database) and name in self.views:
            key = (name, sites)
            if key not in self._written:
                self._written[key] = self.write(_of_sites(self.views[name], sites))
            return self._written[key]
        found = self.metadata.get((database.lower(), name.lower()))
        if found is None:
            shown = f"{database}.{name}" if database else name
            raise refused(f"the table {shown}", f"read {', '.join(VIEWS)}")
        return found


def read_tables(streams: Streams, limits: Limits) -> Tables:
    """Return the store's names, asked of the engine."""
    database = streams.text("SELECT currentDatabase() FORMAT TSVRaw").decode().strip()
    names = streams.text(statement(_PACKAGE, "table_names")).decode().split("\n")
    functions = streams.text(statement(_PACKAGE, "engine_functions")).decode().split("\n")
    answer = msgspec.json.decode(
        streams.text(statement(_PACKAGE, "views"), {"names": _array(list(VIEWS))})
    )
    values: dict[str, str | list[str]] = {
        "database": database,
        "views": list(VIEWS),
        "settings": sorted({*setting_names(), *limits.highest(), "max_block_size", "readonly"}),
        "functions": function_names(),
        "formats": format_names(),
    }

    def question(schema: str, name: str) -> str:
        tree = parse(streams, statement(_PACKAGE, f"{schema}_{name}"))
        return write(streams, _bound(tree, values))

    return Tables(
        database=database,
        names=frozenset(names),
        functions=frozenset(functions),
        views={name: msgspec.json.encode(parse(streams, text)) for name, text in answer["data"]},
        metadata={
            (schema, name): question(schema, name)
            for schema, tables in _METADATA.items()
            for name in tables
        },
        write=partial(write, streams),
    )


def _of_sites(definition: bytes, sites: tuple[str, ...]) -> Node:
    tree: Node = msgspec.json.decode(definition)
    if sites:
        _choose_sites(tree, sites)
    return tree


def _choose_sites(tree: Node, sites: tuple[str, ...]) -> None:
    """Put the sites into a view's definition, which is one SELECT from one table of ours."""
    (select,) = tree["list_of_selects"]["children"]
    (element,) = select["tables"]["children"]
    assert "database_and_table_name" in element["table_expression"]
    assert "prewhere" not in select
    listed = literal(sites[0] if len(sites) == 1 else list(sites))
    select["prewhere"] = call("in", identifier("site"), listed) | {"is_operator": True}


def _bound(tree: Node, values: dict[str, str | list[str]]) -> Node:
    """Return a tree with its parameters' values in their places."""
    for node in nodes(tree):
        if node["type"] == "QueryParameter":
            value = values[node["name"]]
            node.clear()
            node.update(literal(value))
    return tree


def _array(values: list[str]) -> str:
    """Return a parameter of type Array(String); names of ours hold nothing to escape."""
    return escaped("[" + ",".join(f"'{value}'" for value in values) + "]")
