"""OBJ: the mixed, counted-back and concave faces that other readers get wrong."""

import numpy as np
import pytest

from rooms.errors import MeshError
from rooms.meshes.obj import read_obj, write_obj

SQUARE = b"v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"


def area(mesh):
    a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def test_faces_that_mix_corner_forms():
    """Each corner of a face may be written in another form; only its first number is the vertex."""
    mesh = read_obj(SQUARE + b"vn 0 0 1\nvt 0 0\nf 1/1/1 2//1 3\nf 1/1 3 4/1/1\n")
    assert mesh.triangles.tolist() == [[0, 1, 2], [0, 2, 3]]
    assert len(mesh.positions) == 4


@pytest.mark.parametrize("corner", ["0", "5", "-5", "2000000000", "99999999999999999999"])
def test_corner_that_does_not_exist_is_refused(corner):
    """A corner outside 1 to n is an error, never a wrapped-round vertex."""
    with pytest.raises(MeshError):
        read_obj(SQUARE + f"f 1 2 {corner}\n".encode())


def test_error_names_line_and_both_numbers():
    """The message says where, what was asked for and what there is."""
    with pytest.raises(MeshError, match=r"Line 6 refers to vertex 7; the file has vertices 1 to 4"):
        read_obj(SQUARE + b"f 1 2 3\nf 1 2 7\n")


def test_negative_corners_count_back_from_their_line():
    """-1 is the last vertex above the face, not the last of the file."""
    mesh = read_obj(SQUARE + b"f -4 -3 -2\nv 5 5 5\nf -5 -2 -1\n")
    assert mesh.triangles.tolist() == [[0, 1, 2], [0, 3, 4]]


def test_concave_polygon_keeps_its_area():
    """An L is cut into ears, wherever its outline begins; a fan would cover the notch."""
    outline = [(0, 0), (2, 0), (2, 0.6), (0.6, 0.6), (0.6, 2), (0, 2)]
    text = "".join(f"v {x} {y} 0\n" for x, y in outline)
    for start in range(6):
        face = "f " + " ".join(str((start + k) % 6 + 1) for k in range(6)) + "\n"
        mesh = read_obj((text + face).encode())
        assert len(mesh.triangles) == 4
        assert area(mesh) == pytest.approx(2 * 0.6 + 1.4 * 0.6)
        # All ears turn the way of the polygon.
        a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
        assert (np.cross(b - a, c - a)[:, 2] > 0).all()


def test_concave_quad_is_cut_at_its_notch():
    """An arrow head has one right diagonal, wherever the file begins."""
    arrow = [(0, 0, 0), (2, -1, 0), (0.5, 0, 0), (2, 1, 0)]
    for start in range(4):
        text = "".join(f"v {x} {y} {z}\n" for x, y, z in arrow)
        face = "f " + " ".join(str((start + k) % 4 + 1) for k in range(4)) + "\n"
        assert area(read_obj((text + face).encode())) == pytest.approx(0.5)


def test_large_convex_polygon_and_concave_limit():
    """A round cap of any size is a fan; a concave polygon above the limit is refused, with both numbers."""
    turn = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    circle = "".join(f"v {np.cos(t):.9f} {np.sin(t):.9f} 0\n" for t in turn) + "f " + " ".join(map(str, range(1, 5001)))
    assert len(read_obj(circle.encode()).triangles) == 4998
    star = "".join(f"v {(1 + k % 2) * np.cos(t):.9f} {(1 + k % 2) * np.sin(t):.9f} 0\n" for k, t in enumerate(turn))
    with pytest.raises(MeshError, match="5,000 corners; at most 1,024"):
        read_obj((star + "f " + " ".join(map(str, range(1, 5001)))).encode())


def test_comments_continuations_and_line_ends():
    """Comments behind values, lines that go on after a backslash, tabs, and all three line ends are one and the same."""
    text = b"# top\nv 0 0 0 # first\n\n\tv\t1 0 0\nv 0 \\\n1 0\nf 1 2 \\\n3\n"
    for ends in (text, text.replace(b"\n", b"\r\n")):
        mesh = read_obj(ends)
        assert mesh.positions.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
        assert mesh.triangles.tolist() == [[0, 1, 2]]
    assert len(read_obj(b"v 0 0 0\rv 1 0 0\rv 0 1 0\rf 1 2 3\r").triangles) == 1


def test_colours_after_the_position():
    """Six numbers are a position and a colour, 0 to 1 or 0 to 255; vertices without one are white."""
    mesh = read_obj(b"v 0 0 0 1 0.5 0\nv 1 0 0\nv 0 1 0 0 0 1\nf 1 2 3\n")
    assert mesh.colours.tolist() == [[255, 128, 0], [255, 255, 255], [0, 0, 255]]
    mesh = read_obj(b"v 0 0 0 255 128 0\nv 1 0 0\nv 0 1 0 0 0 255\nf 1 2 3\n")
    assert mesh.colours.tolist() == [[255, 128, 0], [255, 255, 255], [0, 0, 255]]


@pytest.mark.parametrize(
    "line", [b"f 1 2 x\n", b"f 1.5 2 3\n", b"f 1e99 2 3\n", b"v 1 2\nf 1 2 3\n", b"v a b c\nf 1 2 3\n"]
)
def test_what_is_not_a_number_is_refused(line):
    """Words among numbers, broken corners and short vertices are errors."""
    with pytest.raises(MeshError):
        read_obj(SQUARE + line)


def test_written_far_from_the_origin_keeps_its_detail():
    """A small mesh at a large offset is written with as many digits as it takes."""
    mesh = read_obj(SQUARE + b"f 1 2 3\nf 1 3 4\n")
    mesh.positions = mesh.positions * 1e-3 + 12345.678
    back = read_obj(b"".join(write_obj(mesh)))
    assert np.abs(back.positions - mesh.positions).max() < 1e-3 * 2**-22
