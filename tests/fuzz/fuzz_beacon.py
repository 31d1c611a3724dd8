"""Fuzzing: beacons made up by coverage, for as long as one likes: `make fuzz`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["collector", "msgspec"]):
    from tests.fuzz.beacon_target import feed


def _take(data: bytes) -> None:
    feed(data)


if __name__ == "__main__":
    atheris.Setup(sys.argv, _take)
    atheris.Fuzz()
