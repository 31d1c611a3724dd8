"""Main group: the command `footfall` and what its commands have in common."""

from __future__ import annotations

import sys
from typing import Final

import click

from footfall.cli.lazy import LazyCommands
from footfall.errors import ConfigError, FootfallError, UsageError

_COMMANDS: Final = LazyCommands(
    {
        "audit": "footfall.cli.audit:audit",
        "backup": "footfall.cli.backups:backup",
        "collect": "footfall.cli.serve:collect",
        "dashboard": "footfall.cli.serve:dashboard",
        "doctor": "footfall.cli.doctor:doctor",
        "encryption": "footfall.cli.encryption:encryption",
        "export": "footfall.cli.exports:export",
        "geoip": "footfall.cli.geoip:geoip",
        "import": "footfall.cli.imports:import_",
        "mail": "footfall.cli.mail:mail",
        "notice": "footfall.cli.notice:notice",
        "privacy": "footfall.cli.privacy:privacy",
        "retention": "footfall.cli.retention:retention",
        "serve": "footfall.cli.serve:serve",
        "site": "footfall.cli.sites:site",
        "sql": "footfall.cli.sql:sql",
        "token": "footfall.cli.tokens:token",
        "user": "footfall.cli.users:user",
    }
)

# 0 done, 1 failed with one clear line on standard error, 2 wrong usage.
_FAILED = 1
_WRONG_USAGE = 2


@click.group(commands=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="footfall")
def footfall() -> None:
    """Web analytics for shops that count without knowing who came in."""


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        footfall.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(_WRONG_USAGE)
    except (UsageError, ConfigError) as error:
        _fail(str(error), _WRONG_USAGE)
    except FootfallError as error:
        _fail(str(error), _FAILED)
    except click.Abort:
        _fail("stopped", _FAILED)


def _fail(message: str, status: int) -> None:
    click.echo(f"footfall: {message}", err=True)
    sys.exit(status)
