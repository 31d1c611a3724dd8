"""Collector process: one of the public listener's processes."""

from __future__ import annotations

import os
from typing import Final

from collector.journal.room import MIB, Limits
from collector.listener.address import Proxies
from collector.serve import run
from collector.settings import CollectorSettings
from footfall.config import from_environ
from footfall.paths import DataPaths
from footfall.process import child_arguments, inherited_listener
from footfall.store_socket import asker
from footfall.tls import server_options

# A visitor waits for it; a store that hangs is one that is away.
_ASK_WITHIN_S: Final = 5.0


def main() -> None:
    """Run until SIGTERM."""
    arguments = child_arguments("a collector process", "slot")
    config = from_environ(os.environ)
    paths = DataPaths(config.data)
    settings = CollectorSettings(
        data=config.data,
        journal_slot=arguments.slot,
        proxies=Proxies(config.trusted_proxies),
        geoip_paths=config.geoip_db,
        limits=Limits(config.journal_limit_mib * MIB, config.disk_reserve_mib * MIB),
        keys=config.keys,
        public_url=config.public_url,
        ask_store=asker(paths, _ASK_WITHIN_S),
        retention_days=config.retention_days,
        controller=config.privacy_contact,
        # A server's disk is its own.
        is_encrypted=bool(config.encryption_key) and not config.clickhouse_url,
        demo=paths.demo_shop if config.demo else None,
    )
    run(settings, inherited_listener(arguments.listener), server_options(config.tls))


if __name__ == "__main__":
    main()
