"""Demo shop: its static pages, whose paths have no ending."""

from __future__ import annotations

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class DemoShop(StaticFiles):
    """For PATH the file PATH, else PATH.html; for PATH/ its index.html; else 404.html."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the page at `path`."""
        if scope["path"].endswith("/") or "." in path.rpartition("/")[2]:
            return await super().get_response(path, scope)
        found, _ = self.lookup_path(f"{path}.html")
        return await super().get_response(f"{path}.html" if found else path, scope)
