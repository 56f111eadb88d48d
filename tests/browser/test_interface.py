"""The editor's panels: each brush by click and key, each control in the next stroke, three sizes of window, names and contrast."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(180)

SETTINGS = "window.clayroom.settings.strokeSettings()"

#: What is seen of the panels, by selector; each is inside the window and none covers another.
PARTS = [".bar-left", ".bar-history", ".bar-right", "[data-tools]", "[data-settings]"]

OVERLAPS = """(selectors) => {
  const boxes = selectors.map((selector) => [selector, document.querySelector(selector).getBoundingClientRect()]), wrong = [];
  for (const [selector, { left, top, right, bottom, width, height }] of boxes) {
    if (width === 0 || height === 0) wrong.push(`${selector} is not there`);
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) wrong.push(`${selector} leaves the window`);
  }
  for (const [i, [a, p]] of boxes.entries()) for (const [b, q] of boxes.slice(i + 1)) {
    if (p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom) wrong.push(`${a} covers ${b}`);
  }
  return wrong;
}"""

#: Buttons, fields and sliders that are shown and have no name.
NAMELESS = """() => [...document.querySelectorAll('.editor :is(button, a, input, select, textarea, [role], [tabindex="0"])')]
  .filter((one) => one.offsetParent !== null && !['status', 'presentation'].includes(one.getAttribute('role')))
  .filter((one) => !((one.getAttribute('aria-label') || '').trim() || one.getAttribute('aria-labelledby')
    || [...(one.labels || [])].some((label) => label.textContent.trim()) || one.textContent.trim()))
  .map((one) => one.outerHTML.slice(0, 120))"""

#: Texts whose contrast with what lies behind them is below 4.5 : 1 (WCAG 2.2, 1.4.3), in the panels.
PALE = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const colour = rgba(getComputedStyle(one).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pale = [];
  for (const element of document.querySelectorAll('.editor .card *')) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!text || element.offsetParent === null || element.closest(':disabled')) continue;
    const under = behind(element), a = light(over(rgba(getComputedStyle(element).color), under)), b = light(under);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) pale.push(`${element.className} ${element.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return pale;
}"""


@pytest.fixture(scope="module")
def designer(newcomers):
    person = newcomers("Designer", viewport={"width": 1440, "height": 900})
    person.open(person.create("Panels"))
    # What these tests look at is the panels: drawing the clay in software is most of the time.
    person.page.evaluate("window.clayroom.stage._draw = () => {}")
    person.page.evaluate("document.querySelectorAll('details.section').forEach((one) => (one.open = true))")
    yield person
    assert not person.complaints, person.complaints


@pytest.fixture
def iris(designer):
    """Draw in the hand as it came, the window large, and the keyboard the clay's."""
    designer.page.set_viewport_size({"width": 1440, "height": 900})
    designer.page.locator("[data-tool=draw]").click()
    designer.page.locator("[data-action=reset-brush]").click()
    designer.page.locator("[data-clay]").focus()
    return designer


def value(person, name):
    return person.page.evaluate(SETTINGS)[name]


def test_every_brush_by_click_and_by_key(iris):
    """Each brush of the palette is taken by a click, and by its key where it has one; the panel says which it is."""
    names = iris.page.locator("[data-tool]").evaluate_all("(all) => all.map((one) => one.dataset.tool)")
    assert set(names) >= {"draw", "clayStrips", "crease", "snakeHook", "twist"}
    shown = iris.page.locator("[data-tool]:not([hidden])").evaluate_all("(all) => all.map((one) => one.dataset.tool)")
    keys = 0
    for name in shown:
        tool = iris.page.locator(f"[data-tool={name}]")
        tool.click()
        assert value(iris, "brush") == name
        assert iris.page.locator("[data-tool-title]").inner_text() == tool.locator("span").inner_text()
        key = tool.locator("kbd").inner_text()
        if len(key) == 1:
            keys += 1
            iris.page.locator("[data-tool=draw]" if name != "draw" else "[data-tool=clay]").click()
            iris.page.locator("[data-clay]").focus()
            iris.page.keyboard.press(key.lower())
            assert value(iris, "brush") == name
    assert keys >= 6


def test_the_palette_is_one_radio_group(iris):
    """One tab stop; arrows go to the next and to the one below, Home and End to the ends."""
    iris.page.locator("[data-tool=draw]").focus()
    seen = []
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "Home"):
        iris.page.keyboard.press(key)
        seen.append(value(iris, "brush"))
    assert seen == ["drawSharp", "clayStrips", "clay", "draw", "draw"]
    assert iris.page.locator("[data-tool][tabindex='0']").count() == 1


@pytest.mark.parametrize(
    ("brush", "name", "number", "becomes"),
    [
        ("draw", "strength", 37, 0.37),
        ("draw", "spacing", 40, 0.4),
        ("draw", "stabiliser", 60, 0.6),
        ("draw", "hardness", 25, 0.25),
        ("draw", "autoSmooth", 12, 0.12),
        ("draw", "pressureRadius", 10, 0.1),
        ("draw", "pressureStrength", 80, 0.8),
        ("crease", "pinch", 33, 0.33),
    ],
)
def test_sliders_are_in_the_next_stroke(iris, brush, name, number, becomes):
    """The number typed beside a slider is what the next stroke is made with, and one arrow key on the slider is one percent."""
    iris.page.locator(f"[data-tool={brush}]").click()
    field = iris.page.locator(f"#{name}-number")
    field.fill(str(number))
    field.press("Enter")
    assert value(iris, name) == becomes
    iris.page.locator(f"#{name}-range").press("ArrowRight")
    assert value(iris, name) == pytest.approx(becomes + 0.01)


@pytest.mark.parametrize("name", ["invert", "accumulate", "frontFaces", "evenStrength"])
def test_switches_are_in_the_next_stroke(iris, name):
    """A switch turns by click and by the space bar, and says so."""
    switch, was = iris.page.locator(f"[data-setting={name}]"), value(iris, name)
    switch.click()
    assert value(iris, name) is not was
    assert switch.get_attribute("aria-checked") == str(not was).lower()
    switch.press("Space")
    assert value(iris, name) is was


def test_choices_are_in_the_next_stroke(iris):
    """The kind of stroke from its list; falloff and alpha from their pictures, also by arrow keys."""
    iris.page.locator("#kind-choice").select_option("airbrush")
    iris.page.locator("[data-tiles=falloff] [data-value=sphere]").click()
    iris.page.locator("[data-tiles=falloff] [data-value=sphere]").press("ArrowRight")
    iris.page.locator("[data-tiles=alpha] [data-value=cracks]").click()
    settings = iris.page.evaluate(SETTINGS)
    assert (settings["kind"], settings["falloff"], settings["alpha"]) == ("airbrush", "root", "cracks")
    iris.page.locator("[data-tiles=alpha] [data-value='']").click()
    assert value(iris, "alpha") is None


def test_symmetry(iris):
    """Axes are bits, the copies go around the axis that is chosen, and both stay with the next brush."""
    for axis in "XZ":
        iris.page.locator(f"[data-setting=mirror{axis}]").click()
    iris.page.locator("#radialCount-number").fill("6")
    iris.page.locator("#radialCount-number").press("Enter")
    iris.page.locator("#radialAxis-choice").select_option("z")
    iris.page.locator("[data-setting=feather]").click()
    iris.page.locator("[data-tool=clay]").click()
    settings = iris.page.evaluate(SETTINGS)
    assert (settings["mirror"], settings["radial"], settings["feather"]) == (5, {"axis": "z", "count": 6}, False)
    iris.page.locator("[data-setting=feather]").click()
    iris.page.evaluate(
        "const { settings } = window.clayroom; settings.set('mirror', 0); settings.set('radial', { axis: 'y', count: 1 })"
    )


def test_the_radius_on_the_sculpture(iris):
    """The unit beside the number turns the radius into percent of the sculpture; the brush is then as wide from any distance."""
    iris.page.locator("[data-action=radius-unit]").click()
    iris.page.locator("#radius-number").fill("25")
    iris.page.locator("#radius-number").press("Enter")
    size = "window.clayroom.settings.sizeOf((pixels) => window.clayroom.stage.brushSize(pixels))"
    assert iris.page.evaluate(size) == {"radius": 2**20, "spread": 0}


def test_a_curve_by_keys_and_by_pointer(iris):
    """Plus adds a point, arrows move it, Delete takes it out; a press beside the points adds one and drags it."""
    iris.page.locator("[data-tiles=falloff] [data-value=custom]").click()
    points = iris.page.locator("[data-curve=curve] .curve-point")
    points.nth(0).focus()
    iris.page.keyboard.press("+")
    iris.page.keyboard.press("ArrowUp")
    iris.page.keyboard.press("ArrowRight")
    assert value(iris, "curve") == [[0, 1], [0.51, 0.51], [1, 0]]
    assert "point 2 of 3" in points.nth(1).get_attribute("aria-label")
    iris.page.keyboard.press("Delete")
    assert value(iris, "curve") == [[0, 1], [1, 0]]
    plot = iris.page.locator("[data-curve=curve] .curve-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    x, y = box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3
    iris.page.mouse.move(x, y)
    iris.page.mouse.down()
    iris.page.mouse.move(x - 30, y + 10, steps=3)
    iris.page.mouse.up()
    curve = value(iris, "curve")
    assert len(curve) == 3 and 0.5 < curve[1][0] < 0.68 and 0.5 < curve[1][1] < 0.8


def test_only_what_a_brush_has_is_shown(iris):
    """Grab has neither spacing nor pen pressure; Draw has, and its curve only where it is its own."""
    spacing, curve = iris.page.locator("[data-slider=spacing]"), iris.page.locator("[data-curve=curve]")
    assert spacing.is_visible() and not curve.is_visible()
    iris.page.locator("[data-tool=grab]").click()
    assert not spacing.is_visible()
    assert not iris.page.locator("[data-section=pressure]").is_visible()


def test_the_history_goes_back_and_forth(iris):
    """Each own stroke is listed with its brush; a click goes back or forward to it; Esc closes the list."""
    page = iris.page
    before = iris.digest()
    digests = []
    for key, path in (("1", ((0.44, 0.5), (0.47, 0.45))), ("2", ((0.5, 0.5), (0.52, 0.55)))):
        page.locator("[data-clay]").focus()
        page.keyboard.press(key)
        iris.stroke(*path, steps=2)
        digests.append(iris.digest())
    page.locator("[popovertarget=history-panel]").click()
    rows = page.locator(".history-row")
    rows.first.wait_for()
    assert rows.locator(".history-what").all_inner_texts() == ["Clay", "Draw", "Before your first stroke"]
    assert rows.nth(0).get_attribute("aria-current") == "step"
    rows.nth(2).click()
    assert iris.digest() == before
    rows.nth(0).click()
    assert iris.digest() == digests[1]
    rows.nth(1).click()
    assert iris.digest() == digests[0]
    assert rows.nth(0).get_attribute("data-undone") == ""
    rows.nth(2).click()
    page.keyboard.press("Escape")
    assert not page.locator("#history-panel").is_visible()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_three_sizes_and_two_themes(iris, width, height, theme):
    """Nothing leaves the window or covers something else, everything has a name, and no text is pale."""
    iris.page.set_viewport_size({"width": width, "height": height})
    iris.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    assert iris.page.evaluate(OVERLAPS, PARTS) == []
    assert iris.page.evaluate(NAMELESS) == []
    assert iris.page.evaluate(PALE) == []


def test_german_fits_too(iris):
    """Its words are longer; the bars still stand side by side at each size."""
    page = iris.page
    for language, saves in (("de", "Speichern"), ("en", "Save")):
        page.evaluate(f"document.querySelector('.editor button[name=language][value={language}]').click()")
        page.wait_for_function("(language) => document.documentElement.lang === language", arg=language)
        iris.ready()
        assert page.locator("[data-action=save]").text_content() == saves
        for width, height in [(1440, 900), (1024, 768), (390, 844)]:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(OVERLAPS, PARTS) == []


def test_the_finders_see_what_they_should(iris):
    """A button without a name, pale text and a covered panel are found, so that silence means something."""
    iris.page.evaluate(
        """() => {
          const bad = Object.assign(document.createElement('button'), { id: 'bad' });
          const pale = Object.assign(document.createElement('p'), { id: 'pale', textContent: 'pale', style: 'color: #8888' });
          document.querySelector('[data-settings]').append(bad, pale);
        }"""
    )
    assert len(iris.page.evaluate(NAMELESS)) == 1
    assert len(iris.page.evaluate(PALE)) == 1
    assert len(iris.page.evaluate(OVERLAPS, [*PARTS, ".settings-head"])) == 1
    iris.page.evaluate("() => document.querySelectorAll('#bad, #pale').forEach((one) => one.remove())")


def test_on_a_phone_the_strip_opens_into_a_grid(iris):
    """All brushes at once, inside the window; a choice closes the grid. The settings open the same way."""
    page = iris.page
    page.set_viewport_size({"width": 390, "height": 844})
    grid, tools = page.locator("[data-action=all-brushes]"), page.locator("[data-tools]")
    low = tools.bounding_box()["height"]
    grid.click()
    assert grid.get_attribute("aria-expanded") == "true"
    box = tools.bounding_box()
    assert box["height"] > 3 * low and box["y"] > 0
    page.locator("[data-tool=twist]").click()
    assert value(iris, "brush") == "twist"
    assert grid.get_attribute("aria-expanded") == "false"
    sections = page.locator("[data-sections]")
    assert not sections.is_visible()
    page.locator("[data-action=more-settings]").click()
    assert sections.is_visible()
    assert page.locator("[data-settings]").bounding_box()["y"] > page.locator(".topbar").bounding_box()["y"] + 40
    page.locator("[data-action=more-settings]").click()
