"""Shop server: the storefront behind a strict policy, below any path."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

POLICY = "default-src 'self'"


@contextmanager
def shop_at(site: Path, base: str) -> Iterator[str]:
    """Serve `site` below `base` on a free port; yield the address of its first page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = answer(site, base, urlsplit(self.path).path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            # A browser that goes to another page stops reading.
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{base}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(site: Path, base: str, path: str) -> tuple[int, str, bytes]:
    """Return status, type and body by the rule of the storefront's README."""
    if path == "/beacon.all.js":  # without a beacon, calls stay in the stub's queue to be read
        return 200, "text/javascript", b""
    found = find(site, path[len(base) :]) if path.startswith(base) else None
    file = found or site / "404.html"
    kind = guess_type(file.name)[0] or "application/octet-stream"
    return 200 if found else 404, kind, file.read_bytes()


def find(site: Path, path: str) -> Path | None:
    """Return the file a path below the base is served from: itself, its .html, or its index."""
    candidates = [site / path, site / f"{path}.html", site / path / "index.html"]
    if not path or path.endswith("/"):
        candidates = candidates[2:]
    return next((each for each in candidates[:2] if each.is_file()), None)
