"""Check: whether a statement may run, and the statement that then runs in its place.

It is decided on the engine's own tree, by lists of what may stand there; each table is replaced by
what it stands for, so that no name in what runs comes from the text.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from dashboard.sql.errors import RefusedError, refused
from dashboard.sql.functions import check_function, check_table_function, is_aggregate
from dashboard.sql.grammar import check_parts
from dashboard.sql.limits import Limits
from dashboard.sql.reader import Reader
from dashboard.sql.settings import check_setting
from dashboard.sql.syntax import Node, literal, nodes, select_all
from dashboard.sql.tables import Tables

_INS: Final = frozenset(
    f"{scope}{negation}{kind}{ending}".lower()
    for scope in ("", "global")
    for negation in ("", "not")
    for kind in ("in", "nullIn")
    for ending in ("", "IgnoreSet")
)
# Functions that take another's name as a text, in their first argument.
_BY_NAME: Final = frozenset({"arrayReduce", "arrayReduceInRanges"})
# Functions that take a type as a text, last.
_BY_TYPE: Final = frozenset(
    {"cast", "accuratecast", "accuratecastornull", "accuratecastordefault", "reinterpret",
     "defaultvalueoftypename", "jsonextract", "jsonextractcaseinsensitive"}
)  # fmt: skip
# States of aggregate functions are memory of the engine's, not to be made from texts.
_STATE_TYPE: Final = "aggregatefunction"
# What tells of the machine is answered here; clients ask when they connect.
_OF_READER: Final = frozenset({"user", "currentuser", "current_user", "session_user"})
_OF_HOST: Final = frozenset({"hostname", "fqdn", "displayname"})
_HOST: Final = "footfall"


class Checked:
    """One statement on its way through the check; `tree` is changed in place.

    A table's name becomes a name that is nobody else's, for which `filled` puts what the table
    stands for: the engine need not read that again for each question.
    """

    def __init__(
        self,
        tree: Node,
        tables: Tables,
        reader: Reader,
        limits: Limits,
        parameters: Mapping[str, str],
    ) -> None:
        self._tables = tables
        self._reader = reader
        self._limits = limits
        self._parameters = parameters
        self._definitions: dict[str, str] = {}
        self._withs = {node["name"] for node in nodes(tree) if node["type"] == "WithElement"}
        self._aliases = {node["alias"] for node in nodes(tree) if node.get("alias")}
        self._lambdas = {
            node["alias"]
            for node in nodes(tree)
            if node.get("is_lambda_function") and node.get("alias")
        }
        self._check_withs()
        self._visit(tree)

    def filled(self, text: str) -> str:
        """Return the written statement with what its tables stand for."""
        for name, definition in self._definitions.items():
            text = text.replace(name, f"({definition})")
        return text

    def _check_withs(self) -> None:
        """Refuse a WITH named like a table: which of both is read would depend on the place."""
        for name in sorted(self._withs & self._tables.names):
            raise refused(f"WITH {name}", "give it a name that is no table's")

    def _visit(self, value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                self._visit(each)
        if not isinstance(value, dict):
            return
        if isinstance(value.get("type"), str):
            self._visit_node(value)
            return
        for each in value.values():
            self._visit(each)

    def _visit_node(self, node: Node) -> None:
        self._fill_in(node)
        check_parts(node)
        visit = getattr(self, f"_visit_{node['type'].lower()}", None)
        if visit is not None and visit(node):
            return
        for part, each in node.items():
            if part != "type":
                self._visit(each)

    def _fill_in(self, node: Node) -> None:
        """Put the values of parameters of type Identifier where names stand."""
        if node["type"] not in ("Identifier", "TableIdentifier") or "children" not in node:
            return
        values = [self._name(child) for child in node.pop("children")]
        parts = [part or values.pop(0) for part in node.pop("name_parts", [node["name"]])]
        node["name"] = ".".join(parts)
        if len(parts) > 1:
            node["name_parts"] = parts

    def _name(self, parameter: Node) -> str:
        name = parameter["name"]
        if parameter.get("param_type") != "Identifier" or name not in self._parameters:
            raise RefusedError(f"the parameter {name} has no value", "send it as param_NAME", 62)
        return self._parameters[name]

    # Each returns whether the parts of the node have been visited, too.

    def _visit_tableexpression(self, node: Node) -> bool:
        found = node.get("database_and_table_name")
        if found is not None:
            self._fill_in(found)
            check_parts(found)
            database, name = _split(found)
            if database == "" and name in self._withs:
                return False
            alias = found.get("alias") or name
            node["database_and_table_name"] = self._stand_in(database, name) | {"alias": alias}
            self._visit(node.get("column_aliases"))
            return True
        function = node.get("table_function")
        if function is not None:
            check_parts(function)
            check_table_function(function["name"])
            self._visit(function.get("arguments"))
            self._visit(node.get("column_aliases"))
            return True
        return False

    def _stand_in(self, database: str, name: str) -> Node:
        """Return the node of a name that stands for a table; raises RefusedError."""
        definition = self._tables.definition(database, name, self._reader.sites)
        stand_in = f"table_{secrets.token_hex(16)}"
        self._definitions[stand_in] = definition
        return {"type": "TableIdentifier", "name": stand_in}

    def _visit_function(self, node: Node) -> bool:
        name = node["name"]
        lower = name.lower()
        arguments = node.get("arguments", {}).get("children", [])
        if not arguments and (lower in _OF_READER or lower in _OF_HOST):
            _answer(node, self._reader.name if lower in _OF_READER else _HOST)
            return True
        # A lambda's name that is a function's, too, would call that where the lambda is not.
        if name not in self._lambdas or lower in self._tables.functions:
            check_function(name)
        if lower in _INS and len(arguments) == 2 and self._is_table(arguments[1]):
            self._visit(arguments[0])
            arguments[1] = select_all(self._stand_in(*_split(arguments[1])))
            return True
        if name in _BY_NAME:
            _check_by_name(name, arguments)
        if lower in _BY_TYPE and (not arguments or arguments[-1]["type"] != "Literal"):
            raise refused(f"a computed type in {name}", "write the type as it is")
        return False

    def _is_table(self, right: Node) -> bool:
        """Return whether a table stands right of IN; raises RefusedError for what may be one."""
        if right["type"] not in ("Identifier", "TableIdentifier"):
            return False
        self._fill_in(right)
        database, name = _split(right)
        if database or name in self._tables.names:
            return True
        if name in self._withs or name in self._aliases:
            return False
        raise refused(f"IN {name}", "write a list, a subquery, a WITH or a documented table")

    def _visit_columnsapplytransformer(self, node: Node) -> bool:
        if node.get("func_name"):
            check_function(node["func_name"])
        return False

    def _visit_identifier(self, node: Node) -> bool:
        """Take the database from a column's name: its table is a subquery now."""
        parts = node.get("name_parts", [])
        if len(parts) > 2 and parts[0] == self._tables.database and parts[1] in self._tables.views:
            node["name_parts"] = parts[1:]
            node["name"] = ".".join(parts[1:])
        return True

    def _visit_literal(self, node: Node) -> bool:
        _check_type(str(node["value"].get("value")))
        return True

    def _visit_queryparameter(self, node: Node) -> bool:
        _check_type(node["param_type"])
        return True

    def _visit_setquery(self, node: Node) -> bool:
        for change in node["changes"]:
            check_setting(change["name"], change["value"].get("value"), self._limits)
        return True


def _split(node: Node) -> tuple[str, str]:
    """Return the database, "" for none, and the name of a table."""
    parts = node.get("name_parts") or [node["name"]]
    if len(parts) > 2:
        raise refused(f"the table {node['name']}", "write it as footfall.events")
    return (parts[0], parts[1]) if len(parts) == 2 else ("", parts[0])


def _answer(node: Node, text: str) -> None:
    """Put a text in a function's place, under the name that its column would have."""
    alias = node.get("alias") or f"{node['name']}()"
    node.clear()
    node.update(literal(text) | {"alias": alias})


def _check_by_name(name: str, arguments: list[Node]) -> None:
    """Refuse the name of an aggregate function that is not a plain text, or not of the list."""
    is_text = bool(arguments) and arguments[0]["type"] == "Literal"
    text = arguments[0]["value"].get("value") if is_text else None
    # As in 'quantile(0.5)'.
    if not isinstance(text, str) or not is_aggregate(text.partition("(")[0]):
        raise refused(f"this first argument of {name}", "write an aggregate function's name")


def _check_type(text: str) -> None:
    if _STATE_TYPE in text.lower():
        raise refused("the type AggregateFunction", "compute states with -State functions")
