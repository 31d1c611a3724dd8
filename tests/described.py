"""Described: how schemathesis tries a document of this project, and what it holds answers to."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

# Not whether all that the schema takes is taken, and nothing else: a site may be unknown, "1" is
# read as the number that was meant, some metrics need a dimension.
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def examples(most: int) -> settings:
    """Return settings that try each operation that often, the same way in each run."""
    return settings(
        max_examples=most,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
