"""Health: whether an address answers 200; the exit status tells the container engine."""

import http.client
import sys
import urllib.request

TIMEOUT_S = 4  # under the engine's own limit of five


def is_healthy(url: str) -> bool:
    """Return whether `url` answers 200 in time."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
            return bool(answer.status == http.HTTPStatus.OK)
    except (OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(not is_healthy(sys.argv[1]))
