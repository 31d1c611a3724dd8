"""Configuration: the settings of one installation, read from the environment here alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from collector.journal.room import DISK_RESERVE_BYTES, JOURNAL_LIMIT_BYTES, MIB
from dashboard.api.rate import REQUESTS_PER_HOUR
from footfall.errors import ConfigError
from footfall.mailing.server import MailServer, parse_server
from footfall.tls import Tls
from privacy.inbox import mail_address
from privacy.retention_policy import DEFAULT_DAYS, MOST_DAYS
from schema.keys import Key, Keys, parse_key

PREFIX: Final = "FOOTFALL_"
FILE_SUFFIX: Final = "_FILE"
# Read by the tests alone.
TEST_PREFIX: Final = "FOOTFALL_TEST_"
# A name, a street and an e-mail address.
_LONGEST_LINE: Final = 500


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listener listens."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every setting there is; each has its line in README's table."""

    data: Path = Path("data")  # journal, embedded database, salts, geo database
    clickhouse_url: str = field(default="", repr=False)  # "" is the embedded engine
    clickhouse_ca: Path | None = None  # whom its certificate is from; None: whom the system knows
    collector: Address = Address("127.0.0.1", 8000)  # the public listener
    dashboard: Address = Address("127.0.0.1", 8001)  # the internal listener
    clickhouse_door: Address | None = None  # a listener of its own for the ClickHouse door
    tls_cert: Path | None = None  # the public listener's, and the internal one's without its own
    tls_key: Path | None = None
    dashboard_tls_cert: Path | None = None
    dashboard_tls_key: Path | None = None
    encryption_key: str = field(default="", repr=False)  # 64 hex digits; "" encrypts nothing
    encryption_old_keys: tuple[str, ...] = field(default=(), repr=False)  # while keys change
    public_url: str = ""  # where browsers reach the collector; "" is its listener
    privacy_contact: str = ""  # who decides what is kept, as the privacy notice names them
    dashboard_url: str = ""  # where people reach the dashboard; "" is its listener
    smtp_url: str = field(default="", repr=False)  # who takes mails; "": none are sent
    smtp_ca: Path | None = None  # whom its certificate is from; None: whom the system knows
    mail_from: str = ""  # the sender's address
    mail_report: bool = False  # the privacy report goes to owners each month
    workers: int = 1  # collector processes
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    geoip_db: tuple[Path, ...] = ()  # empty: what `footfall geoip` installed
    maxmind_account_id: str = ""  # with the key: `footfall geoip update --source maxmind`
    maxmind_licence_key: str = field(default="", repr=False)
    retention_days: int = DEFAULT_DAYS["events"]  # of raw events, where a site says nothing else
    journal_limit_mib: int = JOURNAL_LIMIT_BYTES // MIB  # of all collectors' journals together
    disk_reserve_mib: int = DISK_RESERVE_BYTES // MIB  # left free for the store to catch up
    audit_retention_days: int = 730  # of the audit log; longer than one of its chains lives
    require_second_factor: bool = False  # of everybody who signs in to the dashboard
    store_hung_after_s: int = 60  # without a sign of life, after which it is killed; 0 is never
    api_requests_per_hour: int = REQUESTS_PER_HOUR  # of each token, to the stats API
    demo: bool = False

    @property
    def keys(self) -> Keys:
        """Return the keys that encrypt what lies on the disk."""
        texts = [self.encryption_key, *self.encryption_old_keys] if self.encryption_key else []
        found: dict[str, Key] = {key.id: key for key in map(parse_key, texts)}
        return Keys(tuple(found.values()))

    @property
    def tls(self) -> Tls | None:
        """Return the public listener's certificate; None: it speaks plain HTTP."""
        return Tls(self.tls_cert, self.tls_key) if self.tls_cert and self.tls_key else None

    @property
    def dashboard_tls(self) -> Tls | None:
        """Return the internal listener's certificate; None: it speaks plain HTTP."""
        if self.dashboard_tls_cert and self.dashboard_tls_key:
            return Tls(self.dashboard_tls_cert, self.dashboard_tls_key)
        return self.tls

    @property
    def dashboard_address(self) -> str:
        """Return where people reach the dashboard."""
        scheme = "https" if self.dashboard_tls else "http"
        return self.dashboard_url or f"{scheme}://{self.dashboard}"

    @property
    def mail_server(self) -> MailServer | None:
        """Return who takes mails; None: none are sent."""
        return parse_server(self.smtp_url, self.smtp_ca) if self.smtp_url else None


def from_environ(environ: Mapping[str, str], **given: Any) -> Config:
    """Return the configuration; `given` values, unless None, win over the environment's.

    Raises ConfigError that names every bad setting at once.
    """
    faults: list[str] = []
    texts = _texts(environ, faults)
    values: dict[str, Any] = {}
    for name, text in texts.items():
        try:
            values[name] = _READERS[name](text)
        except ValueError as error:
            shown = "(secret)" if name in _SECRETS else repr(text)
            faults.append(f"{PREFIX}{name.upper()}={shown}: {error}")
    faults += _missing(values)
    if faults:
        raise ConfigError("; ".join(faults))
    return Config(**values | {name: value for name, value in given.items() if value is not None})


def to_environ(config: Config) -> dict[str, str]:
    """Return the variables from which `from_environ` makes the same configuration."""
    values = {
        "data": str(config.data.absolute()),
        "clickhouse_url": config.clickhouse_url,
        "clickhouse_ca": _absolute(config.clickhouse_ca),
        "tls_cert": _absolute(config.tls_cert),
        "tls_key": _absolute(config.tls_key),
        "dashboard_tls_cert": _absolute(config.dashboard_tls_cert),
        "dashboard_tls_key": _absolute(config.dashboard_tls_key),
        "encryption_key": config.encryption_key,
        "encryption_old_keys": ",".join(config.encryption_old_keys),
        "collector": str(config.collector),
        "dashboard": str(config.dashboard),
        "clickhouse_door": str(config.clickhouse_door or ""),
        "public_url": config.public_url,
        "privacy_contact": config.privacy_contact,
        "dashboard_url": config.dashboard_url,
        "smtp_url": config.smtp_url,
        "smtp_ca": _absolute(config.smtp_ca),
        "mail_from": config.mail_from,
        "mail_report": "1" if config.mail_report else "",
        "workers": str(config.workers),
        "trusted_proxies": ",".join(map(str, config.trusted_proxies)),
        "geoip_db": ":".join(map(str, config.geoip_db)),
        "maxmind_account_id": config.maxmind_account_id,
        "maxmind_licence_key": config.maxmind_licence_key,
        "demo": "1" if config.demo else "",
        "retention_days": str(config.retention_days),
        "journal_limit_mib": str(config.journal_limit_mib),
        "disk_reserve_mib": str(config.disk_reserve_mib),
        "audit_retention_days": str(config.audit_retention_days),
        "require_second_factor": "1" if config.require_second_factor else "",
        "store_hung_after_s": str(config.store_hung_after_s),
        "api_requests_per_hour": str(config.api_requests_per_hour),
    }
    return {PREFIX + name.upper(): text for name, text in values.items() if text}


def _missing(values: Mapping[str, Any]) -> list[str]:
    """Return a fault for each setting that is of no use without another one."""
    needs = {
        "tls_cert": "tls_key",
        "tls_key": "tls_cert",
        "dashboard_tls_cert": "dashboard_tls_key",
        "dashboard_tls_key": "dashboard_tls_cert",
        "encryption_old_keys": "encryption_key",
        "smtp_url": "mail_from",
        "smtp_ca": "smtp_url",
        "mail_from": "smtp_url",
        "mail_report": "smtp_url",
    }
    return [
        f"{PREFIX}{name.upper()}: expected {PREFIX}{other.upper()} with it"
        for name, other in needs.items()
        if values.get(name) and other not in values
    ]


def _absolute(path: Path | None) -> str:
    return "" if path is None else str(path.absolute())


def _texts(environ: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    """Return the settings' texts by field name; note what is no setting or cannot be read."""
    texts: dict[str, str] = {}
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX) or variable.startswith(TEST_PREFIX) or not text:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in _READERS:
            texts[name] = text
        elif name.endswith("_file") and name.removesuffix("_file") in _SECRETS:
            try:
                secret = Path(text).read_text(encoding="utf-8").strip()
            except OSError as error:
                faults.append(f"{variable}={text!r}: expected a readable file: {error.strerror}")
            else:
                texts.setdefault(name.removesuffix("_file"), secret)
        else:
            faults.append(f"{variable}: no such setting in this version; unset it, or see README")
    return texts


def parse_address(text: str) -> Address:
    """Return the address in HOST:PORT; raises ValueError that says what was expected."""
    host, separator, port = text.rpartition(":")
    if not separator or not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("expected HOST:PORT, such as 127.0.0.1:8000")
    return Address(host.strip("[]"), int(port))


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise ValueError("expected a whole number from 1 to 64; unset it for the default, 1")
    return int(text)


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError("expected http(s)://host, such as https://stats.shop.example")
    return text.rstrip("/")


def _line(text: str) -> str:
    if not text.isprintable() or len(text) > _LONGEST_LINE:
        raise ValueError(f"expected one line of at most {_LONGEST_LINE} characters")
    return text.strip()


def _clickhouse_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected http(s)://user:password@host:port/database")
    return text


def _smtp_url(text: str) -> str:
    parse_server(text)
    return text


def _mail_from(text: str) -> str:
    if not mail_address(text):
        raise ValueError("expected one address, such as footfall@shop.example")
    return text.strip()


def _key(text: str) -> str:
    parse_key(text)
    return text


def _keys(text: str) -> tuple[str, ...]:
    return tuple(_key(part.strip()) for part in text.split(",") if part.strip())


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(
            f"expected networks such as 10.0.0.0/8, parted by commas: {error}"
        ) from error


def _paths(text: str) -> tuple[Path, ...]:
    return tuple(Path(part) for part in text.split(":") if part)


def _whole_number(least: int, text: str) -> int:
    if not text.isdecimal() or int(text) < least:
        raise ValueError(f"expected a whole number from {least} on; unset it for the default")
    return int(text)


def _retention_days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DAYS:
        raise ValueError(
            f"expected a whole number of days from 1 to {MOST_DAYS};"
            f" unset it for the default, {DEFAULT_DAYS['events']}"
        )
    return int(text)


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("expected 0 or 1")
    return text == "1"


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "data": Path,
    "clickhouse_url": _clickhouse_url,
    "clickhouse_ca": Path,
    "tls_cert": Path,
    "tls_key": Path,
    "dashboard_tls_cert": Path,
    "dashboard_tls_key": Path,
    "encryption_key": _key,
    "encryption_old_keys": _keys,
    "collector": parse_address,
    "dashboard": parse_address,
    "clickhouse_door": parse_address,
    "public_url": _public_url,
    "privacy_contact": _line,
    "dashboard_url": _public_url,
    "smtp_url": _smtp_url,
    "smtp_ca": Path,
    "mail_from": _mail_from,
    "mail_report": _flag,
    "workers": _workers,
    "trusted_proxies": _networks,
    "geoip_db": _paths,
    "maxmind_account_id": str,
    "maxmind_licence_key": str,
    "demo": _flag,
    "retention_days": _retention_days,
    "journal_limit_mib": partial(_whole_number, 1),
    "disk_reserve_mib": partial(_whole_number, 0),
    # A quarter: a breach is often noticed late.
    "audit_retention_days": partial(_whole_number, 90),
    "require_second_factor": _flag,
    "store_hung_after_s": partial(_whole_number, 0),
    "api_requests_per_hour": partial(_whole_number, 1),
}
_SECRETS: Final = frozenset(
    {"clickhouse_url", "smtp_url", "maxmind_licence_key", "encryption_key", "encryption_old_keys"}
)


def setting_names() -> Iterable[str]:
    """Return the name of every setting, as README's table lists them."""
    return [PREFIX + item.name.upper() for item in fields(Config)]
