"""Functions table: which of an engine's functions a question may call.

Run as `python -m dashboard.sql.data.make_functions` after an engine's release and review what it
changes: a function of a category that is not named here stays refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import chdb

_FILE: Final = Path(__file__).with_name("functions.tsv")

# Categories whose functions compute from their arguments and nothing else.
_CATEGORIES: Final = frozenset(
    {
        "Aggregate Functions", "Arithmetic", "Arrays", "Bit", "Bitmap", "Comparison", "Conditional",
        "Dates and Times", "Distance", "Encoding", "Financial", "Hash", "IP Address", "JSON",
        "Logical", "Map", "Mathematical", "Null", "Random Number", "Rounding", "String",
        "String Replacement", "String Search", "String Splitting", "Time Window", "Tuple",
        "Type Conversion", "URL", "UUID",
    }
)  # fmt: skip
# Of "Other", which is everything: these compute from their arguments, too.
_OTHERS: Final = frozenset(
    {
        "bar", "colorSRGBToOKLCH", "colorOKLABToSRGB", "colorSRGBToOKLAB", "colorOKLCHToSRGB",
        "currentDatabase", "countDigits", "defaultValueOfArgumentType", "defaultValueOfTypeName",
        "byteSize", "digits", "finalizeAggregation", "flipCoordinates", "formatReadableDecimalSize",
        "formatReadableQuantity", "formatReadableSize", "formatReadableTimeDelta", "getSizeOfEnumType",
        "getSubcolumn", "identity", "ignore", "isConstant", "isDecimalOverflow", "lowCardinalityIndices",
        "lowCardinalityKeys", "materialize", "minSampleSizeContinuous", "minSampleSizeConversion",
        "neighbor", "parseISO8601Duration", "parseReadableSize", "parseReadableSizeOrNull",
        "parseReadableSizeOrZero", "parseTimeDelta", "rowNumberInAllBlocks", "rowNumberInBlock",
        "runningAccumulate", "runningDifference", "runningDifferenceStartingWithFirstValue",
        "throwIf", "toColumnTypeName", "toTypeName", "transform", "variantElement", "variantType",
        "version", "visibleWidth",
    }
)  # fmt: skip
# Refused although their category is not: `chdb` tells of the build, ids of Snowflake of the machine;
# formats by name may read a file; sets of patterns compile for as long as they like; the rest is
# another language's, or there to break or measure the engine.
_REFUSED: Final = frozenset(
    {"chdb", "generateSnowflakeID", "aggThrow", "flameGraph", "estimateCompressionRatio",
     "formatRow", "formatRowNoNewline", "groupFormat", "groupNumericIndexedVector"}
)  # fmt: skip
_REFUSED_STEMS: Final = ("timeSeries", "__", "kql", "multiFuzzyMatch", "multiMatch", "MVT")
_KINDS: Final = {"0": "function", "1": "aggregate"}
_CASES: Final = {"0": "own", "1": "any"}
_COLUMNS: Final = "name, is_aggregate, case_insensitive, alias_to, categories"


def main() -> None:
    """Write the table from the engine in process."""
    connection = chdb.connect(":memory:")
    version = _text(connection, "SELECT version()")
    rows = [line.split("\t") for line in _text(connection, _query()).splitlines()]
    category = {name: categories for name, _, _, _, categories in rows}
    lines = [
        f"{name}\t{_KINDS[aggregate]}\t{_CASES[cases]}"
        for name, aggregate, cases, alias_to, _ in rows
        if _is_allowed(name, alias_to, category)
    ]
    head = (
        f"# Functions that questions may call: of ClickHouse {version}'s own table system.functions\n"
        "# (Apache-2.0), chosen by make_functions.py. Name, kind, whether case matters.\n"
    )
    _FILE.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def _query() -> str:
    return f"SELECT {_COLUMNS} FROM system.functions WHERE origin = 'System' ORDER BY name"  # noqa: S608


def _text(connection: object, sql: str) -> str:
    answer: bytes = connection.query(sql, "TSV").bytes()  # type: ignore[attr-defined]
    return answer.decode().rstrip("\n")


def _is_allowed(name: str, alias_to: str, category: dict[str, str]) -> bool:
    first = alias_to or name
    if first in _REFUSED or name in _REFUSED or first.startswith(_REFUSED_STEMS):
        return False
    return category.get(first, "") in _CATEGORIES or first in _OTHERS


if __name__ == "__main__":
    main()
