"""Axe: what axe-core finds in a page that keeps somebody from using it."""

from __future__ import annotations

from typing import Final

from axe_core_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Every rule is run; of what is well, axe would else describe each element, for half of its time.
_FIND: Final = """axe.run(document, {resultTypes: ["violations"]}).then(({violations}) =>
  violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 160)}`)))"""


def violations(page: Page) -> list[str]:
    """Return the rule that is broken and the element's beginning, for each; [] when all is well."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_FIND)
    return found
