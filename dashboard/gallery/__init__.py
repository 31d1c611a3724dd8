"""Gallery: worked examples of questions about a shop, each a `.sql` file with a title."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Example:
    """One example."""

    stem: str
    title: str
    about: str  # what it answers
    text: str  # the question, without its head


@cache
def examples() -> tuple[Example, ...]:
    """Return every example, by title."""
    files = (file for file in resources.files(__name__).iterdir() if file.name.endswith(".sql"))
    found = [_example(file.name, file.read_text(encoding="utf-8")) for file in files]
    return tuple(sorted(found, key=lambda example: example.title))


def _example(name: str, text: str) -> Example:
    lines = text.splitlines()
    head = [line.removeprefix("-- ") for line in lines if line.startswith("-- ")]
    body = "\n".join(line for line in lines if not line.startswith("-- "))
    return Example(name.removesuffix(".sql"), head[0], " ".join(head[1:]), body)


__all__ = ["Example", "examples"]
