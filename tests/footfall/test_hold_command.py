"""A hold hides rows from every page, file and interface, and outlasts erasure and retention."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.dashboard.serve import PASSWORD, sign_in
from tests.faults.load import wait_until_counted
from tests.installation import Installation, footfall, installation
from tests.privacy.test_visitor_page import send
from tests.privacy.visitor import SITE, Visitor, wait_until_stored

OWNER = "leyla@mail.example"
# A word that stands on held rows alone.
HELD = "zebra71"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("holds") / "data") as found:
        found.command("site", "add", SITE)
        found.command("user", "add", OWNER, "--role", "owner", "--password-stdin", stdin=PASSWORD)
        viewer = ("viewer@mail.example", "--role", "viewer", "--password-stdin")
        found.command("user", "add", *viewer, stdin=PASSWORD)
        wait_until_counted(found)
        yield found


def everything(running: Installation, secrets: dict[str, str], visitor: Visitor) -> dict[str, str]:
    """Return what each way of reading shows."""
    data = ("--data", str(running.data))
    today = datetime.now(UTC).date().isoformat()
    shown = {
        "footfall sql": footfall("sql", "SELECT path FROM events", *data).stdout,
        "footfall sql, sessions": footfall("sql", "SELECT entry_path FROM sessions", *data).stdout,
        "a visitor's own view": visitor.ask(page=7).text,
    }
    with httpx.Client(base_url=running.internal, timeout=30) as client:
        bearer = {"Authorization": f"Bearer {secrets['sql']}"}
        question = "SELECT path FROM footfall.events FORMAT CSV"
        shown["door"] = client.post("/clickhouse/", content=question, headers=bearer).text
        query = {
            "site_id": SITE,
            "metrics": ["pageviews"],
            "date_range": "day",
            "dimensions": ["event:page"],
        }
        bearer = {"Authorization": f"Bearer {secrets['stats']}"}
        shown["stats API"] = client.post("/api/v2/query", json=query, headers=bearer).text
        sign_in(client, OWNER)
        shown["overview"] = client.get(f"/sites/{SITE}?period=today").text
        shown["details"] = client.get(f"/sites/{SITE}/details/pages.csv?period=today").text
        for dataset in ("events", "sessions"):
            address = f"/sites/{SITE}/export/file?dataset={dataset}&since={today}&until={today}"
            shown[f"export of {dataset}"] = client.get(f"{address}&format=csv").text
    return shown


def test_held_rows_are_seen_nowhere_until_the_hold_ends(running: Installation) -> None:
    secrets = {
        scope: running.command("token", "add", scope, "--scope", scope)["token"]
        for scope in ("sql", "stats")
    }
    today = datetime.now(UTC).date()
    until = (today + timedelta(days=30)).isoformat()
    rows = (SITE, "--from", f"{today}", "--to", f"{today}", "--filter", f"page:contains:{HELD}")
    why = ("--kind", "fraud", "--reason", "card testing", "--until", until, "--owner", OWNER)
    with (
        Visitor(running.public, "198.51.100.1") as one,
        Visitor(running.public, "198.51.100.2") as two,
    ):
        one.view(f"/{HELD}", page=7)
        two.view("/plain")
        wait_until_stored(running.data)
        before = everything(running, secrets, one)
        assert {way: HELD in text for way, text in before.items()} == dict.fromkeys(before, True)

        assert running.command("privacy", "hold", "add", *rows, *why, "--dry-run")["events"] == 1
        assert (
            HELD in footfall("sql", "SELECT path FROM events", "--data", str(running.data)).stdout
        ), "a dry run changes nothing"
        added = running.command("privacy", "hold", "add", *rows, *why)
        assert added["events"] == 1
        during = everything(running, secrets, one)
        assert {way: HELD in text for way, text in during.items()} == dict.fromkeys(during, False)

        running.command("retention", "run")
        receipt = one.ask("DELETE", page=7).json()["receipt"]
        assert receipt["removed"] == {"events": 0, "sessions": 0}
        assert receipt["kept"]["until"] == until
        said = send(one, "erase", page=7).text
        assert "Kept aside until" in said
        assert "Art. 17(3)" in said
        assert "fraud" not in said.lower()
    [hold] = running.command("privacy", "hold", "list")
    assert {name: hold[name] for name in ("id", "kind", "site", "reason", "owner", "ends_on")} == {
        "id": added["id"], "kind": "fraud", "site": SITE, "reason": "card testing", "owner": OWNER,
        "ends_on": until,
    }  # fmt: skip
    assert (hold["rows"], hold["days_left"]) == (1, 30)

    ended = running.command("privacy", "hold", "end", hold["id"], "--reason", "case closed")
    # Its visitor had it erased meanwhile, so that it goes.
    assert (ended["back"], ended["removed"]) == (0, 1)
    assert running.command("privacy", "hold", "list") == []
    [last] = running.command("privacy", "hold", "list", "--ended")
    assert (last["rows"], last["rows_at_first"], last["days_left"]) == (0, 1, None)
    [report] = [r for r in running.command("retention", "report") if r["class"] == "holds"]
    assert (report["found"], report["removed"], report["found_after"]) == (1, 1, 0)
    noted = {
        record["action"]: record
        for record in running.command("audit", "list")
        if record["action"] in ("hold", "release")
    }
    assert noted["hold"]["purpose"] == "fraud: card testing"
    assert noted["release"]["purpose"] == "case closed"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"--owner": "nobody@mail.example"}, "no user has this"),
        ({"--owner": "viewer@mail.example"}, "account of role owner"),
        ({"--until": "2026-1-1"}, "expected YYYY-MM-DD"),
        ({"--until": "2020-01-01"}, "expected a day after"),
        ({"--reason": " "}, "a reason of 0 characters"),
        ({"--kind": "restriction"}, "'legal', 'fraud'"),
        ({"--filter": "city:is:Baku"}, "FIELD is one of page"),
        ({"--from": ""}, "--from and --to"),
        ({"--page": "5"}, "not both"),
    ],
)
def test_what_is_wrong_with_a_hold_is_said(
    running: Installation, changed: dict[str, str], expected: str
) -> None:
    given = {
        "--from": "2026-01-01", "--to": "2026-01-02", "--filter": "page:is:/x", "--kind": "legal",
        "--reason": "court order 7", "--until": f"{datetime.now(UTC).date() + timedelta(days=9)}",
        "--owner": OWNER,
    } | changed  # fmt: skip
    options = [part for option in given.items() for part in option]
    done = footfall("privacy", "hold", "add", SITE, *options, "--data", str(running.data))
    assert done.returncode == 2
    assert expected in done.stderr
