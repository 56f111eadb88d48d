"""Thumbnails: the right picture, transparent around it, and a bounded amount of work."""

import io

import numpy as np
from PIL import Image

from rooms.meshes import sphere, thumbnail
from rooms.meshes.thumbnail import MAX_TESTS
from rooms.paint import unpainted


def picture(positions, triangles, size=128, paint=None):
    image = Image.open(io.BytesIO(thumbnail(positions, triangles, size, paint)))
    assert image.format == "WEBP"
    return np.asarray(image.convert("RGBA")).astype(int)


def test_sphere_is_a_lit_disc():
    """A disc of radius 0.47 sides, opaque inside, clear outside, warm, lighter at the top left than at the bottom right."""
    made = sphere(5000)
    image = picture(made.positions, made.triangles)
    y, x = np.mgrid[:128, :128] - 63.5
    distance = np.hypot(x, y)
    assert (image[distance < 58, 3] > 250).all()
    assert (image[distance > 62, 3] < 5).all()
    red, green, blue = (image[distance < 50, k].mean() for k in range(3))
    assert red > green > blue
    assert image[30, 45, :3].sum() > image[98, 83, :3].sum() + 60


def test_paint_is_seen():
    """What is painted blue above is blue there and clay below; paint that writes the colour of clay changes nothing."""
    made = sphere(5000)
    paint = unpainted(made.positions.shape[1])
    plain = picture(made.positions, made.triangles)
    assert np.array_equal(picture(made.positions, made.triangles, paint=paint), plain)
    paint[:3, made.positions[1] > 0] = [[30], [60], [200]]
    image = picture(made.positions, made.triangles, paint=paint)
    assert image[25, 64, 2] > image[25, 64, 0] + 60
    assert np.abs(image[100:, :] - plain[100:, :]).mean() < 1, "more than a WebP changes by itself"
    assert np.array_equal(image[..., 3], plain[..., 3])


def test_nearest_triangle_wins():
    """Of two sheets, the one nearer to the camera is seen; without the front one the picture changes only by what it hid."""
    made = sphere(2000)
    whole = picture(made.positions, made.triangles)
    inner = (made.positions // 2).astype(np.int32)
    both = picture(
        np.concatenate([inner, made.positions], axis=1),
        np.concatenate([made.triangles, made.triangles + made.positions.shape[1]]),
    )
    assert np.array_equal(whole, both)


def test_open_surface_is_seen_from_behind():
    """One triangle facing away is drawn and lit, not a black hole."""
    positions = np.array([[0, 100, 0], [0, 0, 100], [0, 0, 0]], np.int32)
    front, back = (picture(positions, np.array([order], np.uint32)) for order in ((0, 1, 2), (0, 2, 1)))
    assert (front[..., 3] > 250).sum() > 500
    assert np.abs(front - back).max() <= 8


def test_work_is_bounded():
    """A pile of triangles that each cover the screen is drawn more coarsely, not for hours."""
    positions = np.array([[-100, 100, 0], [-100, -100, 100], [0, 0, 0]], np.int32)
    pile = np.repeat(positions, 20_000, axis=1)
    triangles = np.arange(60_000, dtype=np.uint32).reshape(3, -1).T
    assert len(triangles) * 512 * 512 / 4 > MAX_TESTS
    assert picture(pile, triangles, 256)[..., 3].max() > 200


def test_mesh_without_extent():
    """All vertices in one point: a clear picture and no error."""
    assert picture(np.zeros((3, 3), np.int32), np.array([[0, 1, 2]], np.uint32))[..., 3].max() < 255
    assert thumbnail(np.zeros((3, 3), np.int32), np.array([[0, 1, 2]], np.uint32), 16)
