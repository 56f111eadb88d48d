"""GLB, the binary form of glTF 2.0: all triangles of the default scene, where its nodes put them.

Layout (section 4.4): ``glTF``, version, length; then chunks of length, type and data: one JSON, at most one BIN.
Written files have indices, positions, normals and perhaps colours, in this order, each aligned to 4 bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rooms.errors import MeshError
from rooms.meshes import colours as colour
from rooms.meshes.gltf import Document, damaged, is_index, listed
from rooms.meshes.mesh import Bytes, Floats, Ints, Mesh, check_counts
from rooms.meshes.polygons import check_range

MAX_JSON_BYTES = 16 * 2**20
"""Bytes of the JSON chunk. Python's objects take about 20 times as much; a scene of 10,000 nodes has 2 MB."""

_JSON, _BIN = 0x4E4F534A, 0x004E4942
_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_PACKED = {
    "KHR_draco_mesh_compression": "Draco",
    "EXT_meshopt_compression": "meshopt",
    "KHR_meshopt_compression": "meshopt",
}
_BLOCK = 1 << 16
"""Rows of one written chunk, about 1 MB."""

_CLAY = {"baseColorFactor": [0.8, 0.62, 0.5, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.7}


def read_glb(data: bytes | memoryview) -> Mesh:
    """Untrusted input. Raises MeshError for damage, compression, data kept elsewhere, and scenes without triangles."""
    document = _document(data)
    required = document.json.get("extensionsRequired", [])
    for name in required if isinstance(required, list) else []:
        if isinstance(name, str) and name in _PACKED:
            raise MeshError(f"The GLB file is {_PACKED[name]}-compressed; export it again without compression.")
    parts: list[Mesh] = []
    vertices = triangles = others = 0
    for mesh, matrix in document.placed_meshes():
        for primitive in listed(mesh, "primitives"):
            part = _primitive(document, primitive, matrix)
            if part is None:
                others += 1
                continue
            vertices, triangles = vertices + len(part.positions), triangles + len(part.triangles)
            check_counts(vertices, triangles)
            parts.append(part)
    if not triangles:
        raise MeshError(
            "The GLB file has only points or lines." if others else "The GLB file has no triangles in its scene."
        )
    return _joined(parts)


def write_glb(mesh: Mesh) -> Iterator[bytes]:
    """A GLB in chunks: one mesh, one clay material, smooth normals; far from the origin, the node carries the offset."""
    low, high = mesh.positions.min(0), mesh.positions.max(0)
    is_far = np.abs(mesh.positions).max() > 2 * (high - low).max()
    centre = (low + high) / 2 if is_far else np.zeros(3)
    positions = (mesh.positions - centre).astype("<f4")
    arrays: list[tuple[str, NDArray[Any], dict[str, Any]]] = [
        ("indices", mesh.triangles.astype("<u4").reshape(-1, 1), {"componentType": 5125, "type": "SCALAR"}),
        ("POSITION", positions, _bounds(positions) | {"componentType": 5126, "type": "VEC3"}),
        ("NORMAL", _normals(mesh).astype("<f4"), {"componentType": 5126, "type": "VEC3"}),
    ]
    if mesh.colours is not None:
        arrays.append(
            ("COLOR_0", _colour_words(mesh.colours), {"componentType": 5123, "type": "VEC4", "normalized": True})
        )
    views, accessors, offset = [], [], 0
    for k, (name, array, facts) in enumerate(arrays):
        target = 34963 if name == "indices" else 34962
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": array.nbytes, "target": target})
        accessors.append({"bufferView": k, "count": len(array)} | facts)
        offset += array.nbytes
    node: dict[str, Any] = {"mesh": 0} | ({"translation": centre.tolist()} if is_far else {})
    attributes = {name: k for k, (name, _, _) in enumerate(arrays) if k}
    # A vertex colour multiplies the material's: over coloured vertices the material is white.
    clay = _CLAY | ({"baseColorFactor": [1.0, 1.0, 1.0, 1.0]} if mesh.colours is not None else {})
    document = {
        "asset": {"version": "2.0", "generator": "Clayroom"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [node],
        "meshes": [{"primitives": [{"attributes": attributes, "indices": 0, "material": 0}]}],
        "materials": [{"name": "Clay", "pbrMetallicRoughness": clay}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": offset}],
    }
    text = json.dumps(document, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 4)
    yield struct.pack("<4sIIII", b"glTF", 2, 12 + 8 + len(text) + 8 + offset, len(text), _JSON) + text
    yield struct.pack("<II", offset, _BIN)
    for _, array, _ in arrays:
        for at in range(0, len(array), _BLOCK):
            yield array[at : at + _BLOCK].tobytes()


# Reading


def _document(data: bytes | memoryview) -> Document:
    if len(data) < 20:
        damaged(f"it has {len(data)} bytes, fewer than its two headers")
    magic, version, length, json_length, json_kind = struct.unpack_from("<4sIIII", data)
    if magic != b"glTF" or version != 2:
        raise MeshError(f"The file is glTF version {version}; only version 2 can be read.")
    if length > len(data) or json_kind != _JSON or 20 + json_length > length:
        damaged(f"it claims {length:,} bytes and has {len(data):,}")
    if json_length > MAX_JSON_BYTES:
        raise MeshError(f"The JSON of the GLB file has {json_length:,} bytes; at most {MAX_JSON_BYTES:,} can be read.")
    try:
        scene = json.loads(bytes(data[20 : 20 + json_length]))
    except (ValueError, RecursionError) as error:
        raise MeshError("The GLB file is damaged: its JSON cannot be read.") from error
    at = 20 + json_length
    binary: Bytes = np.empty(0, np.uint8)
    if at + 8 <= length:
        size, kind = struct.unpack_from("<II", data, at)
        if at + 8 + size > length:
            damaged(f"its binary chunk claims {size:,} bytes and has {length - at - 8:,}")
        if kind == _BIN:
            binary = np.frombuffer(data, np.uint8, size, at + 8)
    return Document(scene, binary)


def _primitive(document: Document, primitive: Any, matrix: Floats) -> Mesh | None:
    """One primitive in the space of the scene; None for points and lines."""
    if not isinstance(primitive, dict) or not isinstance(primitive.get("attributes"), dict):
        damaged("a primitive has no attributes")
    extensions = primitive.get("extensions")
    for name in extensions if isinstance(extensions, dict) else ():
        if name in _PACKED:
            raise MeshError(f"The GLB file is {_PACKED[name]}-compressed; export it again without compression.")
    mode = primitive.get("mode", _TRIANGLES)
    if not is_index(mode) or mode > _FAN:
        damaged(f"a primitive has the mode {mode!r:.40}")
    if mode < _TRIANGLES:
        return None
    attributes = primitive["attributes"]
    positions = document.accessor(attributes.get("POSITION"), (3,)).astype(np.float64)
    if "indices" in primitive:
        indices = document.accessor(primitive["indices"], (1,))
        if indices.dtype.kind != "u":
            damaged("its indices are not unsigned whole numbers")
        corners = indices[:, 0].astype(np.int64)
        check_range(corners, len(positions))
    else:
        corners = np.arange(len(positions))
    colours = None
    if "COLOR_0" in attributes:
        linear = document.accessor(attributes["COLOR_0"], (3, 4))[:, :3]
        if len(linear) != len(positions):
            damaged(f"a primitive has {len(positions):,} positions and {len(linear):,} colours")
        colours = colour.srgb_from_linear(linear.astype(np.float64))
    triangles = _assembled(corners, mode)
    if np.linalg.det(matrix[:3, :3]) < 0:
        # A mirroring transform turns the triangles inside out (section 3.7.4).
        triangles = triangles[:, ::-1]
    with np.errstate(all="ignore"):
        positions = positions @ matrix[:3, :3].T + matrix[:3, 3]
    return Mesh(positions, triangles, colours)


def _assembled(corners: Ints, mode: int) -> Ints:
    """(m, 3) triangles of a corner list (section 3.7.2.1); what does not make a whole triangle is left out."""
    if mode == _TRIANGLES:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    step = np.arange(max(len(corners) - 2, 0))
    if mode == _FAN:
        return np.stack([corners[step + 1], corners[step + 2], np.broadcast_to(corners[:1], step.shape)], 1)
    odd = step % 2
    return np.stack([corners[step], corners[step + 1 + odd], corners[step + 2 - odd]], 1)


def _joined(parts: list[Mesh]) -> Mesh:
    firsts = np.cumsum([0] + [len(part.positions) for part in parts])
    triangles = np.concatenate([part.triangles + first for part, first in zip(parts, firsts, strict=False)])
    colours = None
    if any(part.colours is not None for part in parts):
        white = [
            np.full(part.positions.shape, 255, np.uint8) if part.colours is None else part.colours for part in parts
        ]
        colours = np.concatenate(white)
    return Mesh(np.concatenate([part.positions for part in parts]), triangles, colours)


# Writing


def _bounds(positions: NDArray[Any]) -> dict[str, Any]:
    """min and max must be exactly the float32s of the buffer; as doubles they survive JSON unchanged."""
    return {"min": positions.min(0).astype(float).tolist(), "max": positions.max(0).astype(float).tolist()}


def _colour_words(colours: Bytes) -> NDArray[Any]:
    """(n, 4) uint16 linear light: 8 bits would lose half of the dark shades."""
    words = np.full((len(colours), 4), 65535, "<u2")
    words[:, :3] = np.rint(colour.linear_from_srgb(colours) * 65535.0)
    return words


def _normals(mesh: Mesh) -> Floats:
    """(n, 3) unit vertex normals, weighted by area; straight up where there is no area."""
    a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
    area = np.cross(b - a, c - a)
    corners, count = mesh.triangles.T.ravel(), len(mesh.positions)
    total = np.stack([np.bincount(corners, np.tile(area[:, k], 3), count) for k in range(3)], 1)
    length = np.sqrt((total * total).sum(1, keepdims=True))
    return np.where(length > 0, total / np.where(length > 0, length, 1.0), [0.0, 1.0, 0.0])
