"""The JSON side of a GLB file: checked access to untrusted fields, accessors, and the node graph.

Section numbers are those of the glTF 2.0 specification (Khronos, ISO/IEC 12113).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from rooms.errors import MeshError
from rooms.meshes.mesh import MAX_FILE_VERTICES, Bytes, Floats

_COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


class Document:
    """A parsed GLB: ``json`` and the bytes of its one binary chunk. Every access checks what it finds."""

    def __init__(self, json: Any, binary: Bytes) -> None:
        if not isinstance(json, dict):
            damaged("its JSON is not an object")
        self.json: dict[str, Any] = json
        self.binary = binary

    def item(self, kind: str, index: Any) -> dict[str, Any]:
        """``json[kind][index]``, which must be an object."""
        things = self.json.get(kind, [])
        if not isinstance(things, list) or not is_index(index) or index >= len(things):
            damaged(f"it refers to number {index!r} of its {kind}, of which it has {_length(things)}")
        thing = things[index]
        if not isinstance(thing, dict):
            damaged(f"number {index} of its {kind} is not an object")
        return thing

    def accessor(self, index: Any, widths: tuple[int, ...]) -> NDArray[Any]:
        """(count, width) values of an accessor (section 3.6.2), normalised ones as float64 between -1 and 1."""
        accessor = self.item("accessors", index)
        code, width = (
            _COMPONENTS.get(_hashable(accessor.get("componentType"))),
            _WIDTHS.get(_hashable(accessor.get("type"))),
        )
        if code is None or width not in widths:
            damaged(
                f"accessor {index} is {accessor.get('type')!r} of {accessor.get('componentType')!r}, which does not fit its use"
            )
        if "sparse" in accessor or "bufferView" not in accessor:
            raise MeshError(
                "The GLB file uses sparse accessors, which are not supported; export it again without them."
            )
        view = self.item("bufferViews", accessor["bufferView"])
        if self.item("buffers", view.get("buffer")).get("uri") is not None or view["buffer"] != 0:
            raise MeshError(
                "The GLB file keeps its data in another file; export it again as one GLB with everything inside."
            )
        count, skip = _natural(accessor, "count"), _natural(accessor, "byteOffset", 0)
        start, length = _natural(view, "byteOffset", 0), _natural(view, "byteLength")
        kind = np.dtype(code)
        stride = _natural(view, "byteStride", width * kind.itemsize)
        if count > MAX_FILE_VERTICES:
            raise MeshError(
                f"The GLB file claims {count:,} values in accessor {index}; at most {MAX_FILE_VERTICES:,} can be read."
            )
        needed = skip + (count - 1) * stride + width * kind.itemsize if count else 0
        if start + length > len(self.binary) or needed > length or stride < width * kind.itemsize:
            damaged(
                f"accessor {index} needs {needed:,} bytes, its view has {length:,} and the file {len(self.binary):,}"
            )
        row = np.ndarray((count, width), kind, self.binary.data, start + skip, (stride, kind.itemsize))
        if accessor.get("normalized") is True and kind.kind in "iu":
            # Section 3.11: the most negative value means -1 as well.
            return np.maximum(row.astype(np.float64) / float(np.iinfo(code).max), -1.0)
        return row

    def placed_meshes(self) -> Iterator[tuple[dict[str, Any], Floats]]:
        """Each mesh of the default scene with its (4, 4) transform into the scene; without scenes, all root nodes."""
        pending = [(root, np.eye(4)) for root in reversed(self._roots())]
        visited = set()
        while pending:
            index, above = pending.pop()
            node = self.item("nodes", index)
            if index in visited:
                # A scene is a tree (section 3.5.2): this also ends cycles, and mazes that visit one mesh a million times.
                damaged(f"its node {index} has two parents, or is in a cycle")
            visited.add(index)
            with np.errstate(all="ignore"):
                matrix = above @ _local(node)
            if "mesh" in node:
                yield self.item("meshes", node["mesh"]), matrix
            pending += [(child, matrix) for child in reversed(listed(node, "children"))]

    def _roots(self) -> list[Any]:
        if self.json.get("scenes"):
            return listed(self.item("scenes", self.json.get("scene", 0)), "nodes")
        nodes = listed(self.json, "nodes")
        children = {
            child for node in nodes if isinstance(node, dict) for child in listed(node, "children") if is_index(child)
        }
        return [index for index in range(len(nodes)) if index not in children]


def damaged(why: str) -> NoReturn:
    raise MeshError(f"The GLB file is damaged: {why}.")


def is_index(value: Any) -> bool:
    """Whether a JSON value is a whole number from 0 up. True and False are numbers to Python, not to us."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def listed(thing: dict[str, Any], key: str) -> list[Any]:
    """``thing[key]``, which must be a list if it is there."""
    value = thing.get(key, [])
    if not isinstance(value, list):
        damaged(f"its {key} are not a list")
    return value


def _natural(thing: dict[str, Any], key: str, default: int | None = None) -> int:
    value = thing.get(key, default)
    if not isinstance(value, int) or not is_index(value):
        damaged(f"{key} is {str(value)[:40]}, not a whole number")
    return value


def _hashable(value: Any) -> Any:
    return value if isinstance(value, (int, str)) else None


def _length(things: Any) -> int:
    return len(things) if isinstance(things, list) else 0


def _local(node: dict[str, Any]) -> Floats:
    """(4, 4) the node's own transform (section 3.5.3): a column-major matrix, or translation, rotation and scale."""
    if "matrix" in node:
        return _vector(node, "matrix", [0.0] * 16).reshape(4, 4).T
    x, y, z, w = _vector(node, "rotation", [0.0, 0.0, 0.0, 1.0])
    local = np.eye(4)
    local[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    local[:3, :3] *= _vector(node, "scale", [1.0, 1.0, 1.0])
    local[:3, 3] = _vector(node, "translation", [0.0, 0.0, 0.0])
    return local


def _vector(node: dict[str, Any], key: str, default: list[float]) -> Floats:
    values = node.get(key, default)
    is_right = isinstance(values, list) and len(values) == len(default)
    if not is_right or not all(isinstance(v, (int, float)) and abs(v) < 1e30 and math.isfinite(v) for v in values):
        damaged(f"the {key} of a node is not {len(default)} numbers")
    return np.array(values, np.float64)
