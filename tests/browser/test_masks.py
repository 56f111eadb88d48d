"""Masks with mouse, pen, touch and keys: what they cover, that brushes mind them, and that they are still there after a reload."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.people import Person

pytestmark = pytest.mark.timeout(300)

MASK = """(() => {
  const { mesh } = window.clayroom.link.replica.pieces.get(1);
  let masked = 0, left = 0, back = 0, sum = 0;
  for (let v = 0; v < mesh.vertexCount; v++) {
    const m = mesh.paint[8 * v + 5];
    sum += m;
    if (m < 128) continue;
    masked++;
    if (mesh.pos[3 * v] < 0) left++;
    const s = window.clayroom.stage, p = [mesh.pos[3 * v], mesh.pos[3 * v + 1], mesh.pos[3 * v + 2]], q = { x: 0, y: 0 };
    s.project(p, q);
    const ray = s.rayAt(q.x, q.y), hit = mesh.pick(ray);
    if (hit && Math.hypot(hit.point[0] - p[0], hit.point[1] - p[1], hit.point[2] - p[2]) > 2 ** 20) back++;
  }
  return { masked, left, back, sum, all: mesh.vertexCount };
})()"""


@pytest.fixture(scope="module")
def mira(newcomers: Callable[..., Person]) -> Person:
    person = newcomers("Mira", viewport={"width": 1280, "height": 800}, has_touch=True)
    person.open(person.create("Masked"))
    person.page.evaluate("document.querySelector('[data-section=mask]').open = true")
    return person


def action(person: Person, name: str) -> None:
    """A button of the mask's section, wherever it has scrolled to."""
    button = person.page.locator(f"[data-mask-action={name}]")
    button.scroll_into_view_if_needed()
    button.click()


def mask(person: Person) -> dict[str, int]:
    return person.page.evaluate(MASK)  # type: ignore[no-any-return]


def test_a_box_a_brush_and_undo(mira: Person) -> None:
    """A box masks what faces the eye; a stroke over its edge moves only what is free; undo goes back step by step."""
    action(mira, "box")
    mira.stroke((0.3, 0.2), (0.5, 0.8))
    boxed = mask(mira)
    assert boxed["masked"] > 100 and boxed["back"] == 0
    before = mira.page.evaluate("Array.from(window.clayroom.link.replica.pieces.get(1).mesh.ints)")
    mira.stroke((0.42, 0.5), (0.58, 0.5))
    mira.wait_settled()
    moved = mira.page.evaluate(
        """(before) => {
          const { mesh } = window.clayroom.link.replica.pieces.get(1), moved = { masked: 0, free: 0 };
          for (let v = 0; v < mesh.vertexCount; v++) {
            if ([0, 1, 2].every((a) => mesh.ints[3 * v + a] === before[3 * v + a])) continue;
            if (mesh.paint[8 * v + 5] === 255) moved.masked++; else moved.free++;
          }
          return moved;
        }""",
        before,
    )
    assert moved["masked"] == 0 and moved["free"] > 10
    mira.page.keyboard.press("Control+z")
    assert mira.page.evaluate("Array.from(window.clayroom.link.replica.pieces.get(1).mesh.ints)") == before
    assert mask(mira) == boxed
    mira.page.keyboard.press("Control+z")
    assert mask(mira)["masked"] == 0
    mira.page.keyboard.press("Control+Shift+z")
    assert mask(mira) == boxed


def test_keys_and_buttons_change_it(mira: Person) -> None:
    """Inverted twice it is what it was; growing masks more, shrinking less, clearing nothing at all."""
    first = mask(mira)
    assert first["masked"] > 0
    mira.page.locator("[data-clay]").focus()
    mira.page.keyboard.press("Control+i")
    assert mask(mira)["masked"] == first["all"] - first["masked"]
    mira.page.keyboard.press("Control+i")
    action(mira, "grow")
    grown = mask(mira)
    assert grown["masked"] > first["masked"]
    action(mira, "shrink")
    action(mira, "shrink")
    assert mask(mira)["masked"] < first["masked"]
    action(mira, "blur")
    assert mask(mira)["sum"] > 0
    mira.page.keyboard.press("Alt+m")
    assert mask(mira)["sum"] == 0


def test_a_lasso_with_the_pen_a_line_with_a_finger_and_ctrl_takes_away(mira: Person) -> None:
    """Each way to point draws a region; Ctrl at the press frees what it covers."""
    action(mira, "lasso")
    mira.pen((0.4, 0.4), (0.55, 0.4), (0.55, 0.6), (0.4, 0.6), force=0.5)
    lassoed = mask(mira)
    assert lassoed["masked"] > 20
    action(mira, "line")
    mira.touch([(0.48, 0.9), (0.48, 0.7), (0.48, 0.5), (0.48, 0.2)])
    lined = mask(mira)
    assert lined["masked"] > lassoed["masked"]
    action(mira, "box")
    mira.page.keyboard.down("Control")
    mira.stroke((0.15, 0.12), (0.95, 0.95))
    mira.page.keyboard.up("Control")
    assert mask(mira)["masked"] < lined["masked"] / 4


def test_escape_gives_up(mira: Person) -> None:
    """In the middle of a drag, too: nothing is masked, and the next stroke sculpts."""
    before = mask(mira)
    action(mira, "box")
    x, y = mira.place(0.4, 0.4)
    mira.page.mouse.move(x, y)
    mira.page.mouse.down()
    mira.page.mouse.move(x + 100, y + 100)
    assert mira.page.locator(".region-layer").count() == 1
    mira.page.keyboard.press("Escape")
    mira.page.mouse.up()
    assert mira.page.locator(".region-layer").count() == 0
    assert mask(mira) == before
    assert mira.page.locator("[data-mask-action=box]").get_attribute("aria-pressed") == "false"


def test_another_tool_and_the_same_again(mira: Person) -> None:
    """While a region is asked for the panel is at hand: another tool takes over, the same one gives up."""
    pressed = mira.page.locator("[data-mask-action][aria-pressed=true]")
    action(mira, "box")
    action(mira, "lasso")
    assert pressed.all_inner_texts() == ["Lasso"]
    assert mira.page.locator(".region-layer").count() == 1
    action(mira, "lasso")
    assert pressed.count() == 0
    assert mira.page.locator(".region-layer").count() == 0


def test_the_brush_masks_and_a_reload_has_it_again(mira: Person) -> None:
    """A stroke of the mask brush is one step; the page that is loaded anew has the mask of before."""
    mira.page.keyboard.press("Alt+m")
    mira.page.locator("[data-tool=mask]").click()
    mira.stroke((0.42, 0.5), (0.55, 0.5))
    made = mask(mira)
    assert made["masked"] > 10
    mira.page.keyboard.press("Control+z")
    assert mask(mira)["sum"] == 0
    mira.page.keyboard.press("Control+Shift+z")
    assert mask(mira) == made
    mira.page.wait_for_timeout(900)  # until it is written: MaskStore's SETTLE
    mira.page.reload()
    mira.ready()
    mira.wait_for(f"{MASK}.sum > 0")
    assert mask(mira)["sum"] == made["sum"]
