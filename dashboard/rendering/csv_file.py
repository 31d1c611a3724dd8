"""CSV file: a panel's rows as text that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import io
from typing import Final

from dashboard.figures.model import Panel, Row

# What a spreadsheet takes for the beginning of a formula, as OWASP's page on CSV injection lists
# it, with the wide forms that some turn into these.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
# What people call these is not what tells them apart: two cities may have one name.
_CODED: Final = frozenset({"country", "region", "city", "language"})


def csv_text(panel: Panel) -> str:
    """Return rows with a head, lines ended as RFC 4180 has them.

    The first column is what people call a value; places and languages have their code beside it.
    Rates and shares are fractions, unknown figures "".
    """
    is_coded = panel.dimension in _CODED
    text = io.StringIO()
    writer = csv.writer(text)
    code = ("code",) if is_coded else ()
    writer.writerow((panel.dimension, *code, "visitors", "share", *panel.columns))
    for row in panel.rows:
        writer.writerow(_cells(row, panel, is_coded=is_coded))
    return text.getvalue()


def plain(text: str) -> str:
    """Return text of others as a spreadsheet shows it; what would be a formula is quoted."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _cells(row: Row, panel: Panel, *, is_coded: bool) -> list[str | int | float | None]:
    figures = [row.extra.get(column) for column in panel.columns]
    share = None if row.share is None else round(row.share, 6)
    code = [plain(row.value)] if is_coded else []
    return [plain(row.label), *code, row.visitors, share, *map(_short, figures)]


def _short(figure: float | None) -> float | None:
    """Return a figure without digits that mean nothing: a millionth of a second or of all."""
    return None if figure is None else round(figure, 6)
