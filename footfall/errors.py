"""Errors of the command line and the supervisor, one class for each thing a caller can do."""

from __future__ import annotations


class FootfallError(Exception):
    """Any failure that ends a command with one clear line."""


class ConfigError(FootfallError):
    """A setting is wrong: fix it and start again."""


class CommandError(FootfallError):
    """A command was understood and could not be done."""


class UsageError(CommandError):
    """A command's arguments are wrong: exit status 2."""
