"""Sleeping collector: serves on a port, by a clock that is off by what a file says.

python -m tests.collector.sleeping_collector DATA PORT OFFSET_FILE
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from collector.app import create_app
from collector.settings import CollectorSettings


def main() -> None:
    """Serve until SIGTERM."""
    data, port, offset = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(hours=float(offset.read_text(encoding="utf-8")))

    app = create_app(CollectorSettings(data=data, journal_slot="c0"), clock=clock)
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
