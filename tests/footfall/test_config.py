"""Configuration: every bad setting is told at once, secrets are not shown, options win."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from footfall.config import Address, Config, from_environ, parse_address, to_environ
from footfall.errors import ConfigError
from footfall.tls import Tls


def test_an_empty_environment_gives_the_defaults_of_the_readme() -> None:
    config = from_environ({})

    assert config.data == Path("data")
    assert config.collector == Address("127.0.0.1", 8000)
    assert config.dashboard == Address("127.0.0.1", 8001)
    assert config.workers == 1
    assert config.clickhouse_url == ""


def test_each_setting_is_read() -> None:
    config = from_environ(
        {
            "FOOTFALL_DATA": "/srv/footfall",
            "FOOTFALL_CLICKHOUSE_URL": "https://writer:secret@db.example:8443/footfall",
            "FOOTFALL_COLLECTOR": "[::1]:9000",
            "FOOTFALL_WORKERS": "4",
            "FOOTFALL_TRUSTED_PROXIES": "192.0.2.0/24, 2001:db8::/32",
            "FOOTFALL_GEOIP_DB": "/a.mmdb:/b.mmdb",
            "FOOTFALL_API_REQUESTS_PER_HOUR": "10000",
        }
    )

    assert config.data == Path("/srv/footfall")
    assert config.clickhouse_url == "https://writer:secret@db.example:8443/footfall"
    assert config.collector == Address("::1", 9000)
    assert config.workers == 4
    assert config.trusted_proxies == (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))
    assert config.geoip_db == (Path("/a.mmdb"), Path("/b.mmdb"))
    assert config.api_requests_per_hour == 10_000


def test_every_bad_setting_is_named_in_one_error() -> None:
    with pytest.raises(ConfigError) as caught:
        from_environ({"FOOTFALL_WORKERS": "0", "FOOTFALL_DASHBOARD": "8001"})

    assert "FOOTFALL_WORKERS='0': expected a whole number from 1 to 64" in str(caught.value)
    assert "FOOTFALL_DASHBOARD='8001': expected HOST:PORT" in str(caught.value)


def test_a_setting_that_this_version_does_not_have_is_refused() -> None:
    with pytest.raises(ConfigError, match="FOOTFALL_ENCRYPTION_KEYS: no such setting"):
        from_environ({"FOOTFALL_ENCRYPTION_KEYS": "00"})


def test_a_setting_that_wants_another_one_says_so() -> None:
    with pytest.raises(ConfigError) as caught:
        from_environ({"FOOTFALL_TLS_CERT": "/a.pem", "FOOTFALL_ENCRYPTION_OLD_KEYS": "0a" * 32})

    assert "FOOTFALL_TLS_CERT: expected FOOTFALL_TLS_KEY with it" in str(caught.value)
    assert "FOOTFALL_ENCRYPTION_OLD_KEYS: expected FOOTFALL_ENCRYPTION_KEY" in str(caught.value)


def test_the_first_key_writes_and_no_key_is_shown() -> None:
    config = from_environ(
        {
            "FOOTFALL_ENCRYPTION_KEY": "0a" * 32,
            "FOOTFALL_ENCRYPTION_OLD_KEYS": f"{'0b' * 32}, {'0a' * 32}",
        }
    )
    with pytest.raises(ConfigError) as caught:
        from_environ({"FOOTFALL_ENCRYPTION_KEY": "0a" * 31 + "zz"})

    assert [key.secret for key in config.keys.all] == [b"\x0a" * 32, b"\x0b" * 32]
    assert "0a0a" not in repr(config) + str(caught.value)
    assert "64 hex digits" in str(caught.value)


def test_the_dashboard_has_the_public_certificate_unless_it_has_its_own(tmp_path: Path) -> None:
    public = {"FOOTFALL_TLS_CERT": "/a.pem", "FOOTFALL_TLS_KEY": "/a.key"}
    own = {"FOOTFALL_DASHBOARD_TLS_CERT": "/b.pem", "FOOTFALL_DASHBOARD_TLS_KEY": "/b.key"}

    assert from_environ({}).dashboard_tls is None
    assert from_environ(public).dashboard_tls == Tls(Path("/a.pem"), Path("/a.key"))
    assert from_environ(public | own).dashboard_tls == Tls(Path("/b.pem"), Path("/b.key"))
    assert from_environ(own).tls is None


def test_a_secret_is_not_shown_in_an_error_or_a_representation() -> None:
    with pytest.raises(ConfigError) as caught:
        from_environ({"FOOTFALL_CLICKHOUSE_URL": "tcp://u:hunter2@h"})
    config = from_environ({"FOOTFALL_CLICKHOUSE_URL": "http://u:hunter2@h"})

    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(config)


def test_a_secret_is_read_from_the_file_its_setting_names(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("http://u:p@h:8123/footfall\n", encoding="utf-8")

    config = from_environ({"FOOTFALL_CLICKHOUSE_URL_FILE": str(secret)})

    assert config.clickhouse_url == "http://u:p@h:8123/footfall"


def test_a_secret_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a readable file"):
        from_environ({"FOOTFALL_CLICKHOUSE_URL_FILE": str(tmp_path / "none")})


def test_an_option_wins_over_the_environment() -> None:
    config = from_environ({"FOOTFALL_WORKERS": "2"}, workers=3, data=None)

    assert config.workers == 3
    assert config.data == Path("data")


def test_a_child_process_gets_the_same_configuration(tmp_path: Path) -> None:
    config = Config(
        data=tmp_path,
        collector=Address("::1", 1),
        workers=2,
        trusted_proxies=(ip_network("192.0.2.0/24"),),
        geoip_db=(tmp_path / "a.mmdb",),
        maxmind_account_id="7",
        maxmind_licence_key="k",
        clickhouse_ca=tmp_path / "ca.pem",
        tls_cert=tmp_path / "a.pem",
        tls_key=tmp_path / "a.key",
        encryption_key="0a" * 32,
        encryption_old_keys=("0b" * 32,),
        demo=True,
    )

    assert from_environ(to_environ(config)) == config


@pytest.mark.parametrize("text", ["", "8000", "host:", ":80", "host:99999", "host:x"])
def test_an_address_without_host_and_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected HOST:PORT"):
        parse_address(text)
