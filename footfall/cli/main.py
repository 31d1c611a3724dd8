"""Main group: the command `footfall` and what its commands have in common."""

from __future__ import annotations

import sys

import click

from footfall.cli.audit import audit
from footfall.cli.backups import backup
from footfall.cli.doctor import doctor
from footfall.cli.encryption import encryption
from footfall.cli.exports import export
from footfall.cli.geoip import geoip
from footfall.cli.governance import record, report
from footfall.cli.holds import hold
from footfall.cli.imports import import_
from footfall.cli.inbox import requests
from footfall.cli.mail import mail
from footfall.cli.notice import notice
from footfall.cli.privacy import privacy
from footfall.cli.retention import retention
from footfall.cli.serve import collect, dashboard, serve
from footfall.cli.sites import site
from footfall.cli.sql import sql
from footfall.cli.tokens import token
from footfall.cli.users import user
from footfall.errors import ConfigError, FootfallError, UsageError
from geoip import GeoipError

# 0 done, 1 failed with one clear line on standard error, 2 wrong usage.
_FAILED = 1
_WRONG_USAGE = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="footfall")
def footfall() -> None:
    """Web analytics for shops that count without knowing who came in."""


for command in (
    *(serve, collect, dashboard, site, user, token, geoip, doctor, export, import_, sql),
    *(audit, backup, encryption, mail, notice, privacy, retention),
):
    footfall.add_command(command)
for command in (hold, record, report, requests):
    privacy.add_command(command)


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        footfall.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(_WRONG_USAGE)
    except (UsageError, ConfigError) as error:
        _fail(str(error), _WRONG_USAGE)
    except (FootfallError, GeoipError) as error:
        _fail(str(error), _FAILED)
    except click.Abort:
        _fail("stopped", _FAILED)


def _fail(message: str, status: int) -> None:
    click.echo(f"footfall: {message}", err=True)
    sys.exit(status)
