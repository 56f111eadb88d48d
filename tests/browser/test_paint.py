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
    # The picker finds in the clay what was painted there, with what the brush left of the clay: on the line between the two colours.
    page.locator(".swatch").nth(3).click()
    page.locator("[data-clay]").focus()
    page.mouse.move(*ann.place(*PATH[0]))
    page.keyboard.press("e")
    picked = page.evaluate("clayroom.settings.get('colour')")
    share = (181 - picked[0]) / (181 - 58)
    assert share > 0.8, picked
    assert picked == pytest.approx([181 - 123 * share, 116 - 6 * share, 80 + 92 * share], abs=2)
    page.locator("[data-action=paint-pick]").click()
    page.mouse.click(*ann.place(0.58, 0.6))
    assert page.evaluate("clayroom.settings.get('colour').join()") == "181,116,80", "bare clay has the colour of clay"
    assert painted(ann) == count, "a press that picks does not paint"
    page.keyboard.press("Control+z")
    assert painted(ann) == 0
    page.keyboard.press("Control+Shift+z")
    assert painted(ann) == count
    page.locator(".swatch").nth(6).click()
    page.locator("[data-action=paint-fill]").click()
    whole = page.evaluate("clayroom.link.replica.pieces.get(1).mesh.vertexCount")
    assert painted(ann) == whole
    ann.wait_for(SETTLED)
    ann.page.reload()
    ann.ready()
    assert painted(ann) == whole, "paint outlives the page"
    wait_equal(ann)
    assert not ann.complaints, ann.complaints
