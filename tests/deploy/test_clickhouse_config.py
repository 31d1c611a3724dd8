"""The ClickHouse configuration keeps analysts to the documented views and disks from filling."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.deploy.check_compose import ROOT

CLICKHOUSE = ROOT / "deploy" / "clickhouse"
# What the server ships in its own users.xml, which ours is laid over.
SHIPPED = "<clickhouse><profiles><default/></profiles><quotas><default/></quotas></clickhouse>"
# The engine lives in its own process: one configuration for one process.
QUESTIONS = """
import sys
import clickhouse_connect

client = clickhouse_connect.get_client(
    interface="chdb", path=sys.argv[1], chdb_options={"config-file": sys.argv[2]}
)
client.command("CREATE DATABASE footfall")
client.command("CREATE TABLE footfall.event_rows (path String) ENGINE = MergeTree ORDER BY path")
client.command("INSERT INTO footfall.event_rows VALUES ('/sebet')")
client.command(
    "CREATE VIEW footfall.events DEFINER = footfall_writer SQL SECURITY DEFINER"
    " AS SELECT path FROM footfall.event_rows"
)
for question in sys.argv[3:]:
    try:
        rows = client.query("EXECUTE AS " + question).result_rows
        sys.stdout.write(repr(rows) + "\\n")
    except Exception as error:
        sys.stdout.write(str(error).split("(")[-1].split(")")[0] + "\\n")
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay our users over the shipped ones, as the server does with its users.d."""
    directory = tmp_path_factory.mktemp("server")
    (directory / "users.d").mkdir()
    (directory / "users.xml").write_text(SHIPPED, "utf-8")
    (directory / "users.d" / "footfall.xml").write_bytes((CLICKHOUSE / "users.xml").read_bytes())
    (directory / "config.xml").write_text(
        f"""<clickhouse>
        <user_directories><users_xml><path>{directory}/users.xml</path></users_xml></user_directories>
        <access_control_improvements>
            <allow_impersonate_user>1</allow_impersonate_user>
        </access_control_improvements>
        </clickhouse>""",
        "utf-8",
    )
    return directory / "config.xml"


def answers(config: Path, data: Path, *questions: str) -> list[str]:
    environ = {"CLICKHOUSE_WRITER_PASSWORD": "w", "CLICKHOUSE_ANALYST_PASSWORD": "a"}
    done = subprocess.run(
        [sys.executable, "-c", QUESTIONS, data, config, *questions],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()


def test_the_analyst_reads_the_views_and_nothing_else(config: Path, tmp_path: Path) -> None:
    assert answers(
        config,
        tmp_path / "db",
        "footfall_analyst SELECT path FROM footfall.events",
        "footfall_analyst SELECT path FROM footfall.event_rows",
        "footfall_analyst SELECT name FROM file('/etc/hostname', 'LineAsString', 'name String')",
        "footfall_writer SELECT path FROM footfall.event_rows",
        "footfall_writer SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
    ) == [
        "[('/sebet',)]",
        "ACCESS_DENIED",
        "ACCESS_DENIED",
        "[('/sebet',)]",
        "ACCESS_DENIED",
    ]


def test_every_log_of_the_server_about_itself_is_off_or_expires() -> None:
    root = ElementTree.parse(CLICKHOUSE / "config.xml").getroot()
    logs = {each.tag: each for each in root if each.tag.endswith("_log")}
    kept = {name for name, each in logs.items() if each.get("remove") != "1"}
    assert kept == {"query_log", "part_log"}
    assert all("TTL event_date" in (logs[name].findtext("engine") or "") for name in kept)
    assert {"trace_log", "text_log", "metric_log", "asynchronous_metric_log"} <= logs.keys()


def test_nobody_enters_without_a_password_but_from_inside() -> None:
    users = ElementTree.parse(CLICKHOUSE / "users.xml").getroot().find("users")
    assert users is not None
    for user in users:
        password = user.find("password")
        networks = [each.text for each in user.findall("networks/ip")]
        assert password is not None
        if password.get("from_env") is None:
            assert networks == ["127.0.0.1", "::1"], user.tag
        else:
            assert "::/0" not in networks, user.tag
