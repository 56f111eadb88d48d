"""A picture of one's own as an alpha."""

from __future__ import annotations

import io

import pytest
from PIL import Image

pytestmark = pytest.mark.timeout(180)

ALPHA = "window.clayroom.settings.strokeSettings().alpha"


def picture() -> bytes:
    """White on the left, black on the right."""
    image, out = Image.new("L", (300, 200), 255), io.BytesIO()
    image.paste(0, (150, 0, 300, 200))
    image.save(out, "PNG")
    return out.getvalue()


def test_an_image_is_an_alpha_that_stays(newcomers):
    """It is chosen when it comes, lets only a part of the clay move, is there after a reload, and goes when it is removed."""
    odo = newcomers("Odo", viewport={"width": 1280, "height": 800})
    url = odo.create("Bark")
    odo.open(url)
    page = odo.page

    def moved() -> float:
        odo.remember()
        odo.stroke((0.45, 0.5), (0.5, 0.5))
        odo.wait_for(f"{odo_moved} > 0")
        odo.wait_settled()
        count = odo.change()["moved"]
        page.keyboard.press("Control+z")
        odo.wait_for(f"{odo_moved} === 0")
        return count

    odo_moved = (
        "window.kept.reduce((n, was, i) => n + (was !== window.clayroom.link.replica.pieces.get(1).mesh.pos[i]), 0)"
    )
    without = moved()
    page.locator("[data-section=alpha] summary").click()
    file = page.locator("[data-alpha-file]")
    file.set_input_files({"name": "big.png", "mimeType": "image/png", "buffer": bytes(8 * 2**20 + 1)})
    page.get_by_text("This image has 8.01 MiB; it may have at most 8 MiB.").wait_for()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import image…").press("Enter")
    chooser.value.set_files({"name": "halves.png", "mimeType": "image/png", "buffer": picture()})
    tile = page.get_by_role("radio", name="halves.png")
    tile.wait_for()
    name = page.evaluate(ALPHA)
    assert name.startswith("own-")
    assert tile.get_attribute("aria-checked") == "true"
    assert 0 < moved() < 0.9 * without
    page.reload()
    odo.ready()
    assert page.evaluate(ALPHA) == name
    tile.wait_for()
    assert 0 < moved() < 0.9 * without
    page.get_by_role("button", name="Remove image").click()
    tile.wait_for(state="detached")
    assert page.evaluate(ALPHA) is None
    assert moved() == without
    page.reload()
    odo.ready()
    page.get_by_role("radio", name="No alpha").wait_for()
    assert tile.count() == 0
