"""Serve commands of the command line: the supervisor and its processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from footfall.cli.options import configuration, store_options
from footfall.config import Address, Config, parse_address
from footfall.errors import ConfigError


class _AddressType(click.ParamType[Any]):
    """HOST:PORT."""

    name = "HOST:PORT"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        try:
            return value if isinstance(value, Address) else parse_address(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


_COLLECTOR = click.option("--collector", type=_AddressType(), help="The public listener.")
_DASHBOARD = click.option("--dashboard", type=_AddressType(), help="The internal listener.")
_WORKERS = click.option("--workers", type=click.IntRange(1, 64), help="Collector processes.")


@click.command()
@click.option("--demo", is_flag=True, default=None, help="A demo shop with 30 days of traffic.")
@click.option(
    "--trickle", type=click.IntRange(0, 600), default=0, help="Visits a minute of the demo shop."
)
@_WORKERS
@_DASHBOARD
@_COLLECTOR
@store_options
def serve(data: Path | None, clickhouse_url: str | None, trickle: int, **given: Any) -> None:
    """Run all of it on one machine."""
    config = configuration(data, clickhouse_url, **given)
    if trickle and not config.demo:
        raise click.UsageError("--trickle visits the demo shop: add --demo")
    # What runs processes, here and below, is nothing that a command's help wants.
    from footfall.serving import serve_all

    serve_all(config, trickle)


@click.command()
@_WORKERS
@_COLLECTOR
@store_options
def collect(data: Path | None, clickhouse_url: str | None, **given: Any) -> None:
    """Run the collector and its writer alone, beside a ClickHouse server."""
    from footfall.serving import serve_collectors

    serve_collectors(_server_only(configuration(data, clickhouse_url, **given)))


@click.command()
@_DASHBOARD
@store_options
def dashboard(data: Path | None, clickhouse_url: str | None, **given: Any) -> None:
    """Run the dashboard alone, beside a ClickHouse server."""
    from footfall.serving import serve_dashboard

    serve_dashboard(_server_only(configuration(data, clickhouse_url, **given)))


def _server_only(config: Config) -> Config:
    if not config.clickhouse_url:
        raise ConfigError(
            "the parts can run apart only beside a ClickHouse server: set FOOTFALL_CLICKHOUSE_URL,"
            " or run all with 'footfall serve'"
        )
    return config
