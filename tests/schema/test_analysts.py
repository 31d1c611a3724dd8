"""Promise: a server's analyst role reads the documented views, and nothing else.

The embedded engine stores no roles, so here it only reads the statements.
"""

from __future__ import annotations

from schema import Store
from schema.analysts import make_analyst_role
from schema.statements import split_statements, statement


def test_the_roles_statements_are_the_engines_and_grant_the_views_alone(
    embedded_store: Store,
) -> None:
    read = [
        embedded_store.value("SELECT formatQuerySingleLine({sql:String})", {"sql": sql})
        for sql in split_statements(statement("schema.queries", "analyst_role"))
    ]

    assert read[0] == "CREATE ROLE IF NOT EXISTS footfall_analyst"
    assert [sql for sql in read if sql.startswith("GRANT")] == [
        f"GRANT SELECT ON {view} TO footfall_analyst"
        for view in ("events", "sessions", "daily", "dropped")
    ]
    assert "readonly = 2, allow_ddl = 0 CONST" in read[1]
    assert len(read) == 7


def test_a_store_whose_user_may_make_no_roles_goes_on_without(embedded_store: Store) -> None:
    assert not make_analyst_role(embedded_store)
