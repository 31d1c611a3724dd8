"""Command line: commands work with and without a running server, and say clearly what is wrong."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.installation import Installation, footfall, installation

REPOSITORY = Path(__file__).parents[2]

# What a command wants that opens the store itself, and takes most of a second to import.
HEAVY = {"chdb", "clickhouse_connect", "footfall.commands", "numpy", "pyarrow", "schema.clients"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Return an installation that all tests of this file share."""
    with installation(tmp_path_factory.mktemp("cli") / "data") as running:
        yield running


def test_a_site_can_be_added_shown_changed_and_removed_while_the_server_runs(
    running: Installation,
) -> None:
    added = running.command(
        *("site", "add", "shop.example", "--timezone", "Asia/Baku"),
        *("--hostname", "shop.example", "--hostname", "www.shop.example", "--small-number", "7"),
    )
    changed = running.command("site", "set", "shop.example", "--small-number", "10")
    listed = running.command("site", "list")
    removed = running.command("site", "remove", "shop.example")

    assert added["timezone"] == "Asia/Baku"
    assert added["hostnames"] == ["shop.example", "www.shop.example"]
    assert changed["small_number"] == 10
    assert changed["hostnames"] == ["shop.example", "www.shop.example"]
    assert [site["name"] for site in listed] == ["shop.example"]
    assert removed["name"] == "shop.example"
    assert running.command("site", "list") == []


def test_a_command_works_before_the_first_start(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))

    added = footfall("site", "add", "shop.example", *data)
    listed = footfall("site", "list", "--json", *data)

    assert added.returncode == 0, added.stderr
    assert [site["name"] for site in json.loads(listed.stdout)] == ["shop.example"]


@pytest.mark.parametrize(
    "arguments",
    [("site", "list"), ("site", "show", "light.example"), ("user", "list"), ("token", "list")],
)
def test_a_command_that_asks_the_server_imports_nothing_of_the_store(
    running: Installation, arguments: tuple[str, ...]
) -> None:
    footfall("site", "add", "light.example", "--data", str(running.data))

    assert HEAVY & imported(*arguments, "--data", str(running.data)) == set()


@pytest.mark.parametrize("arguments", [("--help",), ("privacy", "--help")])
def test_help_imports_nothing_of_the_store(arguments: tuple[str, ...]) -> None:
    assert HEAVY & imported(*arguments) == set()


def test_a_command_without_a_server_imports_all_of_it(tmp_path: Path) -> None:
    assert imported("site", "list", "--data", str(tmp_path / "data")) >= HEAVY


def test_only_the_store_process_holds_the_engine(running: Installation) -> None:
    engine = "/_chdb."
    processes = {"supervisor": running.process.pid} | {
        module: running.process_id(module)
        for module in ("footfall.collector_process", "footfall.store_process")
    }

    held = {name: Path(f"/proc/{pid}/maps").read_text() for name, pid in processes.items()}

    assert [name for name, maps in held.items() if engine in maps] == ["footfall.store_process"]
    driver = "/clickhouse_connect/"
    assert [name for name, maps in held.items() if driver in maps] == ["footfall.store_process"]


def test_a_changed_time_zone_counts_from_the_next_day(running: Installation) -> None:
    running.command("site", "add", "zone.example", "--timezone", "Asia/Baku")

    changed = running.command("site", "set", "zone.example", "--timezone", "Europe/Istanbul")

    assert changed["timezone"] == "Asia/Baku"
    assert changed["next_timezone"] == "Europe/Istanbul"


def test_a_rule_keeps_its_mode_until_another_is_given(running: Installation) -> None:
    running.command("site", "add", "rules.example")
    rules = ("site", "set", "rules.example", "--rule")
    running.command(*rules, "hosting=drop", "--rule", "rate=off")
    changed = running.command(*rules, "rate=shadow", "--rule", "spam=shadow")

    # That of "rate" is what it does anyway.
    assert changed["rule_modes"] == ["hosting=drop", "spam=shadow"]


def test_a_site_asks_for_consent_as_it_is_told(running: Installation) -> None:
    assert running.command("site", "add", "consent.example")["consent"] == "cookieless"
    assert (
        running.command("site", "set", "consent.example", "--consent", "strict")["consent"]
        == "strict"
    )
    published = json.loads((running.data / "rules.json").read_text())
    assert published["sites"]["consent.example"]["consent"] == "strict"


def test_a_consent_can_be_had_again_by_who_gave_it(running: Installation) -> None:
    running.command("site", "add", "agreed.example")
    running.command("site", "set", "agreed.example", "--consent", "consent")
    url = f"{running.public}/api/privacy/agreed.example/consent"
    consent_id = "1234567890-1234567890-1234567890-1"
    decision = json.dumps({"state": "granted", "consent_id": consent_id})
    limit_s = time.monotonic() + 60
    # Collectors hear of the site within a second, and the store has the receipt as soon.
    while (given := httpx.post(url, content=decision)).status_code != 201:
        assert time.monotonic() < limit_s, given.text
    found: list[object] = []
    while not found:
        answer = httpx.get(url, headers={"Footfall-Claim": f"consent={consent_id}"})
        assert time.monotonic() < limit_s, answer.text
        found = answer.json().get("receipts", [])
    assert given.json() in found


def test_users_get_roles_sites_and_a_password(running: Installation) -> None:
    running.command("site", "add", "users.example")
    added = running.command(
        *("user", "add", "Leyla@Shop.example", "--role", "analyst", "--site", "users.example"),
        "--password-stdin",
        stdin="a long enough password\n",
    )
    changed = running.command("user", "set", "leyla@shop.example", "--role", "viewer")
    running.command(
        "user", "password", "leyla@shop.example", "--password-stdin", stdin="another long one\n"
    )
    removed = running.command("user", "remove", "leyla@shop.example")

    assert added["email"] == "leyla@shop.example"
    assert added["sites"] == ["users.example"]
    assert changed["role"] == "viewer"
    assert removed["email"] == "leyla@shop.example"


def test_a_token_is_printed_once_and_never_listed(running: Installation) -> None:
    added = running.command("token", "add", "shop server", "--scope", "events")
    listed = running.command("token", "list")
    running.command("token", "remove", "shop server")

    assert added["token"].startswith("ff_")
    assert listed == [{"name": "shop server", "scope": "events", "sites": []}]
    assert running.command("token", "list") == []


@pytest.mark.parametrize(
    ("arguments", "stdin", "expected"),
    [
        (("site", "add", "no spaces"), "", "expected letters, digits"),
        (("site", "add", "a.example", "--timezone", "Baku"), "", "expected an IANA name"),
        (("site", "add", "a.example", "--small-number", "1"), "", "expected 2 to 1000"),
        (("site", "add", "a.example", "--hostname", "a b"), "", "expected a name such as"),
        (("site", "show", "none.example"), "", "footfall site add none.example"),
        (("site", "set", "none.example"), "", "footfall site add none.example"),
        (("site", "set", "zone.example", "--rule", "rate"), "", "expected RULE=MODE"),
        (("site", "set", "zone.example", "--small-number", "0"), "", "expected 2 to 1000"),
        (
            ("user", "add", "x", "--role", "owner", "--password-stdin"),
            "p" * 20,
            "expected an address",
        ),
        (("user", "add", "x@y", "--role", "boss", "--password-stdin"), "p" * 20, "expected one of"),
        (("user", "add", "x@y", "--role", "owner", "--password-stdin"), "short", "at least 15"),
        (("user", "add", "x@y", "--role", "owner"), "", "--password-stdin"),
        (("user", "add", "x@y", "--role", "seller", "--password-stdin"), "p" * 20, "--path-prefix"),
        (("user", "add", "x@y", "--role", "owner", "--password-stdin"), "p" * 129, "at most 128"),
        (("user", "reset-2fa", "x@y"), "", "footfall user list"),
        (("user", "remove", "x@y"), "", "footfall user list"),
        (("token", "add", "t", "--scope", "all"), "", "expected one of stats, sql, events"),
        (
            ("token", "add", "t", "--scope", "sql", "--site", "none.example"),
            "",
            "footfall site list",
        ),
        (("token", "remove", "none"), "", "footfall token list"),
        (("nonsense",), "", "No such command"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_status_2(
    running: Installation, arguments: tuple[str, ...], stdin: str, expected: str
) -> None:
    data = () if arguments == ("nonsense",) else ("--data", str(running.data))

    done = footfall(*arguments, *data, stdin=stdin)

    assert done.returncode == 2, done.stderr
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


def test_adding_what_is_there_is_refused(running: Installation) -> None:
    running.command("site", "add", "twice.example")

    done = footfall("site", "add", "twice.example", "--data", str(running.data))

    assert done.returncode == 2
    assert "is there already" in done.stderr


def test_doctor_names_what_to_do_and_finds_a_file_that_others_can_read(tmp_path: Path) -> None:
    data = tmp_path / "data"
    findings = json.loads(footfall("doctor", "--json", "--data", str(data)).stdout)
    by_subject = {finding["subject"]: finding for finding in findings}
    data.chmod(0o755)

    after = footfall("doctor", "--data", str(data))

    assert by_subject["store"]["state"] == "good"
    assert "footfall site add" in by_subject["sites"]["text"]
    assert "footfall geoip update" in by_subject["geoip"]["text"]
    assert after.returncode == 1
    assert "others may read data" in after.stdout


def test_only_the_owner_can_open_the_control_socket(running: Installation) -> None:
    mode = stat.S_IMODE((running.data / "store.sock").stat().st_mode)

    assert mode == 0o600


def test_a_port_in_use_is_told(running: Installation, tmp_path: Path) -> None:
    port = running.public.rpartition(":")[2]

    done = footfall("serve", "--data", str(tmp_path / "d"), "--collector", f"127.0.0.1:{port}")

    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr


def test_a_demo_without_the_repository_s_shop_is_one_clear_line(tmp_path: Path) -> None:
    for package in ("collector", "dashboard", "footfall", "geoip", "privacy", "schema"):
        shutil.copytree(REPOSITORY / package, tmp_path / package)

    done = subprocess.run(
        [sys.executable, "-m", "footfall", "serve", "--demo", "--data", str(tmp_path / "d")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "start without --demo" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_parts_run_apart_only_beside_a_server(tmp_path: Path) -> None:
    done = footfall("collect", "--data", str(tmp_path / "d"))

    assert done.returncode == 2
    assert "FOOTFALL_CLICKHOUSE_URL" in done.stderr


def imported(*arguments: str) -> set[str]:
    """Return the name of every module that a `footfall` command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "footfall", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
