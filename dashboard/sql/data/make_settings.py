"""Settings table: which of an engine's settings a question may change.

Run as `python -m dashboard.sql.data.make_settings` after an engine's release and review what it
changes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import chdb

_FILE: Final = Path(__file__).with_name("settings.tsv")

# How an answer is written.
_STEMS: Final = ("output_format_", "format_csv_", "format_tsv_", "format_custom_", "bool_")
# How values are read, computed and joined: nothing that reaches out of the question, and nothing
# that changes what a view's own definition gives, as names before aliases would.
_OTHERS: Final = frozenset(
    {
        "any_join_distinct_right_table_keys", "cast_string_to_date_time_mode",
        "cast_string_to_dynamic_use_inference", "cast_string_to_variant_use_inference",
        "count_distinct_implementation", "date_time_input_format", "date_time_output_format",
        "date_time_overflow_behavior", "enable_extended_results_for_datetime_functions",
        "except_default_mode", "extremes", "first_day_of_week", "format_binary_max_array_size",
        "format_binary_max_string_size", "format_regexp_escaping_rule",
        "formatdatetime_f_prints_single_zero", "formatdatetime_parsedatetime_m_is_month_name",
        "function_json_value_return_type_allow_complex",
        "function_json_value_return_type_allow_nullable", "intersect_default_mode",
        "join_default_strictness", "join_use_nulls", "limit", "max_block_size", "offset",
        "parsedatetime_parse_without_leading_zeros", "result_overflow_mode", "session_timezone",
        "splitby_max_substrings_includes_remaining_string", "timeout_overflow_mode",
        "totals_auto_threshold", "totals_mode", "union_default_mode",
    }
)  # fmt: skip
# Named like the others and not like them: it writes a file.
_REFUSED: Final = frozenset({"output_format_schema"})


def main() -> None:
    """Write the table from the engine in process."""
    connection = chdb.connect(":memory:")
    version = connection.query("SELECT version()", "TSV").bytes().decode().strip()
    answer = connection.query("SELECT name FROM system.settings ORDER BY name", "TSV").bytes()
    names = [name for name in answer.decode().split() if _is_allowed(name)]
    head = (
        f"# Settings that questions may change: of ClickHouse {version}'s own table system.settings\n"
        "# (Apache-2.0), chosen by make_settings.py.\n"
    )
    _FILE.write_text(head + "\n".join(names) + "\n", encoding="utf-8")


def _is_allowed(name: str) -> bool:
    return name not in _REFUSED and (name.startswith(_STEMS) or name in _OTHERS)


if __name__ == "__main__":
    main()
