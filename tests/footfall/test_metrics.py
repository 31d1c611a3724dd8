"""Promise: /metrics tells exactly what happened, in totals that name nobody, and is documented."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from footfall.metrics import render_metrics
from footfall.paths import DataPaths
from geoip import Locator
from tests.build import CHROME, SITE
from tests.geoip.databases import build_demo_mmdb
from tests.installation import Installation, installation, wait_until

DOC = Path(__file__).parents[2] / "docs" / "metrics.md"
PAGE = f"https://{SITE}/"
HEADERS = {"user-agent": CHROME, "accept-language": "az"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("metrics") / "data") as found:
        found.command("site", "add", SITE)
        wait_until(lambda: _post(found, {}).status_code == 400 and _knows(found))
        _traffic(found)
        yield found


def _knows(running: Installation) -> bool:
    """Tell whether the collector has heard of the site, by a beacon that is malformed beside it."""
    return "d" not in _post(running, {"d": SITE}).json()["fields"]


def _post(running: Installation, body: object, **headers: str) -> httpx.Response:
    return httpx.post(f"{running.public}/api/event", json=body, headers=HEADERS | headers)


def _traffic(running: Installation) -> None:
    """Send what the numbers below are of."""
    for path in ("a", "b", "c"):
        beacon = {"n": "pageview", "u": PAGE + path, "d": SITE, "id": path}
        assert _post(running, beacon).status_code == 202
    assert _post(running, beacon).status_code == 202  # "c" again
    engagement = {"n": "engagement", "u": PAGE, "d": SITE}
    stranger = {"x-forwarded-for": "203.0.113.9"}
    assert _post(running, engagement, **stranger).status_code == 202
    for _ in range(2):
        bot = _post(running, beacon, **{"user-agent": "curl/8.5.0"})
        assert bot.headers["x-footfall-dropped"] == "bot"
    assert _post(running, beacon | {"u": "https://other.example/"}).status_code == 202
    query = {"site": SITE, "url": PAGE}
    assert httpx.get(f"{running.public}/pixel.gif", params=query, headers=HEADERS).is_success
    assert _post(running, {"p": "x" * 20_000}).status_code == 413
    assert httpx.get(f"{running.public}/api/event").status_code == 405


def _samples(running: Installation) -> Mapping[tuple[str, ...], float]:
    """Return the samples by name and the values of their labels."""
    answer = httpx.get(f"{running.internal}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return _parsed(answer.text)


def _parsed(text: str) -> Mapping[tuple[str, ...], float]:
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_known_traffic_gives_exact_numbers(running: Installation) -> None:
    # Both kinds of process write what they counted within a second.
    wait_until(
        lambda: (
            _samples(running)["footfall_answers_total", "c0", "405"] == 1
            and _samples(running)["footfall_batch_records_sum",] == 9
        )
    )
    found = _samples(running)
    # Three pages, one of them again, an engagement, an image.
    assert found["footfall_events_accepted_total", "c0"] == 6
    assert found["footfall_events_dropped_total", "c0", "bot"] == 2
    assert found["footfall_events_dropped_total", "c0", "hostname"] == 1
    assert found["footfall_events_dropped_total", "c0", "spam"] == 0
    assert found["footfall_answers_total", "c0", "202"] == 9
    assert found["footfall_answers_total", "c0", "413"] == 1
    assert found["footfall_answers_total", "c0", "405"] == 1
    assert found["footfall_answers_total", "c0", "500"] == 0
    assert found["footfall_step_seconds_count", "c0", "validate"] == 9
    assert found["footfall_journal_wait_seconds_count", "c0"] == 9
    assert found["footfall_writer_dropped_total", "duplicate"] == 1
    assert found["footfall_writer_dropped_total", "no_session"] == 1
    assert found["footfall_batch_records_sum",] == 9
    assert found["footfall_sessions_open",] == 1


def test_steps_and_states_have_plausible_values(running: Installation) -> None:
    wait_until(lambda: _samples(running)["footfall_journal_unread_bytes", "c0"] == 0)
    found = _samples(running)
    for step in ("decode", "validate", "enrich"):
        assert 0 < found["footfall_step_seconds_sum", "c0", step] < 5
    assert found["footfall_collector_ready", "c0"] == 1
    assert found["footfall_journal_oldest_unread_seconds", "c0"] == 0
    assert found["footfall_journal_bytes", "c0"] > 500
    assert 0 <= found["footfall_writer_lag_seconds",] < 30
    # A site's day begins at most 14 hours before UTC's and ends 36 after that.
    assert -14 * 3600 <= found["footfall_salt_oldest_seconds",] < 36 * 3600
    assert found["footfall_disk_free_bytes",] > 0


def test_no_label_is_chosen_by_a_sender(running: Installation) -> None:
    text = httpx.get(f"{running.internal}/metrics").text
    labels = Counter(re.findall(r'(\w+)="', text))
    assert set(labels) == {"collector", "reason", "status", "cause", "step", "le", "version"}
    assert SITE not in text


def test_the_document_lists_each_metric_and_no_other(running: Installation) -> None:
    text = httpx.get(f"{running.internal}/metrics").text
    exported = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
    # Only with a database, as below.
    exported.add("footfall_geo_database_age_seconds")
    listed = re.findall(r"^\| `(\w+)`", DOC.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(exported)


def test_a_geo_database_has_its_age(tmp_path: Path) -> None:
    build_demo_mmdb(tmp_path / "places.mmdb")
    (tmp_path / "broken.mmdb").write_bytes(b"no database")
    places = Locator([tmp_path / "places.mmdb", tmp_path / "broken.mmdb"], directory=tmp_path)
    found = _parsed(render_metrics(DataPaths(tmp_path), places).decode())
    # Built a moment ago.
    assert 0 <= found["footfall_geo_database_age_seconds",] < 600
    assert found["footfall_geo_databases",] == 1
    assert found["footfall_geo_database_problems",] == 1


def test_a_collector_that_starts_again_counts_from_0(running: Installation) -> None:
    os.kill(running.process_id("footfall.collector_process"), signal.SIGKILL)
    wait_until(lambda: _samples(running).get(("footfall_events_accepted_total", "c0")) == 0)
    beacon = {"n": "pageview", "u": PAGE, "d": SITE}
    assert _post(running, beacon).status_code == 202
    wait_until(lambda: _samples(running)["footfall_events_accepted_total", "c0"] == 1)
