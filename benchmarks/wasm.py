"""The compiled kernel at 1.5 million triangles: three brushes against three.js's Sculptor, and what else a page pays for its clay.

`wasm_brush_…`, `wasm_smooth_…`, `wasm_grab_…` are measured as `kernel.py` does. `slowest_dab_10_ms` is the slowest stroke of
eight dabs over a tenth of the vertices, per dab. The rest is in kernel/others.js.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from benchmarks.kernel import SHARES, measure, open_page

TOOLS = [{"brush": "draw", "tool": "brush"}, {"brush": "smooth", "tool": "smooth"}, {"brush": "grab", "tool": "drag"}]
NAMES = ("brush", "smooth", "grab")
TIMES_FASTER = 10
SLOWEST_DAB_MS = 16  # a frame
BUILD_S = 0.6
MEMORY_MB = 343  # half of what SculptGL takes for as many triangles
SETTLE_S = 3  # until the browser has given back what the page let go of
TEN_SCULPTORS_MS = 8  # half a frame


def entry(name: str, value: float, unit: str, against: str, target: float) -> dict[str, Any]:
    made = {"name": name, "value": round(value, 3), "unit": unit, "against": against, "target": target}
    print(json.dumps(made), flush=True)
    return made


def against_sculptor() -> list[dict[str, Any]]:
    with open_page() as page:
        figures = measure(page, TOOLS)
    entries = []
    for name, row in zip(NAMES, figures, strict=True):
        for share, figure in zip(SHARES, row, strict=True):
            ours, theirs = figure["ours"], figure["theirs"]
            words = f"three.js Sculptor: {theirs:.2f} ms per dab on {figure['vertices']:,} vertices, ours {ours:.2f} ms"
            entries.append(entry(f"wasm_{name}_{share}", theirs / ours, "times faster", words, TIMES_FASTER))
    slowest = max(row[list(SHARES).index("10")]["slowest"] for row in figures)
    return [
        *entries,
        entry("slowest_dab_10_ms", slowest, "ms", "of all three brushes, a frame's 16 ms", SLOWEST_DAB_MS),
    ]


def largest_renderer_mb() -> float:
    """Resident memory of its own (anonymous: not of files, not shared) of the largest page of the browsers that we started."""
    parents, sizes = {}, {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
            parents[process.name] = status["PPid"].strip()
            if b"--type=renderer" in (process / "cmdline").read_bytes():
                sizes[process.name] = int(status["RssAnon"].split()[0]) * 1024 / 1e6
        except OSError:  # it is no more
            continue

    def ours(process: str) -> bool:
        return process == str(os.getpid()) or (process in parents and ours(parents[process]))

    return max(size for process, size in sizes.items() if ours(process))


def run() -> list[dict[str, Any]]:
    """Return the entries for benchmarks/latest.json, and print them."""
    entries = against_sculptor()
    with open_page() as page:
        seconds = page.evaluate("() => openPiece()")
        page.request_gc()
        time.sleep(SETTLE_S)
        megabytes = largest_renderer_mb()
    entries.append(entry("kernel_build_s", seconds, "s", "on the main thread, 1.5 million triangles", BUILD_S))
    words = "SculptGL's 686 MB, halved; private memory of the page's process, one piece drawn and dabbed on"
    entries.append(entry("page_memory_mb", megabytes, "MB", words, MEMORY_MB))
    with open_page() as page:
        remote = page.evaluate("() => remote()")
        words = f"local {remote['local']:.2f} ms, remote {remote['remote']:.2f} ms for one dab of Draw on 2% of the vertices"
        entries.append(entry("remote_vs_local", remote["remote"] / remote["local"], "times", words, 1))
        ten = page.evaluate("() => tenSculptors()")
    words = (
        "500,000 triangles, nine others' flushes at 30 Hz and one's own dabs, per frame in which they arrive; "
        f"95% within {ten['p95']:.1f} ms"
    )
    entries.append(entry("ten_sculptors_ms", ten["median"], "ms", words, TEN_SCULPTORS_MS))
    return entries
