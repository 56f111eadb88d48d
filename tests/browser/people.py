"""People in real browsers, and the server process that they meet in: for the tests, the benchmarks and the pictures."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

ROOT = Path(__file__).resolve().parents[2]
#: Milliseconds until something that should happen counts as not happening: the pictures are drawn in software.
PATIENCE = 60_000
#: Seconds between two events of a finger: a screen's 60 a second.
TOUCH_STEP = 1 / 60
PASSWORD = "a long password"
ONLINE = "window.clayroom.state().status?.state === 'online'"
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert found, f"none of {', '.join(names)} is on the PATH: `make test` installs one"
    return found


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium that draws in software, and asks nobody on the network for anything."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)


class ServerProcess:
    """``server.py`` on a port of its own that stays the same through restarts."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = 0
        self.process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "server.py"), f"--port={self.port}", f"--data={self.data}"]
        with (self.data.parent / "server.log").open("a") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.process.stdout.close()
        assert "ready" in line, f"{line!r}; {(self.data.parent / 'server.log').read_text()[-2000:]}"
        self.port = int(line.rsplit(":", 1)[1])

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


CHANGE = """(() => {
  const now = window.clayroom.link.replica.pieces.get(1).mesh.pos, was = window.kept;
  let left = 0, right = 0, rise = 0;
  for (let i = 0; i < was.length; i += 3) {
    const [x, y, z] = [was[i], was[i + 1], was[i + 2]];
    if (now[i] === x && now[i + 1] === y && now[i + 2] === z) continue;
    if (x < 0) left++; else right++;
    rise += Math.hypot(now[i], now[i + 1], now[i + 2]) - Math.hypot(x, y, z);
  }
  return { left, right, moved: left + right, rise: rise / Math.max(1, left + right) };
})()"""


PAINT = """(() => {
  const { paint } = window.clayroom.link.replica.pieces.get(1).mesh;
  let text = '';
  for (let i = 0; i < paint.length; i += 8192) text += String.fromCharCode(...paint.subarray(i, i + 8192));
  return btoa(text);
})()"""


class Person:
    """Somebody in a browser of their own. ``errors`` are the page's, ``complaints`` those of its console (the CSP's too)."""

    def __init__(self, browser: Browser, server: ServerProcess, name: str, **context: Any) -> None:
        context = {"viewport": {"width": 1000, "height": 640}, "reduced_motion": "reduce", **context}
        self.context = browser.new_context(**context)
        self.context.set_default_timeout(PATIENCE)
        self.server = server
        self.name = name
        self.errors: list[str] = []
        self.complaints: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        return page

    def sign_up(self) -> None:
        self.page.goto(self.server.url)
        form = self.page.locator("form[action='/signup']")
        form.get_by_label("Name").fill(self.name)
        form.get_by_label("Password").fill(PASSWORD)
        form.get_by_role("button", name="Sign up").click()
        self.page.wait_for_url(self.server.url + "/")

    def create(self, name: str, detail: str = "coarse") -> str:
        """A sculpture from a sphere, opened; its address."""
        self.page.goto(self.server.url)
        if not self.page.get_by_label("Name").first.is_visible():
            self.page.get_by_role("button", name="New sculpture").first.click()
        self.page.get_by_label("Name").first.fill(name)
        self.page.locator(f"input[name=detail][value={detail}]").check(force=True)
        self.page.get_by_role("button", name="Start sculpting").click()
        self.page.wait_for_url("**/p/*")
        return self.page.url

    def open(self, url: str) -> None:
        self.page.goto(url + "?antialias=0")
        self.ready()

    def ready(self) -> None:
        self.wait_for("!!window.clayroom")
        self.page.evaluate("window.clayroom.ready")

    def wait_for(self, condition: str) -> None:
        """Until a JavaScript expression is true. (Playwright's own wait needs eval, which our pages forbid.)"""
        deadline = time.monotonic() + PATIENCE / 1000
        while not self.page.evaluate(condition):
            assert time.monotonic() < deadline, f"{self.name} waited in vain for {condition}"
            self.page.wait_for_timeout(50)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the picture, given in shares of it, is in the window."""
        box = self.page.locator("[data-clay]").bounding_box()
        assert box is not None
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def touch(self, *paths: list[tuple[float, float]]) -> None:
        """One finger per path, all paths equally long; a path of one point is a tap."""
        cdp = self.context.new_cdp_session(self.page)

        def at(step: int) -> list[dict[str, float]]:
            places = [self.place(*path[step]) for path in paths]
            return [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]

        # The page hears when each event was, not when a busy machine came round to sending it: a tap stays one.
        now = time.time()

        def send(kind: str, step: int, points: list[dict[str, float]]) -> None:
            event = {"type": kind, "touchPoints": points, "timestamp": now + step * TOUCH_STEP}
            cdp.send("Input.dispatchTouchEvent", event)

        for fingers in range(1, len(paths) + 1):
            send("touchStart", 0, at(0)[:fingers])
        for step in range(1, len(paths[0])):
            send("touchMove", step, at(step))
        send("touchEnd", len(paths[0]), [])
        cdp.detach()

    def pen(self, *points: tuple[float, float], force: float) -> None:
        """A pen drawn over the points, pressed with ``force``, 0 … 1."""
        cdp = self.context.new_cdp_session(self.page)
        kinds = ["mousePressed", *["mouseMoved"] * (len(points) - 1), "mouseReleased"]
        for kind, point in zip(kinds, [*points, points[-1]], strict=True):
            x, y = self.place(*point)
            held = kind != "mouseReleased"
            cdp.send(
                "Input.dispatchMouseEvent",
                {"type": kind, "x": x, "y": y, "button": "left", "buttons": int(held), "clickCount": 1}
                | {"pointerType": "pen", "force": force if held else 0},
            )
        cdp.detach()

    def remember(self) -> None:
        """The clay as it is now, for ``change``."""
        self.page.evaluate("window.kept = window.clayroom.link.replica.pieces.get(1).mesh.pos.slice()")

    def change(self) -> dict[str, float]:
        """What has happened to the clay since ``remember``.

        ``left``, ``right``: vertices moved on either side of X = 0; ``rise``: mean way outwards of those that moved, in quanta.
        """
        return self.page.evaluate(CHANGE)  # type: ignore[no-any-return]

    def stroke(self, *points: tuple[float, float], steps: int = 8) -> None:
        """With the mouse, over points given as shares of the picture."""
        box = self.page.locator("[data-clay]").bounding_box()
        assert box is not None
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=steps)
        self.page.mouse.up()

    def digest(self) -> dict[str, int]:
        return self.page.evaluate("window.clayroom.digest()")  # type: ignore[no-any-return]

    def paint_digest(self) -> int:
        """Of the paint as the room has it, as far as it is known here."""
        return self.page.evaluate("window.clayroom.link.replica.pieces.get(1).register.digest")  # type: ignore[no-any-return]

    def paint(self) -> bytes:
        """What is seen, 8 bytes to a vertex: red, green, blue, roughness, metalness, one's own mask, and two zeros."""
        return base64.b64decode(self.page.evaluate(PAINT))

    def state(self) -> dict[str, Any]:
        return self.page.evaluate("window.clayroom.state()")  # type: ignore[no-any-return]

    def wait_settled(self) -> None:
        """Until the room is joined and everything made here is in the database."""
        self.wait_for(f"{ONLINE} && window.clayroom.link.status.pending === 0")


def wait_equal(*people: Person) -> dict[str, int]:
    """Until all hold the same clay and paint, with nothing under way; the digest of the clay."""
    deadline = time.monotonic() + PATIENCE / 1000
    while True:
        for person in people:
            person.wait_settled()
        digests = [(person.digest(), person.paint_digest()) for person in people]
        if all(digest == digests[0] for digest in digests):
            return digests[0][0]
        assert time.monotonic() < deadline, f"they stay different: {digests}"
        people[0].page.wait_for_timeout(50)
