"""Vulnerabilities: which installed versions are known to have one, as pip-audit finds them.

It asks the package registry about each of them, so it is an answer only where the network is.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

import click
import msgspec

# Our choice: a hundred packages at a slow registry; a mail that is late is better than none.
TIMEOUT_S: Final = 120.0


class _Vulnerability(msgspec.Struct, frozen=True):
    id: str


class _Dependency(msgspec.Struct, frozen=True):
    name: str
    version: str = ""
    vulns: list[_Vulnerability] = []
    skip_reason: str = ""


class _Report(msgspec.Struct, frozen=True):
    dependencies: list[_Dependency]


@dataclass(frozen=True, slots=True)
class Vulnerable:
    """What was found, or why nothing was looked for."""

    found: tuple[str, ...] = ()  # such as "name 1.0: PYSEC-2026-1"
    not_checked: str = ""


def known_vulnerabilities(timeout_s: float = TIMEOUT_S) -> Vulnerable:
    """Return the vulnerabilities of what this Python has installed."""
    if find_spec("pip_audit") is None:
        return Vulnerable(not_checked="pip-audit is not installed: see 'make audit'")
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(
            [*command, "--skip-editable", "--timeout", "10"],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Vulnerable(not_checked=f"the registry did not answer within {timeout_s:.0f} s")
    return read_report(done.stdout)


def read_report(text: str) -> Vulnerable:
    """Return what a report of pip-audit says; it ends with status 1 for both kinds of trouble."""
    try:
        report = msgspec.json.decode(text, type=_Report)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return Vulnerable(not_checked="the registry could not be asked")
    # What is worked on here is in no registry.
    asked = [each for each in report.dependencies if "editable" not in each.skip_reason]
    # A mirror may have the packages and not what is known of them: that is not "none".
    unknown = sum(bool(each.skip_reason) for each in asked)
    return Vulnerable(
        tuple(
            f"{dependency.name} {dependency.version}: {', '.join(v.id for v in dependency.vulns)}"
            for dependency in report.dependencies
            if dependency.vulns
        ),
        f"the registry knows nothing of {unknown} of {len(asked)} packages" if unknown else "",
    )


def main() -> None:
    """Print what is known; exit 1 when something is."""
    result = known_vulnerabilities()
    for line in result.found:
        click.echo(line)
    if result.not_checked:
        click.echo(f"known vulnerabilities: not checked: {result.not_checked}")
    sys.exit(1 if result.found else 0)


if __name__ == "__main__":
    main()
