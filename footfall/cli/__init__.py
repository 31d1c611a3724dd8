"""Command line: `footfall`, the one command of an installation."""

from footfall.cli.main import main

__all__ = ["main"]
