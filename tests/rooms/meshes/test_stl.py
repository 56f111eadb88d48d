"""STL: the size decides whether it is binary, and nothing that is cut short is taken."""

import struct
from pathlib import Path

import numpy as np
import pytest

from rooms.errors import MeshError
from rooms.meshes import read_mesh
from rooms.meshes.stl import read_stl

DATA = Path(__file__).parents[2] / "data"


def binary(count, claimed=None, header=b""):
    body = b"".join(struct.pack("<12fH", 0, 0, 1, *([k, 0, 0] + [k + 1, 0, 0] + [k, 1, 0]), 0) for k in range(count))
    return header.ljust(80, b"\0") + struct.pack("<I", count if claimed is None else claimed) + body


def test_binary_that_begins_with_solid():
    """Many programs begin their binary files with the word solid; the size tells."""
    assert len(read_mesh(binary(3, header=b"solid part")).triangles) == 3


@pytest.mark.parametrize("claimed", [0, 2, 4, 4_000_000_000])
def test_lying_count_is_refused_with_both_numbers(claimed):
    """A count that does not account for every byte is an error, found before anything is allocated."""
    data = binary(3, claimed)
    with pytest.raises(
        MeshError, match=f"claims {claimed:,} triangles, which is {84 + 50 * claimed:,} bytes; it has 234"
    ):
        read_mesh(data, filename="a.stl")


@pytest.mark.parametrize("size", [0, 1, 83, 84, 133, 183])
def test_truncated_binary_is_refused(size):
    """Every way of cutting a binary file short ends in one clear error."""
    with pytest.raises(MeshError):
        read_mesh(binary(2)[:size], filename="a.stl")


def test_text_cut_short_is_refused():
    """A text that ends in the middle is an error, not a mesh without faces."""
    text = (DATA / "stlmodels_gearwheel_ascii.stl").read_bytes()
    assert len(read_stl(text).triangles) == 2444
    for size in (len(text) // 2, len(text) - 60, 200):
        with pytest.raises(MeshError, match="cut short|no triangles"):
            read_mesh(text[:size], filename="gear.stl")


def test_text_with_a_missing_corner_is_refused():
    """Corners are counted against facets."""
    text = b"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nendloop\nendfacet\nendsolid a\n"
    with pytest.raises(MeshError, match="1 facets and 2 corners; it needs 3"):
        read_mesh(text)


def test_text_is_read_whatever_its_case_and_line_ends():
    """FACET and VERTEX in capitals, and carriage returns, are common."""
    text = b"SOLID a\r\n FACET NORMAL 0 0 1\r\n OUTER LOOP\r\n  VERTEX 0 0 0\r\n  VERTEX 1e0 0 0\r\n  VERTEX 0 1 0\r\n"
    mesh = read_mesh(text + b" ENDLOOP\r\n ENDFACET\r\nENDSOLID a\r\n")
    assert mesh.positions.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert np.array_equal(mesh.triangles, [[0, 1, 2]])


def test_random_bytes_named_stl():
    """Noise is refused in words."""
    noise = np.random.default_rng(5).integers(0, 256, 5000, dtype=np.uint8).tobytes()
    with pytest.raises(MeshError, match="claims"):
        read_mesh(noise, filename="a.stl")
