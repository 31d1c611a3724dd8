"""Promise: what a page loads is small, ours, built from sources, and draws true borders."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest

from dashboard.frontend.build import SOURCE, STATIC, build
from dashboard.rendering.render import TEMPLATES
from tests.dashboard.look_records import overview_html

BUILT = (
    "footfall.css", "footfall.js", "licences.txt", "map.js", "sql.css", "sql.js", "theme.js",
    "world.json",
)  # fmt: skip
LOADED = [name for name in BUILT if name != "licences.txt"]
SQL_ONLY = ("sql.css", "sql.js")
FIRST_LOAD_BYTES = 60 * 1024  # LOOK's budget for everything a first visit of the page loads
CRIMEA = (34.1, 45.0)


def test_the_committed_files_are_what_the_sources_build(tmp_path: Path) -> None:
    build(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(BUILT)
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (STATIC / name).read_bytes(), (
            f"{name} differs from its sources: run python -m dashboard.frontend.build"
        )


def test_a_first_visit_loads_at_most_60_kib_with_the_map_and_all() -> None:
    sizes = {
        name: len(brotli.compress((STATIC / name).read_bytes()))
        for name in LOADED
        if name not in SQL_ONLY
    }
    sizes["overview.html"] = len(brotli.compress(overview_html().encode()))
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, sizes


def test_the_editor_adds_at_most_150_kib_and_only_to_its_own_page() -> None:
    sizes = [len(brotli.compress((STATIC / name).read_bytes())) for name in SQL_ONLY]
    assert sum(sizes) <= 150 * 1024, sizes
    assert "/static/sql." not in overview_html()


def test_the_lock_names_no_registry_and_every_version_is_exact() -> None:
    assert "://" not in re.sub(r'"url": "[^"]*"', "", (SOURCE / "package-lock.json").read_text())
    package = json.loads((SOURCE / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}.values()
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_template_has_a_style_attribute_or_an_inline_script(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_what_is_built_asks_nothing_of_another_host() -> None:
    for name in LOADED:
        text = (STATIC / name).read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//[a-z0-9-]+\.[a-z]", text), name


def test_the_licences_of_what_is_bundled_go_along() -> None:
    licences = (STATIC / "licences.txt").read_text()
    for name in (
        "@codemirror/view",
        "d3-array",
        "d3-geo",
        "d3-path",
        "d3-shape",
        "topojson-client",
        "world-atlas",
    ):
        assert re.search(rf"^{name} \d+\.\d+\.\d+$", licences, re.MULTILINE), name


def test_crimea_is_drawn_with_ukraine_and_not_with_russia() -> None:
    assert _holders(CRIMEA) == ["UA"]


@pytest.mark.parametrize(
    ("place", "country"),
    [
        ((49.0, 40.5), "AZ"),
        ((45.4, 39.2), "AZ"),  # Nakhchivan, apart from the rest
        ((33.2, 35.25), "CY"),  # the north of the island
        ((44.0, 10.0), "SO"),  # Hargeisa's side
        ((37.6, 55.7), "RU"),
        ((39.0, 45.3), "RU"),  # across the strait from Crimea
        ((30.5, 50.4), "UA"),
    ],
)
def test_places_lie_in_their_countries(place: tuple[float, float], country: str) -> None:
    assert _holders(place) == [country]


def test_the_map_holds_countries_and_no_other_names() -> None:
    ids = [country["id"] for country in _world()["objects"]["countries"]["geometries"]]
    named = [code for code in ids if code]
    assert len(named) == len(set(named)) > 225
    assert all(re.fullmatch("[A-Z]{2}", code) for code in named)


def _world() -> dict[str, Any]:
    world: dict[str, Any] = json.loads((STATIC / "world.json").read_text())
    return world


def _holders(point: tuple[float, float]) -> list[str]:
    """Return the countries that hold a point."""
    world = _world()
    arcs = [_points(arc, world["transform"]) for arc in world["arcs"]]
    found = []
    for country in world["objects"]["countries"]["geometries"]:
        rings = [_ring(ring, arcs) for polygon in country["arcs"] for ring in polygon]
        if sum(_holds(ring, point) for ring in rings) % 2:
            found.append(country["id"])
    return found


def _points(arc: list[list[int]], transform: dict[str, list[float]]) -> list[tuple[float, float]]:
    """Return an arc's points: in the file each is the step from the one before."""
    (scale_x, scale_y), (start_x, start_y) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        points.append((x * scale_x + start_x, y * scale_y + start_y))
    return points


def _ring(ring: list[int], arcs: list[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    """Return a ring's points; a negative number is the arc ~number, backwards."""
    return [p for n in ring for p in (arcs[n] if n >= 0 else arcs[~n][::-1])]


def _holds(ring: list[tuple[float, float]], point: tuple[float, float]) -> bool:
    """Return whether a ring holds a point: whether a ray from it crosses an odd number of sides."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossings += 1
    return crossings % 2 == 1
