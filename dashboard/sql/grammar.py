"""Grammar: which parts a statement that only reads is made of.

A part of the engine's tree that is not listed here, by its kind and by its name, is refused, as
are those of versions to come.
"""

from __future__ import annotations

from typing import Final

from dashboard.sql.errors import refused
from dashboard.sql.syntax import Node

_SELECT: Final = (
    "with select tables prewhere where group_by having window qualify order_by interpolate limit_by"
    " limit_by_length limit_by_offset limit_length limit_offset settings cte_aliases distinct"
    " group_by_all group_by_with_totals group_by_with_rollup group_by_with_cube"
    " group_by_with_grouping_sets order_by_all limit_with_ties recursive_with"
)
_FUNCTION: Final = (
    "name alias arguments parameters is_operator is_window_function is_lambda_function kind"
    " window_name window_definition nulls_action is_compound_name no_empty_args"
)
_FRAME: Final = (
    "frame_is_default frame_type frame_begin_type frame_begin_offset frame_begin_preceding"
    " frame_end_type frame_end_offset frame_end_preceding"
)
# Written for every statement with an output; each must be false.
_OUTPUT_FLAGS: Final = frozenset(
    {"is_outfile_append", "is_outfile_truncate", "is_into_outfile_with_stdout"}
)
_PARTS: Final = {
    kind: frozenset(parts.split())
    for kind, parts in {
        "ArrayJoin": "kind expression_list",
        "Asterisk": "transformers expression",
        "ColumnsApplyTransformer": "func_name lambda lambda_arg parameters column_name_prefix",
        "ColumnsExceptTransformer": "children pattern is_strict",
        "ColumnsListMatcher": "column_list transformers",
        "ColumnsRegexpMatcher": "pattern transformers",
        "ColumnsReplaceTransformer": "children is_strict",
        "ColumnsReplaceTransformerReplacement": "name children",
        "ColumnsTransformerList": "children",
        "ExpressionList": "children separator",
        "Function": _FUNCTION,
        "Identifier": "name name_parts alias",
        "InterpolateElement": "column expr children",
        "Literal": "value alias",
        "OrderByElement": (
            "direction nulls_direction nulls_direction_was_explicitly_specified expression"
            " with_fill collation fill_from fill_to fill_step fill_staleness"
        ),
        "QualifiedAsterisk": "qualifier transformers",
        "QualifiedColumnsListMatcher": "qualifier column_list transformers",
        "QualifiedColumnsRegexpMatcher": "qualifier pattern transformers",
        "QueryParameter": "name param_type alias",
        "SelectIntersectExceptQuery": "final_operator children list_of_selects",
        "SelectQuery": _SELECT,
        "SelectWithUnionQuery": "union_mode list_of_modes list_of_selects "
        + " ".join(_OUTPUT_FLAGS),
        "SetQuery": "changes",
        "Subquery": "alias cte_name children",
        "TableExpression": "database_and_table_name table_function subquery column_aliases",
        "TableIdentifier": "name name_parts alias",
        "TableJoin": "kind strictness locality on_expression using_expression_list is_natural",
        "TablesInSelectQuery": "children",
        "TablesInSelectQueryElement": "table_expression table_join array_join",
        "WindowDefinition": f"parent_window_name partition_by order_by {_FRAME}",
        "WindowListElement": "name definition",
        "WithElement": "name subquery aliases is_materialized",
    }.items()
}
# How people write what the tree calls otherwise.
_WRITTEN: Final = {
    "out_file": "INTO OUTFILE",
    "compression": "INTO OUTFILE",
    "format_ast": "FORMAT inside of a statement",
    "settings_ast": "SETTINGS inside of a statement",
    "final": "FINAL",
    "sample_size": "SAMPLE",
    "sample_offset": "SAMPLE",
    "stream_settings": "STREAM",
}
_ALLOWED: Final = "a statement is one SELECT, or SHOW, DESCRIBE or EXISTS of a table"


def check_parts(node: Node) -> None:
    """Raise RefusedError for a node, or a part of it, that a reading statement has not."""
    kind = node["type"]
    parts = _PARTS.get(kind)
    if parts is None:
        raise refused(_worded(kind), _ALLOWED)
    for part, value in node.items():
        if part == "type":
            continue
        if part not in parts or (part in _OUTPUT_FLAGS and value):
            raise refused(_WRITTEN.get(part, part.replace("_", " ").upper()), _ALLOWED)


def _worded(kind: str) -> str:
    """Return a kind of statement as people write it: AlterQuery is ALTER."""
    name = kind.removesuffix("Query")
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return words.strip().upper() or kind
