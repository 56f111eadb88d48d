"""PLY: three encodings of the same rows, lists of any length in between, and claims that are checked first."""

import struct

import numpy as np
import pytest

from rooms.errors import MeshError
from rooms.meshes.ply import read_ply

QUAD = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (2, 0, 0)]


def header(form, vertex="", face="property list uchar int vertex_indices", vertices=5, faces=2):
    lines = ["ply", f"format {form} 1.0", "comment by hand", f"element vertex {vertices}"]
    lines += ["property float x", "property float y", "property float z", *filter(None, [vertex])]
    return ("\n".join([*lines, f"element face {faces}", face, "end_header"]) + "\n").encode()


def body(order, colours=False):
    out = b""
    for k, point in enumerate(QUAD):
        out += struct.pack(order + "3f", *point) + (bytes([k, 10 * k, 255]) if colours else b"")
    return out + struct.pack(order + "B4iB3i", 4, 0, 1, 2, 3, 3, 1, 4, 2)


@pytest.mark.parametrize(("form", "order"), [("binary_little_endian", "<"), ("binary_big_endian", ">")])
def test_both_byte_orders_with_colours_and_mixed_polygons(form, order):
    """A quad and a triangle, after vertices with colours."""
    colours = "property uchar red\nproperty uchar green\nproperty uchar blue"
    mesh = read_ply(header(form, colours) + body(order, colours=True))
    assert mesh.positions.tolist() == [list(map(float, point)) for point in QUAD]
    assert sorted(mesh.triangles.tolist()) == [[0, 1, 2], [0, 2, 3], [1, 4, 2]]
    assert mesh.colours.tolist() == [[k, 10 * k, 255] for k in range(5)]


def test_text_says_the_same():
    """A text body goes the same way; its dark colours are not taken for 0 to 1."""
    text = "".join(f"{x} {y} {z} 1 0 1\n" for x, y, z in QUAD) + "4 0 1 2 3\n3 1 4 2\n"
    mesh = read_ply(header("ascii", "property uchar red\nproperty uchar green\nproperty uchar blue") + text.encode())
    assert sorted(mesh.triangles.tolist()) == [[0, 1, 2], [0, 2, 3], [1, 4, 2]]
    assert mesh.colours.tolist() == [[1, 0, 1]] * 5


def test_list_properties_beside_the_corners():
    """Texture coordinates as a list and flags per face are skipped, whatever their lengths."""
    face = "property uchar flags\nproperty list uchar float texcoord\nproperty list uint ushort vertex_index"
    rows = struct.pack("<BB2fI3H", 7, 2, 0.5, 0.5, 3, 0, 1, 2) + struct.pack("<BBI4H", 7, 0, 4, 0, 1, 2, 3)
    mesh = read_ply(header("binary_little_endian", face=face) + body("<")[:60] + rows)
    assert sorted(mesh.triangles.tolist()) == [[0, 1, 2], [0, 1, 2], [0, 2, 3]]


def test_list_property_of_vertices():
    """Vertices may have lists too: then every row has its own length."""
    rows = b"".join(struct.pack("<3fB", *point, k % 2) + b"\x07" * (k % 2) for k, point in enumerate(QUAD))
    mesh = read_ply(header("binary_little_endian", "property list uchar uchar extra") + rows + body("<")[60:])
    assert mesh.positions.tolist() == [list(map(float, point)) for point in QUAD]


@pytest.mark.parametrize("corner", [-7, 5, 2_000_000_000])
def test_corner_that_does_not_exist_is_refused(corner):
    """The message has the corner and the number of vertices."""
    rows = body("<")[:60] + struct.pack("<B3iB3i", 3, 0, 1, corner, 3, 1, 4, 2)
    with pytest.raises(MeshError, match=f"vertex {corner:,} .*; the file has 5"):
        read_ply(header("binary_little_endian") + rows)


@pytest.mark.parametrize("form", ["ascii", "binary_little_endian"])
def test_every_truncation_is_refused(form):
    """Cut anywhere, a body is too short for what its header claims."""
    text = "".join(f"{x} {y} {z}\n" for x, y, z in QUAD) + "4 0 1 2 3\n3 1 4 2\n"
    whole = header(form) + (text.encode() if form == "ascii" else body("<"))
    stop = len(whole) - (3 if form == "ascii" else 1)
    for size in range(len(whole) - stop, stop):
        with pytest.raises(MeshError):
            read_ply(whole[:size])


@pytest.mark.parametrize(
    ("vertices", "faces"), [(5, 300_000_000), (300_000_000, 2), (10**17, 2), (11_000_000, 2), (5, 3_000_000)]
)
def test_lying_counts_are_refused_before_allocating(vertices, faces):
    """A claim of millions over a few bytes costs nothing."""
    with pytest.raises(MeshError, match=r"cut short|at most|can have"):
        read_ply(header("binary_little_endian", vertices=vertices, faces=faces) + body("<"))


def test_huge_list_is_refused():
    """A list longer than the file is an error, also as the first one, which decides how rows are read."""
    face = "property list uint int vertex_indices"
    with pytest.raises(MeshError, match="a list of 4,294,967,295 values|cut short"):
        read_ply(header("binary_little_endian", face=face) + body("<")[:60] + b"\xff" * 40)


@pytest.mark.parametrize(
    "data",
    [
        b"ply\n",
        b"ply\nformat ascii 1.0\nend_header\n",
        b"ply\nformat ebcdic 1.0\nelement vertex 1\nelement face 1\nend_header\n",
        b"ply\nformat ascii 1.0\nelement vertex x\nend_header\n",
        b"ply\nformat ascii 1.0\nproperty float x\nend_header\n",
        b"ply\nformat ascii 1.0\nelement vertex 1\nproperty list float x\nend_header\n",
        header("ascii").replace(b"float z", b"float w") + b"1 " * 50,
        header("ascii") + b"1 2 three",
        header("ascii") + b"nan " * 60,
    ],
)
def test_bad_headers_and_words_are_refused(data):
    """Whatever is wrong, it is a MeshError."""
    with pytest.raises(MeshError):
        read_ply(data)


def test_points_alone_are_not_a_surface():
    """A scan without faces is told so."""
    with pytest.raises(MeshError, match="5 vertices and 0 faces"):
        read_ply(header("binary_little_endian", faces=0) + body("<"))


def test_double_positions_keep_their_bits():
    """Doubles are not rounded to float32 on the way."""
    data = header("binary_little_endian", vertices=3, faces=1).replace(b"property float", b"property double")
    points = np.random.default_rng(1).random((3, 3))
    mesh = read_ply(data + points.tobytes() + struct.pack("<B3i", 3, 0, 1, 2))
    assert np.array_equal(mesh.positions, points)
