"""GLB: the scene as its nodes place it, strips and fans, and no trust in any number of the JSON."""

import json
import struct

import numpy as np
import pytest

from rooms.errors import MeshError
from rooms.meshes import Mesh, read_mesh, write_mesh

POINTS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], "<f4")


def pack(document, binary):
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIIII", b"glTF", 2, 28 + len(text) + len(binary), len(text), 0x4E4F534A)
    return head + text + struct.pack("<II", len(binary), 0x004E4942) + binary


def scene(mode=4, indices=(0, 1, 2, 0, 2, 3)):
    binary = POINTS.tobytes() + np.array(indices, "<u2").tobytes()
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "mode": mode}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 4},
            {"bufferView": 1, "componentType": 5123, "type": "SCALAR", "count": len(indices)},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": 48},
            {"buffer": 0, "byteOffset": 48, "byteLength": 2 * len(indices)},
        ],
        "buffers": [{"byteLength": len(binary)}],
    }
    return document, binary + b"\0" * (-len(binary) % 4)


@pytest.mark.parametrize(
    ("mode", "indices", "triangles"),
    [
        (4, (0, 1, 2, 0, 2, 3), [[0, 1, 2], [0, 2, 3]]),
        (5, (0, 1, 3, 2), [[0, 1, 3], [1, 2, 3]]),
        (6, (0, 1, 2, 3), [[1, 2, 0], [2, 3, 0]]),
    ],
)
def test_triangles_strips_and_fans(mode, indices, triangles):
    """Each mode is assembled with the winding the specification gives."""
    assert read_mesh(pack(*scene(mode, indices))).triangles.tolist() == triangles


def test_nodes_place_their_meshes():
    """Transforms multiply down the tree, and a mirroring one turns the triangles back outward."""
    document, binary = scene()
    document["nodes"] = [
        {"children": [1, 2], "translation": [10, 0, 0]},
        {"mesh": 0, "scale": [2, 2, 2], "rotation": [0, 0, 0.5**0.5, 0.5**0.5]},
        {"mesh": 0, "matrix": [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 5, 0, 1]},
    ]
    mesh = read_mesh(pack(document, binary))
    assert np.allclose(mesh.positions[:4], [[10, 0, 0], [10, 2, 0], [8, 2, 0], [8, 0, 0]])
    assert np.allclose(mesh.positions[4:], [[10, 5, 0], [9, 5, 0], [9, 6, 0], [10, 6, 0]])
    a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()


def change(path, value):
    def apply(document):
        *way, last = path
        for step in way:
            document = document[step]
        document[last] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (["accessors", 0, "count"], 300_000_000, "at most"),
        (["accessors", 0, "count"], 5, "needs 60 bytes, its view has 48"),
        (["accessors", 0, "count"], -1, "not a whole number"),
        (["accessors", 0, "count"], 1.5, "not a whole number"),
        (["accessors", 0, "byteOffset"], 2**63, "damaged"),
        (["accessors", 0, "componentType"], [5126], "does not fit"),
        (["accessors", 0, "type"], "MAT4", "does not fit"),
        (["accessors", 0, "sparse"], {}, "sparse"),
        (["bufferViews", 0, "byteLength"], 10**9, "damaged"),
        (["bufferViews", 0, "byteStride"], 4, "damaged"),
        (["bufferViews", 0, "buffer"], 1, "buffers, of which it has 1"),
        (["buffers", 0, "uri"], "http://example.org/a.bin", "another file"),
        (["meshes", 0, "primitives", 0, "mode"], 0, "only points or lines"),
        (["meshes", 0, "primitives", 0, "mode"], 9, "mode 9"),
        (["meshes", 0, "primitives", 0, "attributes"], {}, "of its accessors"),
        (["meshes", 0, "primitives", 0, "extensions"], {"KHR_draco_mesh_compression": {}}, "Draco-compressed"),
        (["extensionsRequired"], ["EXT_meshopt_compression"], "meshopt-compressed"),
        (["nodes", 0, "children"], [0], "cycle"),
        (["nodes", 0, "children"], 3, "not a list"),
        (["nodes", 0, "mesh"], -1, "meshes, of which it has 1"),
        (["nodes", 0, "matrix"], [1, 2], "16 numbers"),
        (["nodes", 0, "scale"], [1, 1, float("nan")], "3 numbers"),
        (["scenes", 0, "nodes"], [], "no triangles"),
        (["scene"], 7, "scenes, of which it has 1"),
    ],
)
def test_lies_in_the_json_are_refused(path, value, why):
    """Every field is checked against the bytes that are there, and each refusal says what is wrong."""
    document, binary = scene()
    change(path, value)(document)
    with pytest.raises(MeshError, match=why):
        read_mesh(pack(document, binary))


def test_index_beyond_the_positions_is_refused():
    """An index that points past the positions is an error."""
    with pytest.raises(MeshError, match="vertex 4 .* has 4"):
        read_mesh(pack(*scene(4, (0, 1, 4))))


def test_deep_json_and_damaged_containers():
    """Nesting that exhausts a parser, and every truncation, end in a MeshError."""
    text = b"[" * 100_000
    head = struct.pack("<4sIIII", b"glTF", 2, 20 + len(text), len(text), 0x4E4F534A)
    with pytest.raises(MeshError, match="JSON cannot be read"):
        read_mesh(head + text)
    whole = pack(*scene())
    for size in range(4, len(whole) - 1, 7):
        with pytest.raises(MeshError):
            read_mesh(whole[:size])


def test_written_file_is_what_the_specification_asks():
    """Chunks and views are aligned, min and max are those of the floats, normals have length 1, and colours come back."""
    rng = np.random.default_rng(3)
    colours = rng.integers(0, 256, (4, 3)).astype(np.uint8)
    mesh = Mesh(POINTS.astype(np.float64) + 0.1, np.array([[0, 1, 2], [0, 2, 3]]), colours)
    data = b"".join(write_mesh(mesh, "glb"))
    magic, version, length, size, kind = struct.unpack_from("<4sIIII", data)
    assert (magic, version, length, size % 4, kind) == (b"glTF", 2, len(data), 0, 0x4E4F534A)
    document = json.loads(data[20 : 20 + size])
    binary = data[28 + size :]
    assert document["buffers"] == [{"byteLength": len(binary)}]
    for view in document["bufferViews"]:
        assert view["byteOffset"] % 4 == 0
        assert view["byteOffset"] + view["byteLength"] <= len(binary)
    views = {
        name: document["bufferViews"][k] for name, k in document["meshes"][0]["primitives"][0]["attributes"].items()
    }
    floats = np.frombuffer(binary, "<f4", 12, views["POSITION"]["byteOffset"]).reshape(-1, 3)
    accessor = document["accessors"][1]
    assert (accessor["min"], accessor["max"]) == (floats.min(0).tolist(), floats.max(0).tolist())
    normals = np.frombuffer(binary, "<f4", 12, views["NORMAL"]["byteOffset"]).reshape(-1, 3)
    assert np.allclose(normals, [0, 0, 1])
    assert np.array_equal(read_mesh(data).colours, colours)


def test_every_8_bit_colour_survives_linear_light():
    """sRGB to 16-bit linear light and back is the identity for all 256 values."""
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)
    positions = np.random.default_rng(0).random((256, 3))
    mesh = Mesh(positions, np.arange(255).reshape(-1, 3), grey)
    assert np.array_equal(read_mesh(b"".join(write_mesh(mesh, "glb"))).colours, grey)
