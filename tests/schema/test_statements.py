"""Statements: a file's text, and a migration's statements in order."""

from __future__ import annotations

import pytest

from schema import migrations, statement
from schema.statements import split_statements


def test_a_migration_is_split_at_the_ends_of_its_statements() -> None:
    assert split_statements("-- c\nSELECT 1;\nSELECT\n  2;\n") == ["SELECT 1", "SELECT\n  2"]


def test_every_migration_says_what_it_makes() -> None:
    for migration in migrations():
        text = statement("schema.migrations", migration.file_stem)
        assert text.startswith("-- ")
        assert split_statements(text)


def test_an_unknown_name_is_no_file() -> None:
    with pytest.raises(FileNotFoundError):
        statement("schema.queries", "nothing")
