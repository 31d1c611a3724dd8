"""README: what it lists is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import click

from footfall.cli.main import footfall
from footfall.config import setting_names

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_has_its_line_in_the_table() -> None:
    listed = re.findall(r"^\| `(FOOTFALL_\w+)` \|", README, re.MULTILINE)

    assert listed == list(setting_names())


def test_every_file_that_it_links_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_and_option_that_it_shows_exists() -> None:
    for line in re.findall(r"footfall ([a-z][^`#\n]*)", README):
        command: click.Command = footfall
        words = line.replace("…", "").split()
        while words and isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        known = {name for parameter in command.params for name in parameter.opts}
        for word in words:
            assert not word.startswith("--") or word in known, line
