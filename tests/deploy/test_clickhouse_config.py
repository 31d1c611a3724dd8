"""The ClickHouse configuration keeps analysts to the documented views and disks from filling."""

import copy
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.deploy.check_compose import ROOT

CLICKHOUSE = ROOT / "deploy" / "clickhouse"
PASSWORDS = {"CLICKHOUSE_WRITER_PASSWORD": "w", "CLICKHOUSE_ANALYST_PASSWORD": "a"}
# One process holds one configuration, so each user's questions are asked in a process of their own.
ASK = """
import sys
import clickhouse_connect

client = clickhouse_connect.get_client(
    interface="chdb", path=sys.argv[1], chdb_options={"config-file": sys.argv[2]}
)
for question in sys.argv[3:]:
    try:
        sys.stdout.write(repr(client.query(question).result_rows) + "\\n")
    except Exception as error:
        sys.stdout.write(str(error).rsplit("(", 1)[1].rstrip(")") + "\\n")
"""


def ask_as(user: str, directory: Path, *questions: str) -> list[str]:
    """Return each answer, or the name of its error, with the rights that our file gives `user`.

    The embedded engine knows one user, `default`; here it takes the grants and profile of `user`.
    """
    users = ElementTree.parse(CLICKHOUSE / "users.xml")
    default = users.find(f"users/{user}")
    listed = users.find("users")
    assert default is not None
    assert listed is not None
    if user != "default":
        listed.remove(listed[0])
        listed.append(copy.deepcopy(default))
        default.tag = "default"
        default.remove(default[0])
        ElementTree.SubElement(default, "password")
    for part in ("profiles", "quotas"):  # the server's own file has these
        ElementTree.SubElement(users.find(part) or users.getroot(), "default")
    users.write(directory / "users.xml")
    path = directory / "users.xml"
    (directory / "config.xml").write_text(
        "<clickhouse><user_directories><users_xml>"
        f"<path>{path}</path></users_xml></user_directories></clickhouse>",
        "utf-8",
    )
    # Laid over the main file by the engine itself, as in the server.
    (directory / "config.d").mkdir(exist_ok=True)
    shutil.copy(CLICKHOUSE / "config.xml", directory / "config.d" / "footfall.xml")
    done = subprocess.run(
        [sys.executable, "-c", ASK, directory / "db", directory / "config.xml", *questions],
        env=PASSWORDS,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return a place whose tables and view the writer has made with no more than its rights."""
    made = ask_as(
        "footfall_writer",
        tmp_path,
        "CREATE DATABASE footfall",
        "CREATE TABLE footfall.event_rows (path String) ENGINE = MergeTree ORDER BY path",
        "INSERT INTO footfall.event_rows VALUES ('/sebet')",
        "CREATE VIEW footfall.events AS SELECT path FROM footfall.event_rows",
        "SHOW CREATE VIEW footfall.events",
        "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
        "CREATE USER somebody",
    )
    assert "DEFINER = default SQL SECURITY DEFINER" in made[-3]
    assert made[-2:] == ["ACCESS_DENIED", "ACCESS_DENIED"]
    assert "ACCESS_DENIED" not in made[:-2]
    # The writer was called `default` here; from now on that is the analyst.
    ask_as(
        "default",
        tmp_path,
        "CREATE OR REPLACE VIEW footfall.events DEFINER = footfall_writer SQL SECURITY DEFINER"
        " AS SELECT path FROM footfall.event_rows",
    )
    return tmp_path


def test_the_analyst_reads_the_views_and_nothing_else(directory: Path) -> None:
    assert ask_as(
        "footfall_analyst",
        directory,
        "SELECT path FROM footfall.events",
        "SELECT path FROM footfall.event_rows",
        "SELECT * FROM file('/etc/hostname', 'LineAsString', 'line String')",
        "INSERT INTO footfall.events VALUES ('/sebet')",
        "SELECT path FROM footfall.events SETTINGS max_execution_time = 3600",
    ) == [
        "[('/sebet',)]",
        "ACCESS_DENIED",
        "ACCESS_DENIED",
        "ACCESS_DENIED",
        "SETTING_CONSTRAINT_VIOLATION",
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
