"""Source: a file to import as lines and rows of text, with how far it has been read."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO, TypeAlias

from footfall.errors import CommandError
from footfall.exchange.records import FileError

# Anything with a buffer; the name of its type is not in Python 3.11's typing.
Buffer: TypeAlias = Any

_GZIP: Final = b"\x1f\x8b"
_ID_BYTES: Final = 8
# A cell longer than this is no cell of a report; Python's own limit, said plainly.
_LONGEST_CELL: Final = 131_072


@dataclass(slots=True)
class Source:
    """One file; `on_read` is told how many bytes of it have been read in all."""

    path: Path
    on_read: Callable[[int], None] = lambda _: None

    @contextmanager
    def text(self) -> Iterator[TextIO]:
        """Open the file as text: UTF-8, or UTF-16 where it says so; gzip is unpacked."""
        try:
            with io.BufferedReader(_Counted(self.path, self.on_read)) as counted:
                is_packed = counted.peek(2)[:2] == _GZIP
                plain: io.BufferedReader[Any] = _unpacked(counted) if is_packed else counted
                yield io.TextIOWrapper(plain, encoding=_encoding(plain), newline="")
        except (EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
            raise CommandError(
                f"{self.path.name} cannot be read as text ({type(error).__name__}): is it whole?"
                " Nothing was imported"
            ) from error

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield each line that is not blank with its number."""
        with self.text() as text:
            for number, line in enumerate(text, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")

    def first_lines(self, count: int) -> list[str]:
        """Return the first lines that are not blank, for telling what a file is."""
        plain = Source(self.path)
        lines = plain.lines()
        return [line for (_, line), _ in zip(lines, range(count), strict=False)]


class _Counted(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: Path, on_read: Callable[[int], None]) -> None:
        super().__init__(path, "rb")
        self._on_read = on_read

    def readinto(self, buffer: Buffer, /) -> int:
        taken = super().readinto(buffer)
        self._on_read(self.tell())
        return taken or 0


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of a table by the names of its columns."""

    path: Path
    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def wrong(self, column: str, expected: str) -> FileError:
        """Return the error for a cell; it does not quote the cell, which may name a person."""
        return FileError(self.path, self.line, f"expected {expected}", column)

    def whole(self, column: str) -> int:
        """Return a cell as a whole number from 0; "" is 0."""
        text = self[column].strip()
        if not text:
            return 0
        # Some write whole numbers with a fraction of zeros.
        whole, _, fraction = text.partition(".")
        if not (whole.isascii() and whole.isdigit()) or fraction.strip("0"):
            raise self.wrong(column, "a whole number from 0")
        return int(whole)


def table(path: Path, text: TextIO, needed: tuple[str, ...] = ()) -> Iterator[Cells]:
    """Yield the rows of a comma-separated table whose first line names its columns."""
    csv.field_size_limit(min(_LONGEST_CELL, sys.maxsize))
    reader = csv.reader(text)
    head: list[str] = []
    try:
        for cells in reader:
            if not any(cells):
                continue
            if not head:
                head = [name.strip().lstrip("\ufeff") for name in cells]
                _check_head(path, reader.line_num, head, needed)
                continue
            if len(cells) != len(head):
                raise FileError(
                    path, reader.line_num, f"expected {len(head)} columns and found {len(cells)}"
                )
            yield Cells(path, reader.line_num, dict(zip(head, cells, strict=True)))
    except csv.Error as error:
        raise FileError(
            path, reader.line_num, f"expected a row of a CSV table ({error})"
        ) from error
    if not head:
        raise FileError(path, 1, "expected a line with the names of columns")


def content_id(path: Path) -> int:
    """Return the hash of a file's content, an unsigned 64-bit integer."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_ID_BYTES)).digest()
    # 0 is what was counted here.
    return int.from_bytes(digest, "big") or 1


def _unpacked(packed: io.BufferedReader[Any]) -> io.BufferedReader[Any]:
    return io.BufferedReader(gzip.GzipFile(fileobj=packed, mode="rb"))


def _check_head(path: Path, line: int, head: list[str], needed: tuple[str, ...]) -> None:
    for name in needed:
        if name not in head:
            raise FileError(path, line, f"expected a column named {name!r}")


def _encoding(plain: io.BufferedReader[Any]) -> str:
    start = plain.peek(2)[:2]
    return "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
