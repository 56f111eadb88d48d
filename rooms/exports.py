"""A whole sculpture as one file: what the export asks of a worker process."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rooms.meshes import Mesh, write_mesh
from rooms.meshes.order import QUANTUM
from rooms.paint import unpainted
from rooms.records import PieceRecord, UInt8Array


def export_file(pieces: list[PieceRecord], format: str, path: str) -> None:
    """Writes all pieces as one mesh of the ``format`` to ``path``, in the units of what was imported."""
    with Path(path).open("wb") as file:
        for chunk in write_mesh(joined(pieces), format):
            file.write(chunk)


def joined(pieces: list[PieceRecord]) -> Mesh:
    """One mesh of all pieces, each in its own units: positions (n, 3) float64, triangles (m, 3) int64.

    It has colours if any of the pieces is painted; the formats that know them write them.
    """
    before = np.cumsum([0] + [piece.positions.shape[1] for piece in pieces])
    positions = [piece.positions.T * (piece.scale * QUANTUM) + np.array(piece.offset) for piece in pieces]
    triangles = [piece.triangles.astype(np.int64) + first for piece, first in zip(pieces, before, strict=False)]
    colours = None
    if any(piece.paint is not None for piece in pieces):
        colours = np.concatenate([_colours(piece) for piece in pieces])
    return Mesh(np.concatenate(positions), np.concatenate(triangles), colours)


def _colours(piece: PieceRecord) -> UInt8Array:
    """(n, 3) uint8 sRGB."""
    planes = unpainted(piece.positions.shape[1]) if piece.paint is None else piece.paint
    return np.ascontiguousarray(planes[:3].T)
