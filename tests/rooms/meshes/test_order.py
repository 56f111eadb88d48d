"""Clay: the order of vertices and triangles, the unit sphere, and the way back to the file's units."""

from pathlib import Path

import numpy as np
import pytest

from rooms.meshes import Mesh, check_clay, clay, read_mesh, sphere, validate, write_mesh
from rooms.meshes.order import QUANTUM, STEPS, check_fresh_clay, morton
from rooms.meshes.primitives import SPHERE_TRIANGLES

DATA = Path(__file__).parents[2] / "data"
FILES = sorted(path.name for path in DATA.iterdir() if path.suffix in (".ply", ".stl"))


def imported(name):
    mesh, repairs = validate(read_mesh(DATA / name, filename=name))
    return mesh, clay(mesh, repairs)


def area_and_volume(mesh):
    """The area, and the signed volume seen from the centre, which a triangle turned over would change."""
    a, b, c = (mesh.positions[mesh.triangles[:, k]] - mesh.positions.mean(0) for k in range(3))
    normal = np.cross(b - a, c - a)
    return np.linalg.norm(normal, axis=1).sum() / 2, (normal * a).sum() / 6


@pytest.mark.parametrize("name", FILES)
def test_real_meshes_become_clay(name):
    """Meshes that others made hold every invariant, and come back within half a step, winding and all."""
    mesh, made = imported(name)
    check_fresh_clay(made)
    back = made.mesh()
    step = made.scale * QUANTUM
    assert np.abs(np.sort(mesh.positions, axis=0) - np.sort(back.positions, axis=0)).max() <= step * 0.5001
    assert area_and_volume(back) == pytest.approx(area_and_volume(mesh), rel=1e-5)


def test_facts_of_the_real_meshes():
    """Triangles and vertices are those that their README counts, and repairs are told."""
    facts = {name: imported(name)[1] for name in FILES}
    assert {name: (made.positions.shape[1], len(made.triangles)) for name, made in facts.items()} == {
        "pyvista_airplane.ply": (1343, 2452),
        "pyvista_ant.ply": (486, 912),
        "pyvista_nut.ply": (523, 1046),
        "stlmodels_gearwheel_ascii.stl": (1222, 2444),
    }
    assert facts["stlmodels_gearwheel_ascii.stl"].repairs == ["Merged 6,110 duplicate vertices."]
    assert facts["pyvista_nut.ply"].repairs == []


@pytest.mark.parametrize("format", ["obj", "stl", "ply", "glb"])
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("shift", [0.0, 1000.0])
def test_export_gives_back_what_import_took(name, format, shift):
    """Through clay and through a file of each format: vertices, triangles, bounds, each coordinate within one step."""
    mesh, _ = validate(read_mesh(DATA / name, filename=name))
    extent = float(np.ptp(mesh.positions, axis=0).max())
    if format == "stl":
        # An STL has float32s only: a mesh far from the origin loses detail, which no writer can help.
        shift = min(shift, 1.0)
    mesh.positions = mesh.positions + shift * extent
    made = clay(mesh)
    data = b"".join(write_mesh(made.mesh(), format))
    again, _ = validate(read_mesh(data, filename="a." + format))
    assert len(again.triangles) == len(mesh.triangles)
    assert len(again.positions) == len(mesh.positions)
    step = made.scale * QUANTUM
    allowed = step + np.abs(mesh.positions).max() * (2**-24 if format == "stl" else 1e-15)
    for axis in range(3):
        assert np.abs(np.sort(again.positions[:, axis]) - np.sort(mesh.positions[:, axis])).max() <= allowed
    check_clay(clay(again))


@pytest.mark.parametrize("format", ["obj", "ply", "glb"])
def test_colours_come_back(format):
    """Every format with a place for vertex colours gives back the same bytes."""
    made = sphere(500)
    made.colours = np.random.default_rng(2).integers(0, 256, (made.positions.shape[1], 3)).astype(np.uint8)
    again, _ = validate(read_mesh(b"".join(write_mesh(made.mesh(), format))))
    assert np.array_equal(clay(again).colours, made.colours)


def test_morton_codes():
    """Bits of x, y and z alternate, x lowest; the corners of the cube are the ends of the curve."""
    steps = np.array(
        [[-STEPS] * 3, [-STEPS + 4, -STEPS, -STEPS], [-STEPS, -STEPS + 4, -STEPS], [-STEPS, -STEPS, -STEPS + 8]]
    )
    assert morton(np.concatenate([steps, [[STEPS] * 3]])).tolist() == [0, 1, 2, 32, 2**63 - 1]


def test_order_does_not_depend_on_the_file():
    """The same surface in another order of vertices and triangles becomes the same clay."""
    mesh = sphere(2000).mesh()
    rng = np.random.default_rng(4)
    place = rng.permutation(len(mesh.positions))
    shuffled = Mesh(mesh.positions[np.argsort(place)], place[mesh.triangles][rng.permutation(len(mesh.triangles))])
    one, other = clay(mesh), clay(shuffled)
    assert np.array_equal(one.positions, other.positions)
    assert np.array_equal(one.triangles, other.triangles)


def test_a_brush_touches_few_runs_of_ids():
    """The point of the order: the vertices under a brush of 2% are a few runs, not hundreds."""
    made = sphere(20_000)
    near = np.flatnonzero(made.positions[2] > 0.96 * STEPS)
    assert len(near) > 150
    assert int((np.diff(near) > 1).sum()) + 1 < len(near) / 8


@pytest.mark.parametrize("count", SPHERE_TRIANGLES.values())
def test_spheres_are_round_even_and_closed(count):
    """Euler's number is 2, every vertex is on the unit sphere, the largest triangle at most 1.25 times the smallest."""
    made = sphere(count)
    check_fresh_clay(made)
    assert len(made.triangles) == count
    assert made.positions.shape[1] - count // 2 == 2
    assert made.scale == pytest.approx(1)
    mesh = made.mesh()
    assert np.allclose(np.linalg.norm(mesh.positions, axis=1), 1, atol=4 * QUANTUM)
    a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    assert area.max() < 1.25 * area.min()
    assert (np.cross(b - a, c - a) * a).sum(1).min() > 0


@pytest.mark.parametrize("spoil", ["corner", "winding", "order", "vertex", "fan"])
def test_the_checker_finds_each_fault(spoil):
    """A checker that cannot fail is worth nothing."""
    made = sphere(500)
    if spoil == "corner":
        made.triangles[3, 1] = made.positions.shape[1]
    elif spoil == "winding":
        made.triangles[5] = made.triangles[5][[0, 2, 1]]
    elif spoil == "order":
        made.triangles[[2, 3]] = made.triangles[[3, 2]]
    elif spoil == "vertex":
        made.positions = np.concatenate([made.positions, [[0], [0], [0]]], axis=1).astype(np.int32)
    else:
        made.triangles = made.triangles[3:]
        made.triangles = np.delete(made.triangles, [10, 13], 0)
        made.positions = np.ascontiguousarray(made.positions[:, :-1])
    with pytest.raises(AssertionError, match="not clay"):
        check_clay(made)
