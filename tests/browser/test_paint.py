"""Painting in a browser: the brush, the wheel, kept colours, undo, filling, and that it is there after a reload."""

from __future__ import annotations

import pytest

from .people import wait_equal

pytestmark = pytest.mark.timeout(120)

PATH = ((0.44, 0.5), (0.49, 0.45))
#: How many vertices are not plain clay.
PAINT = """(() => {
  const { mesh } = clayroom.link.replica.pieces.get(1);
  let painted = 0;
  for (let v = 0; v < mesh.vertexCount; v++) if (mesh.paint[8 * v] !== 181) painted++;
  return painted;
})()"""
SETTLED = "clayroom.link.status.pending === 0"


def painted(person) -> int:
    return person.page.evaluate(PAINT)


def test_painting(newcomers):
    """The panel comes with the brush and works by keyboard; paint moves nothing; undo and redo; paint outlives the page."""
    ann = newcomers("Ann Painter")
    ann.open(ann.create("Painted"))
    page = ann.page
    assert page.locator("[data-paint]").is_hidden()
    page.locator("[data-clay]").focus()
    page.keyboard.press("9")
    assert page.locator("[data-paint]").is_visible()
    page.locator(".wheel-ring").focus()
    before = page.evaluate("clayroom.settings.get('colour').join()")
    page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate("clayroom.settings.get('colour').join()") != before
    page.locator(".swatch").nth(6).click()
    assert page.evaluate("clayroom.settings.get('colour').join()") == "58,110,172"
    positions = ann.digest()
    ann.stroke(*PATH)
    count = painted(ann)
    assert count > 0 and ann.digest() == positions, "paint moves nothing"
    ann.wait_for(SETTLED)
    page.locator("[data-clay]").focus()
    page.keyboard.press("Control+z")
    assert painted(ann) == 0
    page.keyboard.press("Control+Shift+z")
    assert painted(ann) == count
    page.locator("[data-action=paint-fill]").click()
    whole = page.evaluate("clayroom.link.replica.pieces.get(1).mesh.vertexCount")
    assert painted(ann) == whole
    ann.wait_for(SETTLED)
    ann.page.reload()
    ann.ready()
    assert painted(ann) == whole, "paint outlives the page"
    wait_equal(ann)
    assert not ann.complaints, ann.complaints
