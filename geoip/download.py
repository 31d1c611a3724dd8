"""Download: one file over HTTPS, bounded in size and time."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException, HTTPMessage
from ipaddress import ip_address
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from geoip.errors import SourceError, SourceSettingError

# DB-IP City Lite 2026-06 is 64 MB packed, paid databases several times that; our choice.
MAX_DOWNLOAD_BYTES = 1 << 30

# Waiting for the next bytes, and for all of them. Our choice: 64 MB in half an hour is 300 kbit/s.
_SILENCE_S = 30
_WHOLE_S = 1_800

_TEXT_BYTES = 4_096
_CHUNK_BYTES = 1 << 18
_USER_AGENT = "footfall-geoip"


class NotThereError(SourceError):
    """The server answered that it has no such file."""


def download(url: str, target: Path, *, authorization: str = "") -> None:
    """Write what `url` gives to `target`; raises SourceError, NotThereError on 404."""
    with target.open("wb") as file:
        for chunk in _chunks(url, authorization, MAX_DOWNLOAD_BYTES):
            file.write(chunk)


def download_text(url: str, *, authorization: str = "") -> str:
    """Return the short text at `url`; raises SourceError, NotThereError on 404."""
    return b"".join(_chunks(url, authorization, _TEXT_BYTES)).decode("utf-8", "replace")


def _chunks(url: str, authorization: str, limit_bytes: int) -> Iterator[bytes]:
    host = urlsplit(url).hostname
    if not _is_private_way(url):
        raise SourceSettingError(f"{host}: expected an https:// address")
    request = urllib.request.Request(url, headers={"User-Agent": _USER_AGENT})
    if authorization:
        # "Unredirected": the key stays with this host, and does not follow to a file store.
        request.add_unredirected_header("Authorization", authorization)
    give_up_at_s = time.monotonic() + _WHOLE_S
    left_bytes = limit_bytes
    try:
        with _OPENER.open(request, timeout=_SILENCE_S) as answer:
            while chunk := answer.read(_CHUNK_BYTES):
                left_bytes -= len(chunk)
                if left_bytes < 0 or time.monotonic() > give_up_at_s:
                    raise SourceError(f"{host} sends more, or slower, than a geo database needs")
                yield chunk
            if answer.length:
                raise SourceError(f"{host} broke off in the middle; try again")
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 404:
            raise NotThereError(f"{host} has no such file") from None
        raise SourceError(
            f"{host} answered {error.code}; check the account, or try later"
        ) from None
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        raise SourceError(f"{host} could not be reached ({reason})") from error


def _is_private_way(url: str) -> bool:
    """Tell whether nobody can read along: HTTPS, or a server on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only where nobody can read along."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not _is_private_way(newurl):
            raise SourceError(
                f"{urlsplit(req.full_url).hostname} leads to an address without https"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = urllib.request.build_opener(_SafeRedirects)
