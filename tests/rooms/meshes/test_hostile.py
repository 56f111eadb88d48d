"""Files nobody should send: each ends as a mesh or as one MeshError, quickly, and in nothing else."""

import io
import time
from pathlib import Path

import numpy as np
import pytest

from rooms.errors import MeshError
from rooms.meshes import clay, read_mesh, sphere, validate, write_mesh
from rooms.meshes.mesh import MAX_UPLOAD_BYTES

DATA = Path(__file__).parents[2] / "data"
NAMES = ["a.obj", "a.stl", "a.ply", "a.off", "a.glb", "a", "a.exe"]


def settle(data, name):
    """Import the bytes; whatever is not a MeshError gets out and fails the test."""
    try:
        clay(validate(read_mesh(data, filename=name))[0])
    except MeshError as error:
        assert len(error.message) < 300
        return error.message
    return None


@pytest.mark.parametrize("name", NAMES)
def test_noise_and_nothing(name):
    """No bytes, blanks, text and random bytes under every name are refused."""
    rng = np.random.default_rng(7)
    for data in (
        b"",
        b" ",
        b"\n\n\n",
        b"hello\n",
        b"{}",
        b"\0" * 300,
        b"v",
        b"f",
        b"ply",
        b"OFF",
        b"glTF",
        b"solid",
        b"#" * 99,
    ):
        assert settle(data, name) is not None
    for size in (1, 20, 84, 134, 1000, 70_000):
        assert settle(rng.integers(0, 256, size, dtype=np.uint8).tobytes(), name) is not None


def samples():
    made = sphere(200)
    made.colours = np.zeros((made.positions.shape[1], 3), np.uint8)
    files = {form: b"".join(write_mesh(made.mesh(), form)) for form in ("obj", "stl", "ply", "glb")}
    mesh = made.mesh()
    off = io.StringIO()
    print(f"OFF\n{len(mesh.positions)} {len(mesh.triangles)} 0", file=off)
    for point in mesh.positions.tolist():
        print(*point, file=off)
    for triangle in mesh.triangles.tolist():
        print(3, *triangle, file=off)
    return {**files, "off": off.getvalue().encode()}


SAMPLES = samples()


@pytest.mark.parametrize("form", SAMPLES)
@pytest.mark.parametrize("seed", range(8))
def test_mutations(form, seed):
    """Flipped bytes, cut ends, doubled and removed pieces. Run one again with ``-k 'mutations and FORM and SEED'``."""
    rng = np.random.default_rng(seed)
    for _ in range(40):
        data = bytearray(SAMPLES[form])
        for _ in range(rng.integers(1, 6)):
            at = int(rng.integers(0, len(data)))
            until = at + int(rng.integers(1, 40))
            match rng.integers(0, 5):
                case 0:
                    data[at] = int(rng.integers(0, 256))
                case 1:
                    del data[at:until]
                case 2:
                    data[at:at] = data[at:until]
                case 3:
                    data[at:until] = rng.integers(0, 256, until - at, dtype=np.uint8).tobytes()
                case _:
                    data[at:at] = rng.choice(
                        [b"-1 ", b"nan ", b"1e400 ", b"99999999999 ", b"\n", b"\0", b"\xff\xff\xff\xff"]
                    )
        settle(bytes(data), "a." + form)


@pytest.mark.parametrize("form", ["stl", "ply", "glb", "off"])
def test_truncations(form):
    """A format that says how long it is notices every missing end."""
    data = SAMPLES[form]
    for size in range(1, len(data) - 2, max(1, len(data) // 97)):
        assert settle(data[:size], "a." + form) is not None, f"{size} of {len(data)} bytes"


def test_content_decides_before_the_name():
    """A file with the wrong name is read as what it is."""
    for form, data in SAMPLES.items():
        assert len(read_mesh(data, filename="a.obj" if form == "stl" else "a.stl").triangles) == 180, form


def test_other_formats_are_named():
    """A ZIP or a glTF text gets a hint at what to do instead."""
    assert "export it as OBJ" in (settle(b"PK\x03\x04" + b"\0" * 99, "a.3mf") or "").replace("Export", "export")
    assert "GLB" in (settle(b'{ "asset": {} }', "a.gltf") or "")
    with pytest.raises(MeshError, match="'3ds' is not a format"):
        read_mesh(b"x", format="3ds")


def test_too_large_is_refused_unread(tmp_path):
    """The size of a file is checked before it is read."""
    path = tmp_path / "big.stl"
    with path.open("wb") as file:
        file.truncate(MAX_UPLOAD_BYTES + 1)
    begun = time.perf_counter()
    with pytest.raises(MeshError, match="268,435,457 bytes; at most 268,435,456"):
        read_mesh(path)
    assert time.perf_counter() - begun < 1


def test_endless_line_is_refused():
    """A text without line ends is no text."""
    with pytest.raises(MeshError, match="at most 1,048,576"):
        read_mesh(b"v 0 0 0\nf 1 2 3\n" + b"1 " * 2**20, format="obj")
