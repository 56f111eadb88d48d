"""PLY (Turk 1994): text, little and big endian, with vertex colours, polygons and any other properties in between.

A file is a header and then, for each element it declares, rows of properties; a list property brings its own length.
Text and binary bodies are read by the same code: a body is an array of items (numbers, or bytes), and a row a count of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rooms.errors import MeshError
from rooms.meshes import colours as colour
from rooms.meshes.mesh import Bytes, Ints, Mesh, check_counts
from rooms.meshes.polygons import check_range, triangulate
from rooms.meshes.text import Lines, numbers, whole

MAX_HEADER_BYTES = 1 << 16
"""Bytes up to end_header: real headers have under 2,000; without a limit any file would be searched whole."""

_TYPES = {
    "char": "i1",
    "uchar": "u1",
    "short": "i2",
    "ushort": "u2",
    "int": "i4",
    "uint": "u4",
    "float": "f4",
    "double": "f8",
}
_TYPES |= {"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4"}
_TYPES |= {"float32": "f4", "float64": "f8"}
_BLOCK = 1 << 16
"""Rows of one written chunk, about 1 MB."""


@dataclass
class Property:
    """``kind`` is how the body holds a value; ``length`` is the same for a list's length, None for a single value.

    ``full`` is the largest value of an unsigned type: a colour's brightest. A text body holds everything as float64.
    """

    name: str
    kind: np.dtype[np.generic]
    length: np.dtype[np.generic] | None = None
    full: int | None = None


@dataclass
class Element:
    name: str
    count: int
    properties: list[Property] = field(default_factory=list)


@dataclass
class Column:
    """What a property says in all rows. values: (k,), any type; counts: (rows,) for a list, None for single values."""

    values: NDArray[np.generic]
    counts: Ints | None = None
    full: int | None = None


def read_ply(data: bytes | memoryview) -> Mesh:
    """Untrusted input. Raises MeshError for a bad header, a body shorter than its claims, and a file without faces."""
    elements, form, start = _header(bytes(data[:MAX_HEADER_BYTES]))
    claimed = {element.name: element.count for element in elements}
    check_counts(max(claimed.values(), default=0), claimed.get("face", 0))
    if not claimed.get("vertex") or not claimed.get("face"):
        have = f"{claimed.get('vertex', 0):,} vertices and {claimed.get('face', 0):,} faces"
        raise MeshError(f"The PLY file has {have}; a sculpture needs a surface.")
    body = (
        _text_body(bytes(data[start:])) if form == "ascii" else np.frombuffer(data, np.uint8, len(data) - start, start)
    )
    at = 0
    tables: dict[str, dict[str, Column]] = {}
    for element in elements:
        table, at = _rows(body, at, element)
        if element.name in ("vertex", "face"):
            tables[element.name] = table
    return _mesh(tables["vertex"], tables["face"])


def write_ply(mesh: Mesh) -> Iterator[bytes]:
    """A little-endian PLY in chunks; double precision only where float32 could not tell neighbours apart."""
    reach, extent = np.abs(mesh.positions).max(initial=0.0), np.ptp(mesh.positions, axis=0).max(initial=0.0)
    # A float32 has 24 bits: within twice the extent its rounding stays below one quantum (2**-22 of the radius).
    name, kind = ("double", "<f8") if reach > 2 * extent else ("float", "<f4")
    fields = [(axis, kind) for axis in "xyz"]
    header = ["ply", "format binary_little_endian 1.0", "comment Clayroom", f"element vertex {len(mesh.positions)}"]
    header += [f"property {name} {axis}" for axis in "xyz"]
    if mesh.colours is not None:
        header += [f"property uchar {channel}" for channel in ("red", "green", "blue")]
        fields += [(channel, "u1") for channel in ("red", "green", "blue")]
    header += [f"element face {len(mesh.triangles)}", "property list uchar int vertex_indices", "end_header"]
    yield ("\n".join(header) + "\n").encode("ascii")
    for at in range(0, len(mesh.positions), _BLOCK):
        block = mesh.positions[at : at + _BLOCK]
        vertices = np.empty(len(block), fields)
        for k, axis in enumerate("xyz"):
            vertices[axis] = block[:, k]
        if mesh.colours is not None:
            for k, channel in enumerate(("red", "green", "blue")):
                vertices[channel] = mesh.colours[at : at + _BLOCK, k]
        yield vertices.tobytes()
    for at in range(0, len(mesh.triangles), _BLOCK):
        corners = mesh.triangles[at : at + _BLOCK]
        faces = np.empty(len(corners), [("count", "u1"), ("corners", "<i4", 3)])
        faces["count"], faces["corners"] = 3, corners
        yield faces.tobytes()


# Header


def _header(head: bytes) -> tuple[list[Element], str, int]:
    end = head.find(b"end_header")
    stop = head.find(b"\n", end)
    if end < 0 or stop < 0:
        # Old Macintosh files end their lines with a carriage return alone.
        stop = head.find(b"\r", end)
    if end < 0 or stop < 0:
        raise MeshError(f"The PLY file has no end_header in its first {len(head):,} bytes.")
    form = ""
    elements: list[Element] = []
    for raw in head[:end].decode("latin-1").splitlines():
        words = raw.split()
        match words:
            case ["format", kind, *_]:
                form = kind
            case ["element", name, count] if count.isascii() and count.isdigit() and len(count) <= 18:
                elements.append(Element(name, int(count)))
            case ["property", "list", length, kind, name] if elements and length in _TYPES and kind in _TYPES:
                elements[-1].properties.append(Property(name, np.dtype(_TYPES[kind]), np.dtype(_TYPES[length])))
            case ["property", kind, name] if elements and kind in _TYPES:
                code = _TYPES[kind]
                full = int(np.iinfo(code).max) if code[0] == "u" else None
                elements[-1].properties.append(Property(name, np.dtype(code), full=full))
            case ["element" | "property", *_]:
                raise MeshError(f"The PLY header has a line that cannot be read: {raw[:80]!r}.")
            case _:
                # Comments, obj_info, and the second half of a comment that someone's exporter broke in two.
                pass
    if form not in ("ascii", "binary_little_endian", "binary_big_endian"):
        raise MeshError(f"The PLY file says it is {form[:40]!r}, not ascii, binary_little_endian or binary_big_endian.")
    order: Literal["<", ">"] = ">" if form == "binary_big_endian" else "<"
    for element in elements:
        for prop in element.properties:
            prop.kind = np.dtype("f8") if form == "ascii" else prop.kind.newbyteorder(order)
            if prop.length is not None:
                prop.length = np.dtype("f8") if form == "ascii" else prop.length.newbyteorder(order)
    return elements, form, stop + 1


def _text_body(text: bytes) -> Bytes:
    """The numbers of a text body as the bytes of float64s: from here on it is a binary file."""
    lines = Lines(text)
    table = numbers(lines, np.ones(len(lines), np.bool_), 0, "the PLY body")
    return table.values.view(np.uint8)


# Body


def _rows(body: Bytes, at: int, element: Element) -> tuple[dict[str, Column], int]:
    """The columns of one element that begins at byte ``at``, and where it ends."""
    least = sum((prop.length or prop.kind).itemsize for prop in element.properties)
    if element.count * least > len(body) - at:
        raise MeshError(
            f"The PLY file is cut short: {element.count:,} rows of {element.name} need at least "
            f"{element.count * least:,} bytes; {len(body) - at:,} are left."
        )
    if not element.count or not element.properties:
        return {}, at
    lists = [prop for prop in element.properties if prop.length is not None]
    sizes = [_first_length(body, at, element)] if len(lists) == 1 else []
    if len(lists) <= 1:
        table = _equal_rows(body, at, element, sizes[0] if sizes else 0)
        if table is not None:
            return table
    return _unequal_rows(body, at, element)


def _first_length(body: Bytes, at: int, element: Element) -> int:
    for prop in element.properties:
        if prop.length is not None:
            return _length(body, at, prop.length)
        at += prop.kind.itemsize
    return 0


def _length(body: Bytes, at: int, kind: np.dtype[np.generic]) -> int:
    if at + kind.itemsize > len(body):
        raise MeshError(f"The PLY file is cut short at byte {at:,} of its body, before the length of a list.")
    value = float(body[at : at + kind.itemsize].view(kind)[0])
    if not 0 <= value <= len(body):
        raise MeshError(f"The PLY file has a list of {value:,.0f} values; {len(body) - at:,} bytes are left.")
    return int(value)


def _equal_rows(body: Bytes, at: int, element: Element, size: int) -> tuple[dict[str, Column], int] | None:
    """All rows at once, if their list (there is at most one) has the same length everywhere; None if it has not."""
    fields: list[tuple[str, np.dtype[np.generic]] | tuple[str, np.dtype[np.generic], tuple[int]]] = []
    for k, prop in enumerate(element.properties):
        if prop.length is None:
            fields.append((f"p{k}", prop.kind))
        else:
            fields += [(f"n{k}", prop.length), (f"p{k}", prop.kind, (size,))]
    row = np.dtype(fields)
    if element.count * row.itemsize > len(body) - at:
        return None
    rows = np.frombuffer(body, row, element.count, at)
    table: dict[str, Column] = {}
    for k, prop in enumerate(element.properties):
        if prop.length is None:
            table[prop.name] = Column(rows[f"p{k}"], full=prop.full)
        elif (rows[f"n{k}"] == size).all():
            table[prop.name] = Column(rows[f"p{k}"].reshape(-1), np.full(element.count, size))
        else:
            return None
    return table, at + element.count * row.itemsize


def _unequal_rows(body: Bytes, at: int, element: Element) -> tuple[dict[str, Column], int]:
    """Row by row, for where a list begins depends on every list before it; then all values of a property at once."""
    starts: list[list[int]] = [[] for _ in element.properties]
    sizes: list[list[int]] = [[] for _ in element.properties]
    raw = body.tobytes() if any(prop.length == np.dtype("u1") for prop in element.properties) else b""
    for _ in range(element.count):
        for k, prop in enumerate(element.properties):
            size = 1
            if prop.length is not None:
                # One byte is by far the most frequent length, and indexing bytes ten times faster than a numpy view.
                is_byte = prop.length.itemsize == 1 and at < len(raw)
                size = raw[at] if is_byte else _length(body, at, prop.length)
                at += prop.length.itemsize
            starts[k].append(at)
            sizes[k].append(size)
            at += size * prop.kind.itemsize
        if at > len(body):
            raise MeshError(f"The PLY file is cut short: a row of {element.name} ends at byte {at:,} of {len(body):,}.")
    table = {}
    for k, prop in enumerate(element.properties):
        counts = np.array(sizes[k], np.int64)
        width = prop.kind.itemsize
        step = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        first = np.repeat(np.array(starts[k], np.int64), counts) + step * width
        values = body[first[:, None] + np.arange(width)].reshape(-1).view(prop.kind)
        table[prop.name] = Column(values, None if prop.length is None else counts, prop.full)
    return table, at


# Meaning


def _mesh(vertex: dict[str, Column], face: dict[str, Column]) -> Mesh:
    missing = [axis for axis in "xyz" if axis not in vertex or vertex[axis].counts is not None]
    if missing:
        raise MeshError(f"The vertices of the PLY file have no {missing[0]}.")
    positions = np.stack([vertex[axis].values.astype(np.float64) for axis in "xyz"], 1)
    corners = face.get("vertex_indices") or face.get("vertex_index")
    if corners is None or corners.counts is None:
        raise MeshError("The faces of the PLY file have no vertex_indices.")
    indices = whole(corners.values.astype(np.float64), "a face")
    check_range(indices, len(positions))
    return Mesh(positions, triangulate(indices, corners.counts, positions), _colours(vertex))


def _colours(vertex: dict[str, Column]) -> Bytes | None:
    for names in (("red", "green", "blue"), ("r", "g", "b"), ("diffuse_red", "diffuse_green", "diffuse_blue")):
        if all(name in vertex and vertex[name].counts is None for name in names):
            values = np.stack([vertex[name].values.astype(np.float64) for name in names], 1)
            full = vertex[names[0]].full
            return colour.bytes_from_guess(values) if full is None else colour.bytes_from_unit(values / full)
    return None
