"""Tables: the facts under `data/`, one row a line, `#` before what is said about them."""

from __future__ import annotations

from importlib.resources import files


def read_table(name: str) -> list[list[str]]:
    """Return the rows of `data/NAME`, each as its tab-separated columns."""
    text = files("collector.facts.data").joinpath(name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
