"""Serving: the processes of one machine, started with their listeners, and the welcome."""

from __future__ import annotations

import asyncio
import errno
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Final

import click

from footfall.config import Address, Config, to_environ
from footfall.control import call, is_running
from footfall.errors import CommandError, ConfigError
from footfall.logs import configure_logs
from footfall.opening import check_keys
from footfall.paths import STOREFRONT, DataPaths
from footfall.supervisor import Child, Supervisor
from footfall.tls import Tls
from schema import SchemaError

# How long the first start may take: opening the engine, migrating, seeding the demo.
_READY_S: Final = 60.0
_LOOK_AGAIN_S: Final = 0.1
_BACKLOG: Final = 2048
# A supervisor that was killed leaves children that were only just starting, and hold the listener
# until they find out.
_FREE_WITHIN_S: Final = 3.0


def serve_all(config: Config, visits_a_minute: int) -> None:
    """Run everything until SIGTERM, with so many visits to the demo shop."""
    collectors = _collectors(config)
    visits = [_trickle(config, collectors[0], visits_a_minute)] if visits_a_minute else []
    children = [*collectors, *visits, _store(config, "writer,dashboard")]
    asyncio.run(_supervise(config, children, welcome=True))


def serve_collectors(config: Config) -> None:
    """Run collectors and their writer until SIGTERM."""
    children = [*_collectors(config), _store(config, "writer")]
    asyncio.run(_supervise(config, children, welcome=False))


def serve_dashboard(config: Config) -> None:
    """Run the dashboard until SIGTERM."""
    asyncio.run(_supervise(config, [_store(config, "dashboard")], welcome=False))


def _build_demo_shop(config: Config) -> None:
    """Write the shop's pages, by the repository's own script."""
    if not STOREFRONT.is_dir():
        raise ConfigError(
            f"the demo shop is not in {STOREFRONT}: it comes with the repository, not with the"
            " package; start without --demo, or from a clone"
        )
    paths = DataPaths(config.data)
    paths.make()
    target = str(paths.demo_shop.absolute())
    build = [sys.executable, "-m", "examples.storefront.build", "--out", target]
    subprocess.run(build, cwd=STOREFRONT.parent.parent, check=True)


def _collectors(config: Config) -> list[Child]:
    """Return the collector processes; they share one listening socket.

    Connections that wait in its backlog outlive any one of them.
    """
    if config.tls is not None:
        config.tls.check()
    listener = _bind(config.collector)
    if config.demo:
        # Not before: where the address is taken, another server may be showing them.
        _build_demo_shop(config)
    return [
        Child(
            name=f"collector-{number}",
            module="footfall.collector_process",
            arguments=("--slot", f"c{number}"),
            listener=listener,
        )
        for number in range(config.workers)
    ]


def _trickle(config: Config, collector: Child, visits_a_minute: int) -> Child:
    return Child(
        name="trickle",
        module="footfall.demo.trickle",
        arguments=(
            "--collector",
            _url(config.collector, collector, config.tls),
            "--rate",
            str(visits_a_minute),
        ),
    )


def _store(config: Config, roles: str) -> Child:
    if config.dashboard_tls is not None:
        config.dashboard_tls.check()
    return Child(
        name="store",
        module="footfall.store_process",
        arguments=("--roles", roles),
        listener=_bind(config.dashboard) if "dashboard" in roles else None,
        is_store=True,
        hung_after_s=config.store_hung_after_s,
    )


def _bind(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    give_up_at_s = time.monotonic() + _FREE_WITHIN_S
    while True:
        try:
            listener.bind((address.host, address.port))
            listener.listen(_BACKLOG)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < give_up_at_s:
                time.sleep(_LOOK_AGAIN_S)
                continue
            raise CommandError(
                f"cannot listen on {address}: {error.strerror}; stop what uses it or name another"
            ) from error
        return listener


async def _supervise(config: Config, children: Sequence[Child], *, welcome: bool) -> None:
    configure_logs()
    DataPaths(config.data).make()
    try:
        check_keys(config)
    except SchemaError as error:
        raise ConfigError(str(error)) from error
    if welcome:
        # Not a pool's thread: stopping early must not wait for it.
        threading.Thread(target=_welcome, args=(config, children), daemon=True).start()
    await Supervisor(children, to_environ(config)).run()


def _welcome(config: Config, children: Sequence[Child]) -> None:
    """Show, when everything answers, the addresses and the first password."""
    try:
        owner = _first_owner(config)
    except CommandError as error:
        click.echo(f"footfall: {error}", err=True)
        return
    public = _url(config.collector, children[0], config.tls)
    internal = _url(config.dashboard, children[-1], config.dashboard_tls)
    lines = ["", "Footfall is running."]
    if config.demo:
        lines.append(f"  shop       {public}/demo/")
    lines += [f"  dashboard  {internal}/", f"  script     {public}/beacon.js"]
    if owner:
        lines += [
            "",
            f"Sign in as {owner['email']} with this one-time password: {owner['password']}",
        ]
    click.echo("\n".join([*lines, ""]))


def _first_owner(config: Config) -> dict[str, str]:
    """Return the first owner once the store answers; {} when there is none to be told of."""
    deadline_s = time.monotonic() + _READY_S
    while time.monotonic() < deadline_s:
        if config.clickhouse_url or is_running(config):
            owner: dict[str, str] = call(config, "first_owner")
            return owner
        time.sleep(_LOOK_AGAIN_S)
    raise CommandError(f"the store did not answer within {_READY_S:.0f} s: see the log above")


def _url(address: Address, child: Child, tls: Tls | None) -> str:
    """Return the address to open: the port really bound, and a host that a browser can reach."""
    port = child.listener.getsockname()[1] if child.listener else address.port
    host = "127.0.0.1" if address.host in ("0.0.0.0", "::") else address.host
    return f"{'http' if tls is None else 'https'}://{Address(host, port)}"
