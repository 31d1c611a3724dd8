"""The compose file is valid, hardened, and names only what exists."""

import copy
import os
import stat
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from deploy.health import is_healthy
from schema.keys import parse_key
from tests.deploy.check_compose import ROOT, Compose, faults, load

DELETED = object()


def changed(service: str, key: str, value: Any) -> Compose:
    compose = copy.deepcopy(load())
    if value is DELETED:
        del compose["services"][service][key]
    else:
        compose["services"][service][key] = value
    return compose


def test_the_compose_file_has_no_fault() -> None:
    assert [*faults(load())] == []


@pytest.mark.parametrize(
    ("service", "key", "value", "fault"),
    [
        ("proxy", "imagge", "caddy", "services.proxy: Unevaluated properties"),
        ("collector", "healthcheck", DELETED, "services.collector: has no healthcheck"),
        ("clickhouse", "user", "0:0", "services.clickhouse: runs as root"),
        ("dashboard", "read_only", False, "services.dashboard: its root can be written"),
        ("dashboard", "ports", ["8001:8001"], "services.dashboard: is published past the proxy"),
        ("proxy", "networks", ["elsewhere"], "services.proxy: networks names elsewhere"),
        ("proxy", "volumes", ["./no-file:/x:ro"], "services.proxy: ./no-file is mounted"),
        (
            "proxy",
            "environment",
            {"FOOTFALL_DATABASE": "x"},
            "services.proxy: FOOTFALL_DATABASE is no setting",
        ),
    ],
)
def test_a_fault_is_named(service: str, key: str, value: Any, fault: str) -> None:
    assert [line for line in faults(changed(service, key, value)) if line.startswith(fault)]


def test_secrets_are_made_once_and_the_address_holds_the_writers_password(tmp_path: Path) -> None:
    copytree(ROOT / "deploy", tmp_path / "deploy", ignore=lambda *_: ["secrets"])
    secrets = tmp_path / "deploy" / "secrets"
    secrets.mkdir()

    def make() -> dict[str, str]:
        subprocess.run([tmp_path / "deploy" / "make-secrets.sh"], check=True)
        return {each.name: each.read_text("ascii") for each in secrets.iterdir()}

    made = make()
    writer, analyst = made["clickhouse_writer_password"], made["clickhouse_analyst_password"]
    assert len(writer) == len(analyst) == 64  # 32 random bytes in hex
    assert writer != analyst
    assert len(parse_key(made["encryption_key"]).secret) == 32
    expected = f"http://footfall_writer:{writer}@clickhouse:8123/footfall"
    assert made["clickhouse_url"] == expected
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert make() == made


def test_git_ignores_every_secret() -> None:
    for name in (
        "clickhouse_url",
        "encryption_key",
        "clickhouse_writer_password",
        "clickhouse_analyst_password",
    ):
        path = f"deploy/secrets/{name}"
        assert subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT).returncode == 0, path


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_a_container_is_healthy_when_its_health_answers_200(status: int, healthy: bool) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert is_healthy(f"http://127.0.0.1:{server.server_port}/health") is healthy
        thread.join()
    assert not is_healthy(f"http://127.0.0.1:{server.server_port}/health")


def test_the_image_holds_what_the_ignore_file_lets_through() -> None:
    let_through = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for line in (ROOT / "deploy/Dockerfile").read_text("utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                parent = f"!{Path(source).parent}/*.txt"
                assert f"!{source}" in let_through or parent in let_through, source
                assert (ROOT / source).exists(), source


def test_the_scripts_of_the_installation_can_be_run() -> None:
    for script in ("deploy/make-secrets.sh", "deploy/clickhouse/start.sh"):
        assert os.access(ROOT / script, os.X_OK), script
