"""Lazy commands: a group's commands by name, each imported when it is first asked for.

One command would else import what all the others need, which takes longer than most take to run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click


class LazyCommands(MutableMapping[str, click.Command]):
    """What a group takes as its `commands`; `places` are "module:attribute" by name."""

    def __init__(self, places: Mapping[str, str]) -> None:
        # None until it is asked for.
        self._loaded: dict[str, click.Command | None] = dict.fromkeys(places)
        self._places = places

    def __getitem__(self, name: str) -> click.Command:
        """Return a command; raises KeyError."""
        command = self._loaded[name]
        if command is None:
            command = self._loaded[name] = _load(self._places[name])
        return command

    def __setitem__(self, name: str, command: click.Command) -> None:
        """Add a command that is there."""
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        """Take a command out."""
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names; nothing is imported for them."""
        return iter(self._loaded)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._loaded)


def _load(place: str) -> click.Command:
    module, _, attribute = place.partition(":")
    command = getattr(import_module(module), attribute)
    if not isinstance(command, click.Command):
        raise TypeError(f"{place}: expected a command")
    return command
