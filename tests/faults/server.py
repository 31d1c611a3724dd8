"""Server: a ClickHouse URL that fails inserts in each of five ways under traffic."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

from schema import open_server
from tests.faults.fault_proxy import MODES, fault_proxy
from tests.faults.figures import ROWS, Figures, figures
from tests.faults.service import service
from tests.faults.traffic import traffic
from tests.installation import wait_until

DATABASE = "footfall_faults"


def fail_inserts(folder: Path, server_url: str, *, rounds: int, hold_s: float) -> Figures:
    """Hold each fault for a while after it first met an insert, then let the store catch up."""
    begun_s = time.monotonic()
    parts = urlsplit(server_url)
    with fault_proxy(server_url) as proxy:
        url = f"http://{parts.username}:{parts.password}@127.0.0.1:{proxy.port}/{DATABASE}"
        with (
            service(folder, "--clickhouse", url) as running,
            traffic(running.public, per_s=200) as sent,
        ):
            for mode in MODES * rounds:
                before = proxy.hits[mode]
                proxy.set_mode(mode)
                wait_until(lambda mode=mode, before=before: proxy.hits[mode] > before)  # type: ignore[misc]
                time.sleep(hold_s)
                proxy.set_mode("pass")
                running.wait_until_caught_up()
            sent.stop()
            running.wait_until_stored()
    store = open_server(f"{server_url}/{DATABASE}")
    try:
        rows = store.rows(ROWS)
    finally:
        store.close()
    return figures(
        "ClickHouse URL fails inserts",
        sent,
        rows,
        begun_s,
        hold_s=hold_s,
        hits=dict(proxy.hits),
    )
