"""Roles: each page, API, export, SQL door and command is answered to whom the matrix says alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import httpx
import pytest
from starlette.routing import BaseRoute, Match

from footfall.cli.main import footfall
from footfall.commands.notes import NOTES
from privacy.roles import DUTIES, Duty
from tests.collector.served import served
from tests.dashboard.build_rows import SITE
from tests.governance.role_server import (
    ASKERS,
    HIDDEN_SITE,
    OTHERS_PATH,
    OWN_PATH,
    ROLES,
    Offices,
    Row,
    collector_routes,
    matrix,
    offices,
)

MATRIX = matrix()
DASHBOARD = [row for row in MATRIX if row.surface == "dashboard"]
COLLECTOR = [row for row in MATRIX if row.surface == "collector"]
COMMANDS = dict(
    line.split("\t")
    for line in (Path(__file__).parent / "commands.tsv").read_text("utf-8").splitlines()
    if not line.startswith(("#", "command\t"))
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    with offices(tmp_path_factory.mktemp("roles")) as opened:
        yield opened


def test_each_route_of_the_dashboard_has_its_line_and_each_line_its_route(office: Offices) -> None:
    routes = office.app.routes
    asked = {id(route) for row in DASHBOARD for route in routes if _answers(route, row)}

    assert [route for route in routes if id(route) not in asked] == []
    assert [row.request for row in DASHBOARD if not any(_answers(r, row) for r in routes)] == []


@pytest.mark.parametrize("row", DASHBOARD, ids=lambda row: row.request)
def test_the_dashboard_answers_each_as_the_matrix_says(office: Offices, row: Row) -> None:
    found = {who: office.ask(who, row.request) for who in ASKERS}

    assert {who: str(status) for who, (status, _) in found.items()} == {
        who: row.answers[who] for who in ASKERS
    }
    for who, (_, text) in found.items():
        assert HIDDEN_SITE not in text or HIDDEN_SITE in row.request, who
    # A seller's pages begin with /mine, and who is nobody sees no page of the shop's at all.
    assert OTHERS_PATH not in found["seller"][1]
    assert OTHERS_PATH not in found["nobody"][1]
    assert OWN_PATH not in found["nobody"][1]
    assert SITE not in found["nobody"][1] or SITE in row.request


def test_what_nobody_is_refused_is_there_to_be_seen(office: Offices) -> None:
    page = "GET /sites/{site}/details/{panel}.csv"

    assert OTHERS_PATH in office.ask("viewer", page)[1]
    assert OWN_PATH in office.ask("seller", page)[1]


@pytest.mark.parametrize(
    ("duty", "request_of_it"),
    [
        ("figures", "GET /sites/{site}"),
        ("left_out", "GET /sites/{site}/dropped"),
        ("rows", "GET /sites/{site}/export/file?dataset=events"),
        ("audit", "GET /audit.csv"),
        ("requests", "GET /privacy/requests"),
        ("holds", "GET /privacy/holds"),
    ],
)
def test_the_matrix_says_what_the_roles_duties_say(duty: Duty, request_of_it: str) -> None:
    [row, *_] = [row for row in DASHBOARD if row.request.startswith(request_of_it)]

    assert {who for who in ROLES if row.answers[who] == "200"} == {
        role for role, duties in DUTIES.items() if duty in duties
    }


def test_each_route_of_the_collector_has_its_line_and_is_the_same_for_everybody(
    tmp_path: Path,
) -> None:
    assert [row.request for row in COLLECTOR] == collector_routes(tmp_path)
    with served(tmp_path) as collector, collector.client() as client:
        for row in COLLECTOR:
            assert {row.answers[who] for who in ASKERS} == {str(_status(client, row))}, row.request


def test_each_command_has_its_line_and_each_change_its_note() -> None:
    noted = {name.replace("_", " "): note.action for name, note in NOTES.items()}

    assert sorted(_leaves(footfall, "footfall")) == sorted(COMMANDS)
    assert noted == {
        name.removeprefix("footfall ").replace("-", " "): action
        for name, action in COMMANDS.items()
        if action in {"setting", "user", "token", "backup"}
    }


def _answers(route: BaseRoute, row: Row) -> bool:
    method, _, path = row.route.partition(" ")
    match, _ = route.matches({"type": "http", "method": method, "path": path})
    return match == Match.FULL


def _status(client: httpx.Client, row: Row) -> int:
    method, _, path = row.request.partition(" ")
    return client.request(method, _filled(path)).status_code


def _filled(path: str) -> str:
    return path.replace("{features:path}", "").replace("{site}", SITE).replace("{id}", "0" * 32)


def _leaves(command: click.Command, name: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for word, below in command.commands.items():
            yield from _leaves(below, f"{name} {word}")
    else:
        yield name
