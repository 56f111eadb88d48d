"""What worker processes are asked to do with meshes. Module-level functions with plain arguments, as ``WorkerPool.run`` needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rooms.meshes.order import Clay, clay
from rooms.meshes.read import read_mesh
from rooms.meshes.thumbnail import thumbnail
from rooms.meshes.validate import validate


def import_file(path: str, filename: str) -> Clay:
    """Clay from the file at ``path``, which its uploader called ``filename``. Raises MeshError, with the reason."""
    mesh, repairs = validate(read_mesh(Path(path), filename=filename))
    return clay(mesh, repairs)


def render_thumbnail(
    positions: NDArray[np.int32], triangles: NDArray[np.uint32], size: int = 256, paint: NDArray[np.uint8] | None = None
) -> bytes:
    """A WebP picture. positions: (3, n) int32; triangles: (m, 3) uint32; paint: (5, n) uint8."""
    return thumbnail(positions, triangles, size, paint)
