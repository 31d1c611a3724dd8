"""TLS: a listener's certificate, and what browsers are told once they have seen it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from footfall.errors import ConfigError

# A year, what preload lists ask for at least (RFC 6797 leaves it open).
_HSTS: Final = ("strict-transport-security", "max-age=31536000")


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate with its chain, and its key, both PEM."""

    certificate: Path
    key: Path

    def check(self) -> None:
        """Raise ConfigError unless the pair can be read and belongs together."""
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                self.certificate, self.key
            )
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"TLS with {self.certificate} and {self.key}: {error.strerror or error}: expected"
                " a PEM certificate with its chain, and the key that belongs to it"
            ) from error


def server_options(tls: Tls | None) -> dict[str, Any]:
    """Return what uvicorn is told; nothing without TLS."""
    if tls is None:
        return {}
    return {
        "ssl_certfile": str(tls.certificate),
        "ssl_keyfile": str(tls.key),
        "headers": [_HSTS],
    }
