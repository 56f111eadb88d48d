"""Makes the pictures of docs/brushes.md: what each brush of shape does to a sphere, in a real browser, with a mouse.

    python -m docs.images.brushes [NAME …]          (or: make pictures)

Every picture is one stroke, or a few, on the same sphere at the brush's own settings; what evens out is shown on a sphere
with bumps, the left half as it was. Writes ``brushes/<name>.webp`` beside this file.
"""

from __future__ import annotations

import io
import math
import sys
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from docs.images.make import look, seen_at
from tests.browser.people import Person, ServerProcess, launch

TARGET = Path(__file__).resolve().parent / "brushes"
#: Pixels of the window, and of a picture.
WINDOW = {"width": 900, "height": 760}
SHOWN = (360, 300)
#: Half the height of what is shown, in radii of the sphere.
HALF_HEIGHT = 1.25
#: All of them are on one page.
MAX_BYTES = 25_000
#: How the camera stands (theta, phi): a little from above and from the side, so that what is raised has a shadow.
CAMERA = (0.0, 1.35)

#: Points (x, y) of a stroke, in radii of the sphere, as seen.
Path_ = list[tuple[float, float]]


@dataclass
class Scene:
    """How a brush is shown: its strokes, its radius (in radii of the sphere) and settings that differ from its own."""

    strokes: list[Path_]
    radius: float = 0.22
    settings: dict[str, Any] = field(default_factory=dict)
    bumps: bool = False
    #: Milliseconds between two events of the mouse: what evens out goes half of its way per flush, so a hand must not race.
    pace: int = 0


def wave(y: float, left: float = -0.62, right: float = 0.62, height: float = 0.14) -> Path_:
    """A gentle S from left to right."""
    steps = 24
    return [
        (left + (right - left) * k / steps, y + height * math.sin(2 * math.pi * k / steps)) for k in range(steps + 1)
    ]


def circle(x: float, y: float, radius: float, turns: float) -> Path_:
    steps = 24
    return [(x, y)] + [
        (x + radius * math.cos(2 * math.pi * turns * k / steps), y + radius * math.sin(2 * math.pi * turns * k / steps))
        for k in range(steps + 1)
    ]


#: Over the right half, to and fro.
RIGHT_HALF: list[Path_] = [
    [(0.08, y), (0.7, y * 0.9), (0.08, y - 0.06)] for y in (0.45, 0.28, 0.1, -0.08, -0.26, -0.44)
]

SCENES = {
    "draw": Scene([wave(0.1)]),
    "drawSharp": Scene([wave(0.1)]),
    "clay": Scene([wave(0.1)]),
    "clayStrips": Scene([[(-0.6, 0.25), (0.55, 0.35)], [(-0.6, -0.1), (0.6, -0.1)], [(0.1, 0.6), (0.25, -0.5)]]),
    "layer": Scene([wave(0.1), [(-0.1, 0.55), (0.1, -0.45)]]),
    "inflate": Scene([wave(0.1)]),
    "blob": Scene([[(x, y), (x + 0.04, y + 0.05)] * 2 + [(x, y)] for x, y in ((-0.35, 0.25), (0.3, 0.0))]),
    "crease": Scene([wave(0.1)]),
    "pinch": Scene([wave(0.1)] * 3, bumps=True),
    "smooth": Scene(RIGHT_HALF * 4, bumps=True, pace=8),
    "flatten": Scene(RIGHT_HALF * 2, bumps=True, pace=8),
    "scrape": Scene(RIGHT_HALF * 2, bumps=True, pace=8),
    "fill": Scene(RIGHT_HALF * 2, bumps=True, pace=8),
    "grab": Scene([[(0.45, 0.45), (0.85, 0.85)]], radius=0.45),
    "snakeHook": Scene([[(0.4, 0.5), (0.6, 0.8), (0.9, 1.0), (1.15, 0.85), (1.2, 0.6)]], radius=0.3),
    "elasticGrab": Scene([[(0.45, 0.45), (0.85, 0.85)]], radius=0.45),
    "nudge": Scene([[(-0.5, -0.1), (0.4, 0.1)]], bumps=True, radius=0.3),
    "twist": Scene([circle(0.0, 0.1, 0.35, 0.45)], bumps=True, radius=0.6),
    "scale": Scene([[(-0.25, 0.2), (-0.12, 0.2)], [(0.35, -0.1), (0.18, -0.1)]], bumps=True, radius=0.32),
}  # fmt: skip

#: Where the bumps are.
BUMPS = [(0.24 * i + 0.12 * (j % 2), 0.21 * j) for j in range(-3, 4) for i in range(-3, 4)]


def choose(person: Person, brush: str, radius: float, settings: dict[str, Any]) -> None:
    """Takes a brush as it comes, with a radius in pixels of the window."""
    person.page.evaluate(
        """([brush, radius, changes]) => {
          const { settings } = window.clayroom;
          settings.choose(brush);
          settings.reset();
          settings.setRadiusUnit('screen');
          settings.setRadius(radius);
          for (const [name, value] of Object.entries(changes)) settings.set(name, value);
        }""",
        [brush, radius, settings],
    )


def draw(person: Person, strokes: list[Path_], centre: tuple[float, float], scale: float, pace: int = 0) -> None:
    for points in strokes:
        places = [(centre[0] + x * scale, centre[1] - y * scale) for x, y in points]
        person.page.mouse.move(*places[0])
        person.page.mouse.down()
        for (ax, ay), (bx, by) in pairwise(places):
            steps = max(1, round(math.hypot(bx - ax, by - ay) / 12))
            for k in range(1, steps + 1):
                person.page.mouse.move(ax + (bx - ax) * k / steps, ay + (by - ay) * k / steps)
                if pace:
                    person.page.wait_for_timeout(pace)
        person.page.mouse.up()


def show(person: Person, name: str) -> bytes:
    """The picture of one brush; the sphere is as it was afterwards."""
    page, scene = person.page, SCENES[name]
    page.evaluate("window.clayroom.stage._draw = () => {}")  # nobody looks yet
    (x0, y0), (x1, _) = seen_at(person, 0, 0), seen_at(person, 1, 0)
    scale = x1 - x0
    if scene.bumps:
        choose(person, "draw", 0.1 * scale, {"strength": 1.0})
        bumps = [(x, y) for x, y in BUMPS if math.hypot(x, y) < 0.8]
        # Each is a stroke on the spot.
        draw(person, [[(x + 0.002 * (k % 2), y) for k in range(13)] for x, y in bumps], (x0, y0), scale)
    choose(person, name, scene.radius * scale, scene.settings)
    draw(person, scene.strokes, (x0, y0), scale, scene.pace)
    page.mouse.move(5, 5)
    page.evaluate("delete window.clayroom.stage._draw; window.clayroom.stage.invalidate()")
    page.wait_for_timeout(1200)  # until the picture rests at its full resolution
    half = HALF_HEIGHT * scale
    width = 2 * half * SHOWN[0] / SHOWN[1]
    shot = page.screenshot(clip={"x": x0 - width / 2, "y": y0 - half, "width": width, "height": 2 * half})
    page.evaluate("window.clayroom.stage._draw = () => {}")
    while page.evaluate("window.clayroom.state().canUndo"):
        page.evaluate("window.clayroom.link.undo()")
    return shot


def save(name: str, shot: bytes) -> None:
    picture = Image.open(io.BytesIO(shot)).convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)
    target = TARGET / f"{name}.webp"
    for quality in (88, 80, 70, 60):
        picture.save(target, quality=quality, method=6)
        if target.stat().st_size <= MAX_BYTES:
            break
    print(f"{target.name}: {target.stat().st_size / 1000:.1f} kB")


def main(names: list[str]) -> None:
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = ServerProcess(Path(folder) / "data")
        browser = launch(playwright)
        try:
            person = Person(browser, server, "Mira", viewport=WINDOW)
            person.sign_up()
            url = person.create("A sphere", "fine")
            person.open(url)
            look(person, *CAMERA, 1.0)
            person.page.evaluate(
                """() => {
                  // Nothing but the clay.
                  const others = document.querySelectorAll('.editor > :not(.stage), .stage > :not([data-clay])');
                  for (const one of others) one.style.visibility = 'hidden';
                  for (const name of ['gizmo', 'grid']) window.clayroom.view.set(name, false);
                }"""
            )
            for name in names or SCENES:
                save(name, show(person, name))
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
