"""What a new project begins with."""

from __future__ import annotations

import numpy as np

from rooms.errors import MeshError
from rooms.meshes.mesh import MAX_TRIANGLES, Ints, Mesh
from rooms.meshes.order import Clay, clay
from rooms.meshes.validate import weld

SPHERE_TRIANGLES = {"coarse": 20_480, "medium": 81_920, "fine": 327_680}
"""Triangles of a sphere for a new project, by detail: 20 * f**2 for f = 32, 64, 128."""


def sphere(triangles: int = SPHERE_TRIANGLES["medium"]) -> Clay:
    """A sphere of radius 1 about the origin, of as near to ``triangles`` triangles as 20 * f**2 comes.

    Each face of an icosahedron is cut into f * f triangles. A point with barycentric coordinates u goes to the direction of
    the sum of ``sin(u * angle) * corner``: the edges become great arcs in equal steps (slerp), and the inside follows, so that
    the largest triangle has 1.3 times the area of the smallest, not 2.5 as by plain projection.
    """
    if not 20 <= triangles <= MAX_TRIANGLES:
        raise MeshError(f"A sphere can have 20 to {MAX_TRIANGLES:,} triangles, not {triangles:,}.")
    frequency = max(1, round((triangles / 20) ** 0.5))
    return clay(_icosphere(frequency))


def _icosphere(frequency: int) -> Mesh:
    corners, faces = _icosahedron()
    angle = np.arccos(np.clip(corners[faces[0, 0]] @ corners[faces[0, 1]], -1, 1))
    row, column = np.divmod(np.arange((frequency + 1) ** 2), frequency + 1)
    inside = row + column <= frequency
    steps = np.stack([frequency - row - column, row, column], 1)[inside]
    number = np.cumsum(inside) - 1
    upward = np.stack([(row * (frequency + 1) + column)[row + column < frequency]] * 3, 1) + [0, frequency + 1, 1]
    downward = np.stack([(row * (frequency + 1) + column)[row + column < frequency - 1]] * 3, 1)
    downward = downward + [frequency + 1, frequency + 2, 1]
    pattern = number[np.concatenate([upward, downward])]
    weights = np.sin(steps / frequency * angle)
    positions, triangles = [], []
    for k, face in enumerate(faces):
        # Corners are added in the order of their numbers: two faces then get the same bits along the edge they share, for
        # the third corner adds an exact zero. So welding exact duplicates closes the sphere.
        rank = np.argsort(face)
        points = np.zeros((len(steps), 3))
        for corner in rank:
            points = points + weights[:, corner : corner + 1] * corners[face[corner]]
        positions.append(points / np.sqrt((points * points).sum(1, keepdims=True)))
        triangles.append(pattern + k * len(steps))
    distinct, inverse = weld(np.concatenate(positions))
    return Mesh(np.concatenate(positions)[distinct], inverse[np.concatenate(triangles)])


def _icosahedron() -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], Ints]:
    """(12, 3) unit corners and (20, 3) faces, counter-clockwise from outside."""
    golden = (1 + 5**0.5) / 2
    corners = np.array([[0, s, t * golden] for s in (-1, 1) for t in (-1, 1)], np.float64)
    corners = np.concatenate([corners, np.roll(corners, 1, 1), np.roll(corners, 2, 1)])
    near = np.abs(((corners[:, None] - corners) ** 2).sum(2) - 4) < 1e-9
    faces = []
    for a in range(12):
        for b in range(a + 1, 12):
            for c in range(b + 1, 12):
                if near[a, b] and near[b, c] and near[a, c]:
                    outward = np.linalg.det(corners[[a, b, c]]) > 0
                    faces.append((a, b, c) if outward else (a, c, b))
    return corners / np.sqrt(1 + golden**2), np.array(faces, np.int64)
