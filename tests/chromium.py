"""Chromium: the browser the tests drive, found on this machine or installed.

`python -m tests.chromium` makes sure that one can be launched, before the tests need it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, sync_playwright

SETTING = "FOOTFALL_TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]


@cache
def executable_path() -> str:
    """Return an installed browser's path; RuntimeError says how to get one.

    Call it first outside of `sync_playwright()`, which cannot be entered twice.
    """
    for path in _installed():
        return path
    raise RuntimeError(
        f"no Chromium found (looked for {', '.join(NAMES)}, playwright's own and {SETTING}):"
        f" run `python -m tests.chromium`, or set {SETTING} to a browser's path"
    )


@contextmanager
def chromium(*arguments: str, **options: Any) -> Iterator[Browser]:
    """Launch a browser, with more arguments and options of Playwright's `launch`."""
    path = executable_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", *arguments], **options
        )
        yield browser
        browser.close()


def ensure() -> str:
    """Return the path of a browser that launches, after installing one if need be."""
    tried = []
    # A browser that was named is the one to use: another is no replacement.
    ways = () if SETTING in os.environ else (_install_with_playwright, _install_with_apt)
    for install in (None, *ways):
        if install:
            tried.append(install())
        for path in _installed():
            failure = _launch_failure(path)
            if not failure:
                return path
            tried.append(f"{path}: {failure}")
    raise RuntimeError(
        f"no Chromium could be launched; install one or set {SETTING}. Tried:\n"
        + "\n".join(dict.fromkeys(tried))
    )


def _installed() -> Iterator[str]:
    if chosen := os.environ.get(SETTING):
        # Whoever names a browser wants that one, or to hear that it is not there.
        yield chosen
        return
    for name in NAMES:
        if path := shutil.which(name):
            yield path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        yield own


def _launch_failure(path: str) -> str:
    """Return "" when the browser at `path` starts, else why not."""
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]).close()
    except Error as error:
        return str(error).splitlines()[0]
    return ""


def _install_with_playwright() -> str:
    return _attempt([sys.executable, "-m", "playwright", "install", "chromium"])


def _install_with_apt() -> str:
    if not shutil.which("apt-get"):
        return "apt-get: not on this machine"
    if os.geteuid() == 0:
        return _attempt(APT)
    # -n: never ask for a password.
    return _attempt(["sudo", "-n", *APT]) if shutil.which("sudo") else "apt-get: needs root"


def _attempt(command: list[str]) -> str:
    """Run a command; return it with its outcome."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    last_words = (done.stderr or done.stdout).strip().splitlines()[-1:]
    return f"{' '.join(command)}: status {done.returncode} {' '.join(last_words)}"


if __name__ == "__main__":
    try:
        sys.stdout.write(ensure() + "\n")
    except RuntimeError as error:
        sys.exit(str(error))
