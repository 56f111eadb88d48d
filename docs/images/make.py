"""Makes the picture of the README: two people, two windows, one head of clay.

    python -m docs.images.make          (or: make pictures)

A server is started on a folder that is thrown away. Mira makes a head from a sphere, with the brushes and a mouse, as
anybody could; Jonas joins and looks at it from the side. Both are in the middle of a stroke when the windows are
photographed. Needs what the tests need (Chromium, Playwright, Pillow). Writes ``two-people.png`` beside this file.
"""

from __future__ import annotations

import io
import math
import tempfile
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from tests.browser.people import Person, ServerProcess, launch

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
#: Pixels of one window, and of it in the picture.
WINDOW = {"width": 1100, "height": 880}
SHOWN = (790, 632)
GAP, MARGIN, CORNER = 20, 20, 14
GROUND = (232, 224, 214)
RARE = ((0x4A, 0xA3, 0xDF), (0xE6, 0x9F, 0x00), (0x2F, 0x6B, 0x3C))
#: The picture is in a README: it should come at once.
MAX_BYTES = 400_000
FRONT, PROFILE = (0.0, 1.52), (0.72, 1.45)

#: Brush (its key), radius (in sphere radii), strength (%), inverted, and strokes: points (x, y) from the front, in radii.
Step = tuple[str, float, int, bool, list[list[tuple[float, float]]]]
#: From the front and from behind: an egg, narrow below.
SKULL: list[Step] = [
    ("6", 1.1, 100, False, [[(0.95, -0.1), (0.77, -0.1)], [(0.7, -0.55), (0.5, -0.6)], [(0, 0.9), (0, 0.98)]]),
    ("3", 0.8, 60, False, [[(0.1, 0.5), (0.5, 0.3), (0.5, -0.4), (0.1, -0.6)]]),
]
HEAD: list[Step] = [
    # chin and jaw
    ("6", 0.7, 100, False, [[(0, -0.72), (0, -1.0)]]),
    ("6", 0.5, 100, False, [[(0.46, -0.6), (0.4, -0.7)]]),
    # sockets, brow, cheeks, chin
    ("1", 0.2, 55, True, [[(0.22, 0.06), (0.42, 0.05)], [(0.24, 0.02), (0.4, 0.02)], [(0.3, 0.04), (0.36, 0.05)]]),
    ("2", 0.15, 70, False, [[(0.1, 0.23), (0.3, 0.31), (0.52, 0.22)], [(0.14, 0.25), (0.34, 0.31), (0.5, 0.25)]]),
    ("4", 0.26, 30, False, [[(0.44, -0.22), (0.48, -0.16), (0.42, -0.24)]]),
    ("1", 0.2, 45, False, [[(0, -0.84), (0.06, -0.84)]]),
    # the nose: bridge, tip, wings
    ("1", 0.1, 55, False, [[(0, 0.2), (0, -0.2)], [(0, 0.12), (0, -0.2)], [(0, -0.02), (0, -0.2)]]),
    ("1", 0.13, 60, False, [[(0, -0.1), (0, -0.2)], [(0, -0.15), (0, -0.2)]]),
    ("4", 0.085, 45, False, [[(0.11, -0.19), (0.12, -0.2), (0.11, -0.19)]]),
    ("1", 0.045, 60, True, [[(0.07, -0.26), (0.075, -0.26)]]),
    # eyes: balls, lids above and below, a crease over them
    ("4", 0.14, 45, False, [[(0.31, 0.05), (0.33, 0.05), (0.31, 0.05), (0.33, 0.05)]]),
    ("1", 0.045, 60, False, [[(0.19, 0.05), (0.26, 0.115), (0.34, 0.125), (0.45, 0.06)], [(0.2, 0.06), (0.28, 0.12), (0.45, 0.06)]]),
    ("1", 0.04, 55, False, [[(0.2, 0.02), (0.3, -0.035), (0.44, 0.03)]]),
    ("1", 0.035, 55, True, [[(0.2, 0.12), (0.3, 0.175), (0.46, 0.11)]]),
    # the mouth: lips, the line between, its corners
    ("1", 0.075, 50, False, [[(0, -0.45), (0.07, -0.43), (0.2, -0.5)], [(0, -0.58), (0.1, -0.575), (0.19, -0.52)]]),
    ("1", 0.075, 45, False, [[(0, -0.585), (0.1, -0.58)], [(0.02, -0.455), (0.1, -0.455)]]),
    ("1", 0.035, 75, True, [[(0, -0.52), (0.1, -0.505), (0.23, -0.515)], [(0, -0.52), (0.1, -0.505), (0.23, -0.515)]]),
    ("1", 0.07, 35, True, [[(0, -0.345), (0, -0.385)], [(0, -0.68), (0.08, -0.68)], [(0.25, -0.5), (0.26, -0.52)]]),
    # ears
    ("6", 0.17, 100, False, [[(0.66, 0.02), (0.86, 0.1)], [(0.68, 0.12), (0.82, 0.18)]]),
    # hair, in strands from the parting
    *(
        ("1", 0.09, 60, False,
         [[(0.02 + 0.08 * k, 0.74 - 0.06 * k), (0.14 + 0.1 * k, 0.74 - 0.09 * k), (0.34 + 0.08 * k, 0.64 - 0.14 * k)]])
        for k in range(4)
    ),
    *(
        ("1", 0.05, 60, True,
         [[(0.06 + 0.08 * k, 0.73 - 0.07 * k), (0.18 + 0.1 * k, 0.71 - 0.1 * k), (0.38 + 0.08 * k, 0.58 - 0.15 * k)]])
        for k in range(3)
    ),
    ("3", 0.16, 35, False, [[(0.46, -0.3), (0.3, -0.36), (0.34, -0.2)], [(0.2, 0.42), (0.45, 0.4)]]),
]  # fmt: skip


def look(person: Person, theta: float, phi: float, zoom: float = 1.0) -> None:
    person.page.evaluate(
        """([theta, phi, zoom]) => {
          const { stage } = window.clayroom;
          stage.frameAll();
          Object.assign(stage.turntable.goal, { theta, phi });
          stage.turntable.goal.distance *= zoom;
          stage.turntable.jump();
          stage.invalidate();
        }""",
        [theta, phi, zoom],
    )


def seen_at(person: Person, x: float, y: float) -> tuple[float, float]:
    """Pixels of the point (x, y, 0) of the model, its sphere having radius 1."""
    return tuple(  # type: ignore[return-value]
        person.page.evaluate(
            """([x, y]) => {
              const spot = { x: 0, y: 0, behind: false };
              window.clayroom.stage.project([x * 2 ** 22, y * 2 ** 22, 0], spot);
              return [spot.x, spot.y];
            }""",
            [x, y],
        )
    )


def sculpt(person: Person, steps: list[Step]) -> None:
    page = person.page
    page.evaluate("window.clayroom.stage._draw = () => {}")  # nobody looks yet
    (x0, y0), (x1, _) = seen_at(person, 0, 0), seen_at(person, 1, 0)
    scale = x1 - x0
    for key, radius, strength, inverted, strokes in steps:
        page.locator("[data-clay]").focus()
        page.keyboard.press(key)
        page.locator("#radius-number").fill(str(max(4, round(radius * scale))))
        page.locator("#strength-number").fill(str(strength))
        page.locator("[data-clay]").focus()
        if inverted:
            page.keyboard.down("Alt")
        for points in strokes:
            places = [(x0 + x * scale, y0 - y * scale) for x, y in points]
            page.mouse.move(*places[0])
            page.mouse.down()
            for (ax, ay), (bx, by) in pairwise(places):
                for k in range(1, 9):
                    page.mouse.move(ax + (bx - ax) * k / 8, ay + (by - ay) * k / 8)
            page.mouse.up()
        if inverted:
            page.keyboard.up("Alt")
    page.evaluate("delete window.clayroom.stage._draw; window.clayroom.stage.invalidate()")


def press(person: Person, x: float, y: float) -> None:
    """Begins a stroke at a share of the picture, and stays in it."""
    left, top = person.place(x, y)
    person.page.mouse.move(left, top)
    person.page.mouse.down()
    person.page.mouse.move(left + 5, top + 3)


def framed(shot: bytes) -> Image.Image:
    """A window with round corners."""
    window = Image.open(io.BytesIO(shot)).convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)
    mask = Image.new("L", (SHOWN[0] * 4, SHOWN[1] * 4), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), CORNER * 4, fill=255)
    window.putalpha(mask.resize(SHOWN, Image.Resampling.LANCZOS))
    return window


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = ServerProcess(Path(folder) / "data")
        browser = launch(playwright)
        try:
            mira, jonas = (Person(browser, server, name, viewport=WINDOW) for name in ("Mira", "Jonas"))
            for person in (mira, jonas):
                person.sign_up()
            url = mira.create("Portrait of a neighbour", "fine")
            mira.open(url)
            look(mira, *FRONT)
            mira.page.keyboard.press("m")
            for theta in (math.pi, 0.0):
                look(mira, theta, FRONT[1], 1.7)
                sculpt(mira, SKULL)
            look(mira, *FRONT)
            sculpt(mira, HEAD)
            mira.wait_settled()
            mira.page.evaluate(
                "window.clayroom.link.changeMeta({ collaborators: [{ name: 'Jonas', role: 'editor' }] })"
            )
            mira.wait_for("window.clayroom.state().meta.collaborators.length === 1")
            mira.page.locator("[data-action=save]").click()
            mira.page.get_by_text("Saved just now").wait_for()
            for person in (mira, jonas):
                person.page.goto(url)
                person.ready()
                person.wait_settled()
                person.page.locator("#radius-number").fill("46")
            look(mira, *FRONT, 0.98)
            look(jonas, *PROFILE, 0.92)
            press(mira, 0.5, 0.3)
            press(jonas, 0.4, 0.62)
            for person in (mira, jonas):
                person.wait_for("document.querySelector('.name-tag:not([hidden])') !== null")
            shots = []
            for person in (mira, jonas):
                person.page.mouse.move(*person.place(*((0.503, 0.303) if person is mira else (0.405, 0.625))))
                person.page.wait_for_timeout(1500)  # until the picture rests at its full resolution
            for person in (jonas, mira):
                # Brushes fade after a while, and a picture drawn in software takes its time: both move once more.
                for other, x, y in ((mira, 0.505, 0.305), (jonas, 0.406, 0.626)):
                    other.page.mouse.move(*other.place(x, y))
                shots.insert(0, person.page.screenshot())
        finally:
            browser.close()
            server.stop()
    picture = Image.new("RGB", (2 * MARGIN + GAP + 2 * SHOWN[0], 2 * MARGIN + SHOWN[1]), GROUND)
    for k, shot in enumerate(shots):
        window = framed(shot)
        picture.paste(window, (MARGIN + k * (SHOWN[0] + GAP), MARGIN), window)
    target = HERE / "two-people.png"
    # The palette is made with the people's colours in plenty: there is little of them in the picture, and they matter.
    sample = Image.new("RGB", (picture.width, picture.height + 120))
    sample.paste(picture)
    for k, colour in enumerate(RARE):
        sample.paste(colour, (k * picture.width // len(RARE), picture.height, picture.width, sample.height))
    for colours in (256, 192, 128):
        palette = sample.quantize(colours)
        picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(target, optimize=True)
        if target.stat().st_size <= MAX_BYTES:
            break
    print(
        f"{target.relative_to(ROOT)}: {picture.width} x {picture.height}, {math.ceil(target.stat().st_size / 1000)} kB"
    )


if __name__ == "__main__":
    main()
