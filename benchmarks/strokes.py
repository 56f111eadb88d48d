"""Bytes of a stroke per vertex that it moves, over a scripted session of all brushes: ``strokes.mjs`` under node."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from rooms.meshes import sphere

HERE = Path(__file__).resolve().parent
VERTICES = 160_000
TARGET = 3.5
#: Seconds for about a hundred strokes.
PATIENCE = 240


def run() -> list[dict[str, Any]]:
    """The entries for latest.json; prints them and what each brush took."""
    clay = sphere(2 * VERTICES)
    with tempfile.NamedTemporaryFile(suffix=".mesh") as file:
        counts = np.array([clay.positions.shape[1], len(clay.triangles)], dtype=np.int32)
        file.write(counts.tobytes() + clay.positions.tobytes() + clay.triangles.tobytes())
        file.flush()
        command = ["node", str(HERE / "strokes.mjs"), file.name]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=PATIENCE, text=True).stdout
    found = json.loads(output)
    brushes = found["byBrush"]
    for name, sums in brushes.items():
        print(
            f"{name:8s} {sums['frames']:5d} frames, {sums['vertices'] / sums['frames']:8.0f} vertices each, "
            f"{sums['bytes'] / sums['vertices']:.3f} bytes per vertex"
        )
    total = {key: sum(sums[key] for sums in brushes.values()) for key in ("bytes", "vertices", "frames")}
    undo = found["undo"]
    entries = [
        {
            "name": "stroke_bytes_per_vertex",
            "value": round(total["bytes"] / total["vertices"], 3),
            "unit": "bytes of STROKE frames per vertex in them",
            "against": f"{found['strokes']} strokes of {len(brushes)} brushes, {total['frames']} frames, "
            f"{found['vertexCount']:,} vertices in the piece; three bytes are the least that three axes can have",
            "target": TARGET,
        },
        {
            "name": "undo_bytes_per_vertex",
            "value": round(undo["bytes"] / undo["vertices"], 3),
            "unit": "bytes of UNDO frames per vertex in them",
            "against": f"the newest {undo['frames']} frames of undo: sums of whole strokes, exact to the last quantum",
            "target": None,
        },
    ]
    for entry in entries:
        print(json.dumps(entry, ensure_ascii=False))
    return entries
