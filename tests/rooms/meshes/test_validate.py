"""The gate: what is refused, what is repaired, and that every repair is told with its count."""

import numpy as np
import pytest

from rooms.errors import MeshError
from rooms.meshes import Mesh, check_clay, clay, validate
from rooms.meshes.validate import weld

CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float64)
CUBE_TRIANGLES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4]]
    + [[1, 5, 7], [1, 7, 3]]
)


def cubes(*offsets):
    positions = np.concatenate([CUBE + offset for offset in offsets])
    triangles = np.concatenate([CUBE_TRIANGLES + 8 * k for k in range(len(offsets))])
    return Mesh(positions, triangles)


def boundary_edges(triangles):
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    return int((np.unique(edges, axis=0, return_counts=True)[1] == 1).sum())


def checked(mesh):
    made, repairs = validate(mesh)
    check_clay(clay(made))
    return made, repairs


def test_sound_mesh_is_left_alone():
    """Nothing to repair, nothing to tell."""
    mesh, repairs = checked(cubes((0, 0, 0)))
    assert repairs == []
    assert len(mesh.positions) == 8
    assert np.array_equal(mesh.triangles, CUBE_TRIANGLES)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_coordinate_that_is_not_finite_is_refused(value):
    """NaN and infinity stop here."""
    mesh = cubes((0, 0, 0))
    mesh.positions[3, 1] = value
    with pytest.raises(MeshError, match="1 vertex has a coordinate that is not a finite number"):
        validate(mesh)


@pytest.mark.parametrize(
    ("mesh", "why"),
    [
        (Mesh(np.zeros((0, 3)), np.zeros((0, 3), np.int64)), "0 vertices and 0 triangles"),
        (Mesh(CUBE, np.zeros((0, 3), np.int64)), "8 vertices and 0 triangles"),
        (Mesh(CUBE, np.array([[0, 1, 8]])), "vertex 8 .* has 8"),
        (Mesh(CUBE, np.array([[0, 1, -1]])), "vertex -1 .* has 8"),
        (Mesh(CUBE, np.array([[0, 1, 1]])), "three different corners"),
        (Mesh(CUBE * 1e19, CUBE_TRIANGLES), "at most 1e\\+18"),
        (Mesh(CUBE * 1e-20, CUBE_TRIANGLES), "it is a point"),
        (Mesh(CUBE * 0, CUBE_TRIANGLES), "it is a point"),
    ],
)
def test_what_cannot_be_repaired_is_refused(mesh, why):
    """Each with its reason."""
    with pytest.raises(MeshError, match=why):
        validate(mesh)


def test_triangle_soup_is_welded():
    """Twelve loose triangles become a closed cube, and -0.0 is 0.0."""
    corners = CUBE[CUBE_TRIANGLES].reshape(-1, 3)
    corners[::2] *= np.where(corners[::2] == 0, -1.0, 1.0)
    mesh, repairs = checked(Mesh(corners, np.arange(36).reshape(-1, 3)))
    assert repairs == ["Merged 28 duplicate vertices."]
    assert len(mesh.positions) == 8
    assert boundary_edges(mesh.triangles) == 0


def test_weld_agrees_with_sorting():
    """The hash table finds the same classes as numpy's unique, the first of each as its representative."""
    points = np.random.default_rng(11).integers(0, 12, (20_000, 3)).astype(np.float64)
    distinct, inverse = weld(points)
    assert len(distinct) == len(np.unique(points, axis=0))
    assert np.array_equal(points[distinct][inverse], points)
    assert (distinct[inverse] <= np.arange(len(points))).all()


def test_colours_of_merged_vertices_are_averaged():
    """Where two colours meet in one point, it gets their mean."""
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0], [0, -1, 0], [1, 0, 0]], np.float64)
    colours = np.array([[0, 0, 0], [10, 0, 0], [0, 9, 0], [200, 0, 0], [0, 0, 7], [20, 0, 0]], np.uint8)
    mesh, _ = checked(Mesh(positions, np.array([[0, 1, 2], [3, 4, 5]]), colours))
    assert mesh.colours.tolist() == [[100, 0, 0], [15, 0, 0], [0, 9, 0], [0, 0, 7]]


def test_degenerate_duplicate_and_unused():
    """A triangle with a repeated corner, one that is there three times (once turned over), and a stray vertex."""
    extra = np.array([[0, 0, 3], [1, 3, 0], [3, 1, 0], [5, 5, 5]])
    mesh, repairs = checked(Mesh(np.concatenate([CUBE, [[9.0, 9, 9]]]), np.concatenate([CUBE_TRIANGLES, extra])))
    assert repairs == [
        "Dropped 2 degenerate triangles.",
        "Dropped 2 duplicate triangles.",
        "Dropped 1 vertex that no triangle uses.",
    ]
    assert len(mesh.positions) == 8
    assert len(mesh.triangles) == 12


def test_cubes_that_share_an_edge_part_into_two_closed_cubes():
    """Four triangles meet in the shared edge; the ones of one solid stay together, so nothing is torn open."""
    mesh, repairs = checked(cubes((0, 0, 0), (1, 1, 0)))
    assert repairs[1] == "Added 2 vertices where parts of the surface met in a single edge or point, to part them."
    assert len(mesh.positions) == 16
    assert boundary_edges(mesh.triangles) == 0


def test_cubes_that_share_a_corner_part():
    """A bow tie: two fans at one vertex become two vertices."""
    mesh, repairs = checked(cubes((0, 0, 0), (1, 1, 1)))
    assert repairs[1].startswith("Added 1 vertex ")
    assert len(mesh.positions) == 16
    assert boundary_edges(mesh.triangles) == 0


def test_edge_used_twice_in_one_direction_is_cut():
    """Two triangles with opposite windings cannot share an edge."""
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, -1, 0]], np.float64)
    mesh, _ = checked(Mesh(positions, np.array([[0, 1, 2], [0, 1, 3]])))
    assert len(mesh.positions) == 6


def test_three_pages_of_a_book():
    """Three sheets on one spine: no pair is a solid, every sheet keeps its triangle."""
    positions = np.array([[0, 0, 0], [0, 0, 1], [1, 0, 0], [-1, 1, 0], [-1, -1, 0]], np.float64)
    mesh, _ = checked(Mesh(positions, np.array([[0, 1, 2], [0, 1, 3], [1, 0, 4]])))
    assert len(mesh.triangles) == 3


@pytest.mark.parametrize("seed", range(60))
def test_any_tangle_becomes_manifold(seed):
    """Random triangles over few vertices have every fault at once; what comes out passes the checker, no triangle lost."""
    rng = np.random.default_rng(seed)
    positions = rng.random((rng.integers(4, 30), 3))
    triangles = rng.integers(0, len(positions), (rng.integers(1, 300), 3))
    proper = triangles[(np.diff(np.sort(triangles, 1), axis=1) > 0).all(1)]
    if not len(proper):
        pytest.skip(f"seed {seed} made no triangle")
    mesh, _ = checked(Mesh(positions, triangles))
    kept = np.unique(np.sort(mesh.positions[mesh.triangles].sum(2), 1).round(9), axis=0)
    wanted = np.unique(np.sort(positions[proper].sum(2), 1).round(9), axis=0)
    assert np.array_equal(kept, wanted)


def test_fan_of_many_triangles():
    """A vertex with 20,000 triangles around it is one fan, found in few rounds."""
    turn = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    rim = np.stack([np.cos(turn), np.sin(turn), 0 * turn], 1)
    ids = np.arange(20_000)
    triangles = np.stack([0 * ids, 1 + ids, 1 + (ids + 1) % 20_000], 1)
    mesh, repairs = checked(Mesh(np.concatenate([[[0, 0, 1.0]], rim]), triangles))
    assert repairs == []
    assert len(mesh.positions) == 20_001


def test_limits_are_those_of_a_piece():
    """Two million vertices pass, one more does not; the message has both numbers."""
    count = 2_000_001
    positions = np.stack([np.arange(count), np.arange(count) % 2, np.zeros(count)], 1).astype(np.float64)
    strip = np.arange(0, count - 2, 3)
    triangles = np.concatenate([np.stack([strip, strip + 1, strip + 2], 1)])
    validate(Mesh(positions[:-1], triangles[:-1]))
    triangles = np.concatenate([triangles, [[count - 3, count - 2, count - 1]]])
    with pytest.raises(MeshError, match="2,000,001 vertices; a piece can have 2,000,000"):
        validate(Mesh(positions, triangles))
