"""OFF with its flavours: colours are kept, normals passed over, missing lines told."""

import pytest

from rooms.errors import MeshError
from rooms.meshes import read_mesh

PLAIN = b"OFF\n# a comment\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n\n0 1 0\n3 0 1 2\n3 0 2 3 255 0 0\n"


def test_plain():
    """Comments, blank lines and colours of faces are passed over."""
    mesh = read_mesh(PLAIN)
    assert mesh.triangles.tolist() == [[0, 1, 2], [0, 2, 3]]
    assert mesh.positions[3].tolist() == [0, 1, 0]
    assert mesh.colours is None


def test_counts_on_the_first_line():
    """``OFF 3 1 0`` is as good as two lines."""
    assert len(read_mesh(b"OFF 3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n").triangles) == 1


@pytest.mark.parametrize("colour", [b"255 128 0 255", b"255 128 0", b"1.0 0.50196 0.0 1.0"])
def test_vertex_colours(colour):
    """COFF colours are kept, as bytes or as fractions, with or without alpha."""
    rows = b"".join(b"%d %d 0 %s\n" % (x, y, colour) for x, y in ((0, 0), (1, 0), (0, 1)))
    assert read_mesh(b"COFF\n3 1 0\n" + rows + b"3 0 1 2\n").colours.tolist() == [[255, 128, 0]] * 3


def test_normals_before_colours():
    """NOFF's normals are not taken for colours."""
    rows = b"0 0 0 0 0 1 9 8 7\n1 0 0 0 0 1 9 8 7\n0 1 0 0 0 1 9 8 7\n"
    assert read_mesh(b"CNOFF\n3 1 0\n" + rows + b"3 0 1 2\n").colours.tolist() == [[9, 8, 7]] * 3
    assert read_mesh(b"NOFF\n3 1 0\n" + rows + b"3 0 1 2\n").colours is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (PLAIN[:-20], "cut short: it claims 6 lines and has 5"),
        (PLAIN.replace(b"4 2 0", b"4 3999999 0"), "cut short"),
        (PLAIN.replace(b"4 2 0", b"4 900000000 0"), "can have"),
        (PLAIN.replace(b"3 0 1 2", b"3 0 1 9"), "vertex 9 .* has 4"),
        (PLAIN.replace(b"3 0 1 2", b"3 0 1 -1"), "vertex -1"),
        (PLAIN.replace(b"3 0 1 2", b"9 0 1 2"), "claims 9 corners; its line has 3"),
        (PLAIN.replace(b"3 0 1 2", b"-3 0 1 2"), "claims -3 corners"),
        (PLAIN.replace(b"1 1 0", b"1 1"), "has 2 numbers; it needs 3"),
        (PLAIN.replace(b"1 1 0", b"1 one 0"), "not a number"),
        (PLAIN.replace(b"OFF", b"4OFF"), "more than three dimensions"),
        (PLAIN.replace(b"OFF", b"OFF BINARY"), "binary"),
        (b"OFF\n", "how many"),
        (b"OFF\n0 0 0\n", "0 vertices and 0 faces"),
    ],
)
def test_refusals(data, why):
    """Each damage has its sentence."""
    with pytest.raises(MeshError, match=why):
        read_mesh(data)
