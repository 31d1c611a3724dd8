"""Bringing in: a file imported into the store of a test, as the command line does it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from footfall.commands import Context, open_stream, run_command
from footfall.config import from_environ
from footfall.exchange.importing import Wish, import_files
from footfall.paths import DataPaths
from schema import Store, save_site
from tests.build import SITE, a_site

FIGURES = "visitors, sessions, pageviews, events, bounces, duration_s"


class Here:
    """The commands' own side, in this process."""

    def __init__(self, store: Store, data: Path) -> None:
        config = from_environ({}, data=data)
        self.config = config
        self.context = Context(store, DataPaths(data), config)
        self.context.paths.make()

    def call(self, command: str, **arguments: Any) -> Any:
        """Run a command."""
        return run_command(self.context, command, arguments)

    def stream(self, command: str, **arguments: Any) -> Iterator[bytes]:
        """Run a command that answers with bytes."""
        return open_stream(self.context, command, arguments)

    def bring_in(self, *files: Path, **wish: Any) -> dict[str, Any]:
        """Import files into the test's site."""
        return import_files(self, self.config, Wish(files=files, **{"site": SITE, **wish}), silent)


def here(store: Store, tmp_path: Path, **site: Any) -> Here:
    """Return the way to a store that has the test's site."""
    save_site(store, a_site(**site))
    return Here(store, tmp_path / "data")


@contextmanager
def silent(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Show no progress."""
    yield lambda _: None


def written(path: Path, text: str) -> Path:
    """Write a file and return its path."""
    path.write_text(text, encoding="utf-8")
    return path


def zipped(path: Path, tables: Mapping[str, str]) -> Path:
    """Write a ZIP file of tables and return its path."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in tables.items():
            archive.writestr(name, text)
    path.write_bytes(content.getvalue())
    return path


def site_figures(store: Store, site: str = SITE) -> dict[str, tuple[int, ...]]:
    """Return the figures of each closed day in the order of FIGURES."""
    rows = store.rows(
        f"SELECT day, {FIGURES} FROM daily WHERE site = {{site:String}} AND dimension = ''"  # noqa: S608
        " AND currency = '' ORDER BY day",
        {"site": site},
    )
    return {day.isoformat(): tuple(figures) for day, *figures in rows}


def by_value(store: Store, dimension: str, day: str, column: str) -> dict[str, int]:
    """Return one figure of each value of a dimension on a day."""
    rows = store.rows(
        "SELECT value, {column:Identifier} FROM daily WHERE dimension = {dimension:String}"
        " AND day = {day:Date} AND currency = '' ORDER BY value",
        {"dimension": dimension, "day": date.fromisoformat(day), "column": column},
    )
    return dict(rows)


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that analysts see of every site, in a fixed order."""
    return {
        "events": store.rows("SELECT * FROM events ORDER BY ALL"),
        "sessions": store.rows("SELECT * FROM sessions ORDER BY ALL"),
        "daily": store.rows("SELECT * FROM daily ORDER BY ALL"),
    }
