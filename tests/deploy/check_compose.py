"""Compose check: whether docker-compose.yml is what Compose accepts and this product needs.

`python -m tests.deploy.check_compose` prints one line for the first fault and exits with 1.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from footfall.config import FILE_SUFFIX, PREFIX, Config

ROOT = Path(__file__).parents[2]
SCHEMA = Path(__file__).with_name("compose-spec.json")
SERVICES = {"collector", "dashboard", "clickhouse", "proxy"}

Compose = dict[str, Any]


def load(path: Path = ROOT / "docker-compose.yml") -> Compose:
    """Return the file's content, merge keys resolved."""
    content: Compose = yaml.safe_load(path.read_text("utf-8"))
    return content


def faults(compose: Compose) -> Iterator[str]:
    """Yield each fault as one line; the file's shape first, as the rest relies on it."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    found = [*Draft202012Validator(schema).iter_errors(compose)]
    if found:
        for error in found:
            yield f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        return
    if set(compose["services"]) != SERVICES:
        yield f"services: expected {sorted(SERVICES)}, found {sorted(compose['services'])}"
        return
    for name, service in compose["services"].items():
        for fault in (*_hardening(service), *_settings(service), *_references(service, compose)):
            yield f"services.{name}: {fault}"
    yield from _routes(compose)


def _hardening(service: Compose) -> Iterator[str]:
    for key in ("healthcheck", "mem_limit", "restart", "user"):
        if key not in service:
            yield f"has no {key}"
    if service.get("user", "").startswith(("0", "root")):
        yield "runs as root"
    if not service.get("read_only"):
        yield "its root can be written; set read_only"
    if "no-new-privileges:true" not in service.get("security_opt", ()):
        yield "may gain privileges; set no-new-privileges"
    if service.get("cap_drop") != ["ALL"]:
        yield "keeps capabilities; set cap_drop: [ALL]"


def _settings(service: Compose) -> Iterator[str]:
    known = {PREFIX + each.name.upper() for each in fields(Config)}
    for name in service.get("environment", {}):
        if name.startswith(PREFIX) and name.removesuffix(FILE_SUFFIX) not in known:
            yield f"{name} is no setting of Footfall"


def _references(service: Compose, compose: Compose) -> Iterator[str]:
    for kind in ("networks", "secrets"):
        for name in set(service.get(kind, ())) - set(compose[kind]):
            yield f"{kind} names {name}, which is not declared"
    for value in service.get("environment", {}).values():
        if value.startswith("/run/secrets/") and Path(value).name not in service["secrets"]:
            yield f"{value} is not among its secrets"
    for volume in service.get("volumes", ()):
        source = volume.split(":")[0]
        if source.startswith("./") and not (ROOT / source).is_file():
            yield f"{source} is mounted and does not exist"
        if not source.startswith("./") and source not in compose["volumes"]:
            yield f"volume {source} is not declared"


def _routes(compose: Compose) -> Iterator[str]:
    """Yield what keeps the proxy, and it alone, from being the way in."""
    services = compose["services"]
    for name in SERVICES - {"proxy"}:
        if "ports" in services[name]:
            yield f"services.{name}: is published past the proxy"
    proxied = re.findall(r"reverse_proxy (\S+)", (ROOT / "deploy/Caddyfile").read_text("utf-8"))
    for name in ("collector", "dashboard"):
        port = services[name]["environment"][PREFIX + name.upper()].rsplit(":", 1)[1]
        if f"{name}:{port}" not in proxied:
            yield f"deploy/Caddyfile: expected reverse_proxy {name}:{port}, found {proxied}"


def main() -> int:
    """Print the first fault and return 1, or return 0."""
    fault = next(faults(load()), None)
    if fault:
        sys.stderr.write(f"docker-compose.yml: {fault}\n")
    return int(fault is not None)


if __name__ == "__main__":
    sys.exit(main())
