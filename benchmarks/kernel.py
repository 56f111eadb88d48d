"""One dab at 1.5 million triangles, upload included: Clayroom's kernel against three.js's own Sculptor addon.

Both run in the same page of a headless Chromium, on the same dabs, in turn (see kernel/main.js). The value is how many
times faster ours is: median of theirs / median of ours, over strokes of eight dabs, timed until the GPU has their data.
"""

from __future__ import annotations

import http.server
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.people import launch

ROOT = Path(__file__).resolve().parent.parent
SHARES = {"0.5": 0.005, "2": 0.02, "10": 0.1}  # of the vertices under the brush
TARGET = 4
PAGE_TIMEOUT_MS = 240_000  # building both meshes takes seconds, the dabs themselves about 10 s


class _Handler(http.server.SimpleHTTPRequestHandler):
    """The checkout, cross-origin isolated: without these headers performance.now() counts in steps of 0.1 ms."""

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not news here."""


CLAY = {"brush": "clay", "tool": "clay"}


@contextmanager
def open_page() -> Iterator[Page]:
    """The page of this benchmark in a browser of its own, with the functions of kernel/main.js."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(ROOT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            try:
                page = browser.new_page()
                page.set_default_timeout(PAGE_TIMEOUT_MS)
                page.on("pageerror", lambda error: print(f"page error: {error}", file=sys.stderr))
                page.goto(f"http://127.0.0.1:{server.server_address[1]}/benchmarks/kernel/index.html")
                page.wait_for_function("window.runBenchmark !== undefined")
                yield page
            finally:
                browser.close()
    finally:
        server.shutdown()
        server.server_close()


def measure(page: Page, tools: list[dict[str, str]]) -> list[list[dict[str, Any]]]:
    """What the page measured, per brush and share of the vertices: milliseconds per dab of ours and of theirs."""
    figures: list[list[dict[str, Any]]] = page.evaluate(
        "([shares, tools]) => runBenchmark(shares, tools)", [list(SHARES.values()), tools]
    )
    return figures


def run() -> list[dict[str, Any]]:
    """Return the entries for benchmarks/latest.json, and print them."""
    entries = []
    with open_page() as page:
        [figures] = measure(page, [CLAY])
    for name, figure in zip(SHARES, figures, strict=True):
        ours, theirs = figure["ours"], figure["theirs"]
        entries.append(
            {
                "name": f"kernel_brush_{name}",
                "value": round(theirs / ours, 2),
                "unit": "times faster",
                "against": f"three.js Sculptor: {theirs:.2f} ms per dab on {figure['vertices']:,} vertices, "
                f"ours {ours:.2f} ms",
                "target": TARGET,
            }
        )
        print(json.dumps(entries[-1]))
    return entries
