"""With a certificate listeners speak TLS and nothing else; a store without a good one is none."""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.client import RemoteDisconnected
from pathlib import Path
from urllib.error import URLError
from urllib.response import addinfourl

import pytest

from footfall.config import Config, from_environ
from footfall.opening import open_store
from schema import StoreError
from schema.server_stream import ServerStreams
from tests.certificates import Authority
from tests.clickhouse_front import clickhouse_front
from tests.faults.service import Service
from tests.installation import footfall, wait_until


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Service]:
    """Return an installation whose listeners have a certificate each."""
    certificate, key = authority.certificate()
    own_certificate, own_key = authority.certificate(name="dashboard")
    running = Service(
        tmp_path_factory.mktemp("tls"),
        FOOTFALL_TLS_CERT=str(certificate),
        FOOTFALL_TLS_KEY=str(key),
        FOOTFALL_DASHBOARD_TLS_CERT=str(own_certificate),
        FOOTFALL_DASHBOARD_TLS_KEY=str(own_key),
    )
    running.launch()
    try:
        for url in (running.public, running.internal):
            wait_until(partial(answers, f"{secure(url)}/health", authority))
        yield running
    finally:
        running.stop()


def secure(url: str) -> str:
    return url.replace("http://", "https://")


def answers(url: str, authority: Authority) -> bool:
    try:
        with fetch(url, authority) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def fetch(url: str, authority: Authority) -> addinfourl:
    context = ssl.create_default_context(cafile=authority.path)
    response: addinfourl = urllib.request.urlopen(url, timeout=30, context=context)
    response.read()
    return response


def test_both_listeners_show_their_certificate_and_ask_for_tls_for_good(
    service: Service, authority: Authority
) -> None:
    for url in (service.public, service.internal):
        with fetch(f"{secure(url)}/health", authority) as response:
            assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_the_sign_in_form_sets_its_cookie_for_tls_alone(
    service: Service, authority: Authority
) -> None:
    with fetch(f"{secure(service.internal)}/login", authority) as response:
        cookies = response.headers.get_all("Set-Cookie") or []

    assert cookies
    assert all("Secure" in cookie for cookie in cookies)


def test_who_does_not_know_the_authority_or_speaks_no_tls_gets_nothing(
    service: Service, stranger: Authority
) -> None:
    for url in (service.public, service.internal):
        with pytest.raises(URLError, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(f"{secure(url)}/health", stranger)
        with pytest.raises((RemoteDisconnected, ConnectionError)):
            urllib.request.urlopen(f"{url}/health", timeout=30)


def test_commands_reach_the_store_process_as_ever(service: Service) -> None:
    assert service.running.command("site", "add", "shop.example")["name"] == "shop.example"


def test_a_certificate_without_its_key_is_told_at_the_start(
    tmp_path: Path, authority: Authority, stranger: Authority
) -> None:
    certificate, _ = authority.certificate(name="one")
    _, other_key = stranger.certificate(name="two")
    for key in (other_key, tmp_path / "none"):
        done = footfall(
            *("serve", "--data", str(tmp_path), "--collector", "127.0.0.1:0"),
            FOOTFALL_TLS_CERT=str(certificate),
            FOOTFALL_TLS_KEY=str(key),
        )
        assert done.returncode == 2
        assert "the key that belongs to it" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_clickhouse_server_is_believed_by_its_certificate_alone(
    engine_path: Path, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    certificate, key = authority.certificate(name="store")
    with clickhouse_front(engine_path, ssl_certfile=str(certificate), ssl_keyfile=str(key)) as url:
        environ = {
            "FOOTFALL_CLICKHOUSE_URL": f"{url}/footfall_tls",
            "FOOTFALL_DATA": str(tmp_path),
        }
        known = from_environ({**environ, "FOOTFALL_CLICKHOUSE_CA": str(authority.path)})
        store = open_store(known)
        assert store.value("SELECT 1") == 1
        assert store.streams.text("SELECT 1 FORMAT TabSeparated") == b"1\n"
        store.close()
        for config in (from_environ(environ), _believing(known, stranger)):
            with pytest.raises(StoreError):
                open_store(config)
            streams = ServerStreams(
                config.clickhouse_url,
                database="footfall",
                connect_timeout_s=5,
                timeout_s=5,
                authority=config.clickhouse_ca,
            )
            with pytest.raises(StoreError, match="SSLError"):
                streams.text("SELECT 1")


def _believing(config: Config, authority: Authority) -> Config:
    return from_environ(
        {
            "FOOTFALL_CLICKHOUSE_URL": config.clickhouse_url,
            "FOOTFALL_CLICKHOUSE_CA": str(authority.path),
            "FOOTFALL_DATA": str(config.data),
        }
    )
