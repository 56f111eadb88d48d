"""``python -m benchmarks [names…]`` runs fanout, kernel, wasm, strokes and join, or those named, and writes ``latest.json``.

The file is a list of ``{name, value, unit, against, target}``. Running some keeps the others' entries of the last run. A
target that is missed is shown and is not an error; a benchmark that breaks is.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

LATEST = Path(__file__).resolve().parent / "latest.json"
BENCHMARKS = ("fanout", "kernel", "wasm", "strokes", "join")
#: Entries of which less is better; of all others more is.
AT_MOST = frozenset(
    {
        *("fanout_300_p99_ms", "stroke_bytes_per_vertex", "join_1m_s", "join_1m_server_s"),
        *("slowest_dab_10_ms", "kernel_build_s", "page_memory_mb", "remote_vs_local", "ten_sculptors_ms"),
    }
)

Entry = dict[str, Any]


def met(entry: Entry) -> bool | None:
    """Whether the entry reaches its target; None for one that is only reported."""
    if entry["target"] is None:
        return None
    if entry["value"] is None:
        return False
    return bool(entry["value"] <= entry["target"] if entry["name"] in AT_MOST else entry["value"] >= entry["target"])


def table(entries: list[Entry]) -> str:
    words = {True: "met", False: "MISSED", None: ""}
    rows = [("name", "value", "target", "", "unit, against")]
    for entry in entries:
        sign = "≤" if entry["name"] in AT_MOST else "≥"
        target = "" if entry["target"] is None else f"{sign} {entry['target']:g}"
        value = "none" if entry["value"] is None else f"{entry['value']:g}"
        rows.append((entry["name"], value, target, words[met(entry)], f"{entry['unit']}; {entry['against']}"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join((*map(str.ljust, row[:4], widths), row[4])).rstrip() for row in rows)


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    chosen = names or list(BENCHMARKS)
    before: list[Entry] = json.loads(LATEST.read_text()) if names and LATEST.exists() else []
    entries: list[Entry] = []
    broken = []
    for name in BENCHMARKS:
        if name not in chosen:
            continue
        print(f"== {name} (load average {os.getloadavg()[0]:.2f})", flush=True)
        try:
            entries += importlib.import_module(f"benchmarks.{name}").run()
        except Exception:  # the others are still worth their time
            traceback.print_exc()
            broken.append(name)
    made = {entry["name"] for entry in entries}
    everything = sorted(
        [*entries, *(one for one in before if one["name"] not in made)], key=lambda one: str(one["name"])
    )
    LATEST.write_text(json.dumps(everything, indent=2, ensure_ascii=False) + "\n")
    print(table(everything))
    if broken:
        print(f"broken: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
