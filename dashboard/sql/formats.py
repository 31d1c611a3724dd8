"""Formats: those of the engine that an answer may be in, and the media type of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dashboard.sql.errors import RefusedError

_UNKNOWN_FORMAT: Final = 73

_BINARY: Final = "application/octet-stream"
_JSON: Final = "application/json; charset=UTF-8"
_NDJSON: Final = "application/x-ndjson; charset=UTF-8"
_TEXT: Final = "text/plain; charset=UTF-8"
_TSV: Final = "text/tab-separated-values; charset=UTF-8"

_JSON_FORMATS: Final = (
    "JSON JSONStrings JSONCompact JSONCompactStrings JSONColumns JSONColumnsWithMetadata"
    " JSONCompactColumns JSONObjectEachRow GeoJSON"
)
_NDJSON_FORMATS: Final = (
    "JSONEachRow JSONLines JSONL NDJSON JSONStringsEachRow JSONEachRowWithProgress"
    " JSONStringsEachRowWithProgress JSONCompactEachRow JSONCompactStringsEachRow"
    " JSONCompactEachRowWithNames JSONCompactEachRowWithNamesAndTypes"
    " JSONCompactEachRowWithProgress JSONCompactStringsEachRowWithNames"
    " JSONCompactStringsEachRowWithNamesAndTypes JSONCompactStringsEachRowWithProgress"
    " PrettyJSONEachRow PrettyJSONLines PrettyNDJSON"
)
_TSV_FORMATS: Final = (
    "TabSeparated TSV TabSeparatedRaw TSVRaw Raw TabSeparatedWithNames TSVWithNames"
    " TabSeparatedWithNamesAndTypes TSVWithNamesAndTypes TabSeparatedRawWithNames TSVRawWithNames"
    " RawWithNames TabSeparatedRawWithNamesAndTypes TSVRawWithNamesAndTypes RawWithNamesAndTypes"
    " TSKV"
)
_TEXT_FORMATS: Final = (
    "CustomSeparated CustomSeparatedWithNames CustomSeparatedWithNamesAndTypes LineAsString"
    " LineAsStringWithNames LineAsStringWithNamesAndTypes Pretty PrettyNoEscapes PrettyMonoBlock"
    " PrettyNoEscapesMonoBlock PrettyCompact PrettyCompactNoEscapes PrettyCompactMonoBlock"
    " PrettyCompactNoEscapesMonoBlock PrettySpace PrettySpaceNoEscapes PrettySpaceMonoBlock"
    " PrettySpaceNoEscapesMonoBlock Vertical Values SQLInsert HiveText Hash Null Prometheus"
)
_BINARY_FORMATS: Final = (
    "Native RowBinary RowBinaryWithNames RowBinaryWithNamesAndTypes RawBLOB MsgPack BSONEachRow"
    " ORC Avro Npy Buffers ODBCDriver2"
)
# Not here: formats that read a schema or a template from a file (Protobuf, CapnProto, Template,
# AvroConfluent), and the wires of other databases.
_MEDIA_TYPES: Final = {
    **dict.fromkeys(_JSON_FORMATS.split(), _JSON),
    **dict.fromkeys(_NDJSON_FORMATS.split(), _NDJSON),
    **dict.fromkeys(_TSV_FORMATS.split(), _TSV),
    **dict.fromkeys(_TEXT_FORMATS.split(), _TEXT),
    **dict.fromkeys(_BINARY_FORMATS.split(), _BINARY),
    **dict.fromkeys(("CSV", "CSVWithNames", "CSVWithNamesAndTypes"), "text/csv; charset=UTF-8"),
    **dict.fromkeys(("Markdown", "MD"), "text/markdown; charset=UTF-8"),
    "XML": "application/xml; charset=UTF-8",
    "PNG": "image/png",
    "Parquet": "application/vnd.apache.parquet",
    "Arrow": "application/vnd.apache.arrow.file",
    "ArrowStream": "application/vnd.apache.arrow.stream",
}
# What an answer in a format is written with unless the question says otherwise.  The engine holds
# groups of rows whole before it writes them: a million rows of its own default are 200 MB more.
_WRITTEN_WITH: Final = {"Parquet": {"output_format_parquet_row_group_size": 250_000}}
DEFAULT_FORMAT: Final = "TabSeparated"


def check_format(name: str) -> str:
    """Return a format's name; raises RefusedError for one that is not given out."""
    if name not in _MEDIA_TYPES:
        allowed = "there are JSON, CSV, Parquet, Native, Arrow and others: see docs/analysts"
        raise RefusedError(f"the format {name} is not allowed here", allowed, _UNKNOWN_FORMAT)
    return name


def media_type(name: str) -> str:
    """Return the media type of a format."""
    return _MEDIA_TYPES[name]


def written_with(name: str) -> Mapping[str, int]:
    """Return the settings that an answer in a format has by default."""
    return _WRITTEN_WITH.get(name, {})


def format_names() -> list[str]:
    """Return the names of all formats, sorted."""
    return sorted(_MEDIA_TYPES)
