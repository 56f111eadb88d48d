"""How one looks at the clay: every look is drawn, every view is reached with keys, and a choice is remembered."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(180)

#: Draws at once and says what the graphics device complains of, and the mean of the picture's middle.
DRAW = """(values) => {
  const { stage, view } = window.clayroom;
  const complaints = [];
  stage.renderer.debug.checkShaderErrors = true;
  stage.renderer.debug.onShaderError = (gl, program, vertex, fragment) =>
    complaints.push(gl.getShaderInfoLog(vertex) + gl.getShaderInfoLog(fragment) + gl.getProgramInfoLog(program));
  for (const [name, value] of Object.entries(values)) view.set(name, value);
  stage.turntable.jump();
  stage.drawNow();
  const gl = stage.renderer.getContext(), { width, height } = stage.canvas, pixel = new Uint8Array(4 * 64);
  const { x, y } = stage.turntable.middle, ratio = height / stage.canvas.clientHeight;
  gl.readPixels(Math.round(x * ratio) - 4, height - Math.round(y * ratio) - 4, 8, 8, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  const mean = [0, 1, 2].map((k) => pixel.reduce((sum, value, i) => sum + (i % 4 === k ? value : 0), 0) / 64);
  return { complaints, mean, opaque: pixel[3] === 255 };
}"""


@pytest.fixture(scope="module")
def viewer(newcomers):
    person = newcomers("Viola", viewport={"width": 640, "height": 420})
    person.open(person.create("Seen"))
    yield person
    assert not person.complaints, person.complaints


@pytest.fixture
def viola(viewer):
    viewer.page.locator("[data-clay]").focus()
    yield viewer
    viewer.page.evaluate("""() => {
      const { view } = window.clayroom;
      const start = { turning: 'turntable', projection: 'perspective', look: 'clay', rollLock: true, grid: false, wireframe: false };
      for (const [name, value] of Object.entries(start)) view.set(name, value);
    }""")


def angles(person):
    return person.page.evaluate("(({ theta, phi }) => [theta, phi])(window.clayroom.stage.turntable.goal)")


def test_every_look_is_drawn(viola):
    """Each program compiles, and each look of the same clay has a colour of its own."""
    looks = [
        {"look": "clay"},
        {"look": "matcap", "matcap": "jade"},
        # The softbox is as bright as the clay, to half a step of 255.
        {"look": "physical", "studio": "gallery"},
        {"look": "flat"},
        {"look": "normals", "wireframe": True, "grid": True},
    ]
    seen = []
    for look in looks:
        drawn = viola.page.evaluate(DRAW, look)
        if look["look"] == "matcap":
            # Its picture comes over the network.
            viola.wait_for("window.clayroom.stage.looks.uniforms.matcap.value.image?.complete === true")
            drawn = viola.page.evaluate(DRAW, look)
        assert drawn["complaints"] == [] and drawn["opaque"], (look, drawn)
        seen.append(tuple(round(value) for value in drawn["mean"]))
    assert len(set(seen)) == len(looks), seen


def test_the_flat_look_is_the_paint(viola):
    """Without light, creases and shadow, a pixel of unpainted clay is the colour that the room keeps for it."""
    drawn = viola.page.evaluate(DRAW, {"look": "flat", "cavity": False})
    viola.page.evaluate("window.clayroom.view.set('cavity', true)")
    assert drawn["mean"] == pytest.approx([0xB5, 0x74, 0x50], abs=2)


def test_the_key_light_throws_a_shadow_on_the_table(viola):
    """Beside the clay the picture is transparent but for what lies on the table: with shadows there is much more of it."""
    on_table = """() => {
      const { stage } = window.clayroom, { width, height } = stage.canvas, pixels = new Uint8Array(4 * width * height);
      stage.drawNow();
      const gl = stage.renderer.getContext();
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      let sum = 0;
      for (let i = 3; i < pixels.length; i += 4) if (pixels[i] < 200) sum += pixels[i];
      return sum / 255;
    }"""
    viola.page.evaluate("window.clayroom.stage.turntable.goal.level(0.5, 1.1)")
    viola.page.evaluate(DRAW, {"look": "clay", "shadows": True})
    dark = viola.page.evaluate(on_table)
    viola.page.evaluate(DRAW, {"shadows": False})
    bright = viola.page.evaluate(on_table)
    viola.page.evaluate(DRAW, {"shadows": True})
    assert dark > 1.3 * bright > 0, (dark, bright)


def test_a_mask_darkens(viola):
    """Where the clay is protected it is seen darker, in every look that has light."""
    free = viola.page.evaluate(DRAW, {"look": "clay"})["mean"]
    paint = """(value) => {
      const { mesh } = window.clayroom.stage.views.get(1);
      for (let i = 0; i < mesh.vertexCount; i++) mesh.paint[8 * i + 5] = value;
      window.clayroom.stage.setMesh(1, mesh);
    }"""
    viola.page.evaluate(paint, 255)
    masked = viola.page.evaluate(DRAW, {"look": "clay"})["mean"]
    viola.page.evaluate(paint, 0)
    assert sum(masked) < 0.75 * sum(free)


def test_the_number_pad_and_the_axes_show_the_sides(viola):
    """1, 3 and 7 are front, right and top; with Ctrl the other sides; a button of the corner does the same by keyboard."""
    half = 3.14159265 / 2
    for key, theta, phi in [
        ("Numpad1", 0, half),
        ("Numpad3", half, half),
        ("Control+Numpad3", -half, half),
        ("Numpad7", 0, 0),
    ]:
        viola.page.keyboard.press(key)
        assert angles(viola) == pytest.approx([theta, phi], abs=1e-4), key
    back = viola.page.get_by_role("button", name="View from the back")
    back.focus()
    viola.page.keyboard.press("Enter")
    theta, phi = angles(viola)
    assert abs(theta) == pytest.approx(2 * half) and phi == pytest.approx(half)


def test_a_parallel_brush_draws_under_the_pointer(viola):
    """In parallel projection a stroke meets the clay where it is seen, and moves as much as in perspective or thereabouts."""
    moved = []
    for _ in range(2):
        viola.remember()
        viola.stroke((0.5, 0.5), (0.53, 0.47), steps=3)
        moved.append(viola.change()["moved"])
        viola.page.keyboard.press("Control+z")
        viola.page.keyboard.press("Numpad5")
    assert min(moved) > 3 and 0.5 < moved[1] / moved[0] < 2, moved


def test_a_choice_is_remembered(viola):
    """The panel works from the keyboard, hides what has no meaning, and the next page looks the same."""
    page = viola.page
    page.get_by_role("button", name="View", exact=True).focus()
    page.keyboard.press("Enter")
    assert not page.get_by_label("Material", exact=True).is_visible()
    page.get_by_label("Shading").select_option("matcap")
    page.get_by_label("Material", exact=True).select_option("bronze")
    page.get_by_role("switch", name="Grid").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    assert not page.get_by_label("Shading").is_visible()
    page.reload()
    viola.ready()
    values = page.evaluate("window.clayroom.view.values")
    assert (values["look"], values["matcap"], values["grid"]) == ("matcap", "bronze", True)
