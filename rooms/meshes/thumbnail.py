"""A small picture of a sculpture, drawn on the CPU: no GPU and no GL on the server.

Every triangle is tested against the sample points inside its box on the screen, the nearest one at each sample wins, and the
winners are shaded with smooth normals. Work is bounded: a mesh that covers too many samples is drawn more coarsely.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rooms.meshes.mesh import Floats
from rooms.paint import UNPAINTED

MAX_TESTS = 12_000_000
"""Sample tests of one picture, about 2 s. A closed surface of any size needs some 4 million at 512 by 512 samples."""

_CHUNK_TESTS = 1_000_000
"""Sample tests at once: about 100 MB of arrays."""

_SAMPLES = 2
"""Samples along each side of a pixel."""

_TURN, _TILT = np.radians(35.0), np.radians(20.0)
"""The camera stands to the right of the front and looks down a little; y is up."""

_KEY_LIGHT = np.array([-0.45, 0.6, 0.66]) / np.linalg.norm([-0.45, 0.6, 0.66])
_CLAY = np.array([222.0, 176.0, 146.0])
_LIFT = np.log(_CLAY / 255) / np.log(np.array(UNPAINTED[:3]) / 255)
"""Exponents that make ``_CLAY`` of unpainted clay and leave black and white: paint is lit as the clay beside it."""
_AMBIENT, _DIFFUSE, _SKY = 0.22, 0.72, 0.14


def thumbnail(
    positions: NDArray[np.int32], triangles: NDArray[np.uint32], size: int = 256, paint: NDArray[np.uint8] | None = None
) -> bytes:
    """A WebP of ``size`` by ``size`` pixels, warm clay and its paint on a transparent ground.

    positions: (3, n), any scale; triangles: (m, 3); paint: (5, n) as in ``rooms/paint.py``, whose colours (sRGB) are shown.
    """
    points = _rotated(np.asarray(positions, np.float64).T)
    corners = np.asarray(triangles, np.int64)
    normals = _vertex_normals(points, corners)
    side = size * _SAMPLES
    radius = float(np.sqrt((points * points).sum(1).max())) or 1.0
    unit = points / radius
    while True:
        # The odd shift keeps samples off the vertices of symmetrical meshes.
        screen = unit * (0.47 * side) + [side / 2 + 0.0137, side / 2 + 0.0171, 0.0]
        boxes = _boxes(screen, corners)
        if int(boxes[:, 4].sum()) <= MAX_TESTS or side <= 16:
            break
        side //= 2
    nearest, weights = _nearest(screen, corners, boxes, side)
    colours = None if paint is None else 255 * (paint[:3].T / 255) ** _LIFT
    picture = Image.fromarray(_shaded(nearest, weights, normals, corners, side, colours), "RGBa").convert("RGBA")
    out = io.BytesIO()
    picture.resize((size, size), Image.Resampling.BOX, reducing_gap=None).save(out, "WEBP", quality=85, method=2)
    return out.getvalue()


def _rotated(points: Floats) -> Floats:
    """Centred, and turned so that x is right, y is up and z is towards the camera."""
    ca, sa, ce, se = np.cos(_TURN), np.sin(_TURN), np.cos(_TILT), np.sin(_TILT)
    turn = np.array([[ca, 0, -sa], [-sa * se, ce, -ca * se], [sa * ce, se, ca * ce]])
    rotated: Floats = (points - (points.min(0) + points.max(0)) / 2) @ turn.T
    return rotated


def _vertex_normals(points: Floats, corners: NDArray[np.int64]) -> Floats:
    a, b, c = (points[corners[:, k]] for k in range(3))
    area = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    flat = corners.T.ravel()
    for k in range(3):
        normals[:, k] = np.bincount(flat, np.tile(area[:, k], 3), len(points))
    unit: Floats = normals / np.maximum(np.sqrt((normals * normals).sum(1, keepdims=True)), 1e-300)
    return unit


def _boxes(screen: Floats, corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """(m, 5) the samples in each triangle's box: left, bottom, columns, rows, and their product."""
    x, y = (screen[:, axis].astype(np.float32)[corners] for axis in (0, 1))
    left, bottom = np.ceil(x.min(1)), np.ceil(y.min(1))
    columns, rows = np.floor(x.max(1)) - left + 1, np.floor(y.max(1)) - bottom + 1
    tests = np.maximum(columns, 0) * np.maximum(rows, 0)
    return np.stack([left, bottom, columns, rows, tests], 1).astype(np.int64)


def _nearest(
    screen: Floats, corners: NDArray[np.int64], boxes: NDArray[np.int64], side: int
) -> tuple[NDArray[np.int64], Floats]:
    """(side * side,) the nearest triangle at each sample, top row first, or -1; and (side * side, 3) where in it."""
    depth = np.full(side * side, -np.inf)
    nearest = np.full(side * side, -1, np.int64)
    weights = np.zeros((side * side, 3))
    seen = np.flatnonzero(boxes[:, 4])
    ends = np.cumsum(boxes[seen, 4])
    at = 0
    while at < len(seen):
        until = max(at + 1, int(np.searchsorted(ends, (ends[at - 1] if at else 0) + _CHUNK_TESTS, side="right")))
        some = seen[at:until]
        at = until
        left, bottom, columns, _, tests = boxes[some].T
        row_of = np.repeat(np.arange(len(some)), tests)
        step = np.arange(len(row_of)) - np.repeat(np.cumsum(tests) - tests, tests)
        up, right = np.divmod(step, columns[row_of])
        x, y = left[row_of] + right, bottom[row_of] + up
        a, b, c = (screen[corners[some, k]] for k in range(3))
        area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        inverse = np.where(area != 0, 1 / np.where(area != 0, area, 1), np.nan)[row_of]
        second = ((x - a[row_of, 0]) * (c - a)[row_of, 1] - (y - a[row_of, 1]) * (c - a)[row_of, 0]) * inverse
        third = ((b - a)[row_of, 0] * (y - a[row_of, 1]) - (b - a)[row_of, 1] * (x - a[row_of, 0])) * inverse
        first = 1 - second - third
        inside = np.flatnonzero((first >= 0) & (second >= 0) & (third >= 0))
        row_of = row_of[inside]
        share = np.stack([first[inside], second[inside], third[inside]], 1)
        z = share[:, 0] * a[row_of, 2] + share[:, 1] * b[row_of, 2] + share[:, 2] * c[row_of, 2]
        place = (side - 1 - y[inside]) * side + x[inside]
        np.maximum.at(depth, place, z)
        won = np.flatnonzero(z == depth[place])
        nearest[place[won]] = some[row_of[won]]
        weights[place[won]] = share[won]
    return nearest, weights


def _shaded(
    nearest: NDArray[np.int64],
    weights: Floats,
    normals: Floats,
    corners: NDArray[np.int64],
    side: int,
    colours: Floats | None,
) -> NDArray[np.uint8]:
    """(side, side, 4) colours multiplied by alpha, as averaging needs them. colours: (n, 3) of the vertices; None: all is clay."""
    hit = np.flatnonzero(nearest >= 0)
    normal = (normals[corners[nearest[hit]]] * weights[hit, :, None]).sum(1)
    normal /= np.maximum(np.sqrt((normal * normal).sum(1, keepdims=True)), 1e-300)
    # An open surface is seen from behind as well: turn its normals to the camera.
    normal *= np.where(normal[:, 2:] < 0, -1.0, 1.0)
    light = _AMBIENT + _DIFFUSE * np.clip(normal @ _KEY_LIGHT, 0, 1) + _SKY * np.clip(normal[:, 1], 0, 1)
    picture = np.zeros((side * side, 4), np.uint8)
    surface = _CLAY if colours is None else (colours[corners[nearest[hit]]] * weights[hit, :, None]).sum(1)
    picture[hit, :3] = np.clip(light[:, None] * surface, 0, 255).astype(np.uint8)
    picture[hit, 3] = 255
    return picture.reshape(side, side, 4)
