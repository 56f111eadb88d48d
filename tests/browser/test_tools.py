"""Every tool in the hand: brushes, keys, sliders, mirror, pen, undo. One page for all; each test leaves the clay as it was."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(120)

#: A stroke in the left half of the picture, on the clay, as shares of the picture.
PATH = ((0.44, 0.5), (0.49, 0.45))


@pytest.fixture(scope="module")
def sculptor(newcomers):
    person = newcomers("Toolwright")
    person.open(person.create("Tools"))
    # What these tests look at is the clay, not its picture: drawing it in software is most of the time.
    person.page.evaluate("window.clayroom.stage._draw = () => {}")
    yield person
    assert not person.complaints, person.complaints


@pytest.fixture
def mira(sculptor):
    """Draw in the hand, nothing switched on, a fresh history of the clay to compare with."""
    page = sculptor.page
    page.locator("[data-clay]").focus()
    page.keyboard.press("1")
    for setting in ("invert", "mirrorX"):
        if checked(sculptor, setting):
            page.locator(f"[data-setting={setting}]").click()
    set_radius(sculptor, 60)
    page.locator("[data-clay]").focus()
    sculptor.remember()
    yield sculptor
    while sculptor.state()["canUndo"]:
        page.locator("[data-action=undo]").click()


def checked(person, setting):
    return person.page.locator(f"[data-setting={setting}]").get_attribute("aria-checked") == "true"


def set_radius(person, pixels):
    person.page.locator("#radius-number").fill(str(pixels))


def number(person, name):
    return int(person.page.locator(f"#{name}-number").input_value())


def held(person):
    return person.page.locator("[data-tool][aria-checked=true]").get_attribute("data-tool")


def test_number_keys_choose_the_brush(mira):
    """1 to 6 are the brushes, in the order of the bar."""
    seen = []
    for key in "123456":
        mira.page.keyboard.press(key)
        seen.append(held(mira))
    assert seen == ["draw", "clay", "smooth", "inflate", "flatten", "grab"]


def test_brackets_change_radius_and_with_shift_strength(mira):
    """[ and ] make the brush smaller and larger; with Shift, weaker and stronger, of the brush that is chosen."""
    radius, strength = number(mira, "radius"), number(mira, "strength")
    mira.page.keyboard.press("]")
    assert number(mira, "radius") > radius
    mira.page.keyboard.press("[")
    mira.page.keyboard.press("[")
    assert number(mira, "radius") < radius
    mira.page.keyboard.press("Shift+}")
    mira.page.keyboard.press("Shift+}")
    assert number(mira, "strength") == strength + 10
    mira.page.keyboard.press("Shift+{")
    mira.page.keyboard.press("Shift+{")
    assert number(mira, "strength") == strength


def test_x_and_a_movement_change_the_radius(mira):
    """X held, the mouse sets the radius instead of moving the brush."""
    mira.page.mouse.move(*mira.place(0.45, 0.5))
    mira.page.keyboard.down("x")
    x, y = mira.place(0.45, 0.5)
    mira.page.mouse.move(x + 25, y)
    mira.page.keyboard.up("x")
    assert number(mira, "radius") == 85


def test_the_slider_moves_by_keys(mira):
    """The slider is a real one: arrow keys move it, and the number beside it follows."""
    mira.page.locator("#radius-range").focus()
    mira.page.keyboard.press("End")
    assert number(mira, "radius") == 300
    mira.page.keyboard.press("Home")
    assert number(mira, "radius") == 4


@pytest.mark.parametrize("key", ["1", "2", "3", "4", "5", "6"])
def test_every_brush_shapes_the_clay(mira, key):
    """Each brush, drawn over a bump, moves what is under it and nothing on the other side."""
    mira.stroke(*PATH, steps=2)
    mira.remember()
    mira.page.keyboard.press(key)
    mira.stroke(*PATH, steps=4)
    change = mira.change()
    assert change["moved"] > 20
    if key in "124":
        assert change["rise"] > 0  # draw, clay and inflate build up
    elif key in "35":
        assert change["rise"] < 0  # smooth and flatten take the bump down


@pytest.mark.parametrize("key", ["1", "2", "4"])
def test_alt_inverts(mira, key):
    """With Alt held, what builds up digs."""
    mira.page.keyboard.press(key)
    mira.page.keyboard.down("Alt")
    mira.stroke(*PATH, steps=4)
    mira.page.keyboard.up("Alt")
    assert mira.change()["rise"] < 0


def test_i_inverts_until_it_is_pressed_again(mira):
    """I turns the switch, and the stroke digs."""
    mira.page.keyboard.press("i")
    assert checked(mira, "invert")
    mira.stroke(*PATH, steps=4)
    assert mira.change()["rise"] < 0
    mira.page.keyboard.press("i")
    assert not checked(mira, "invert")


def test_shift_borrows_smooth(mira):
    """With Shift held, the stroke smooths, and afterwards the brush is what it was."""
    mira.stroke(*PATH, steps=2)
    mira.remember()
    mira.page.keyboard.down("Shift")
    mira.stroke(*PATH, steps=4)
    mira.page.keyboard.up("Shift")
    assert mira.change()["rise"] < 0
    assert held(mira) == "draw"


def test_a_mirrored_stroke_shapes_both_sides(mira):
    """M mirrors: as many vertices move on the left as on the right; without, only one side."""
    set_radius(mira, 25)
    mira.page.evaluate("window.clayroom.stage.turntable.goal.theta = 0; window.clayroom.stage.turntable.jump()")
    x, y = mira.page.evaluate(
        """() => {
          const spot = { x: 0, y: 0, behind: false }, { stage } = window.clayroom;
          stage.project([-(2 ** 21), 0, 0], spot);
          return [spot.x / stage.turntable.width, spot.y / stage.turntable.height];
        }"""
    )
    path = ((x, y), (x, y - 0.04))
    mira.stroke(*path, steps=2)
    one = mira.change()
    assert 0 in (one["left"], one["right"]) and one["moved"] > 5
    mira.page.locator("[data-action=undo]").click()
    mira.page.locator("[data-clay]").focus()
    mira.page.keyboard.press("m")
    assert checked(mira, "mirrorX")
    mira.stroke(*path, steps=2)
    both = mira.change()
    assert both["left"] > 5
    assert (
        abs(both["left"] - both["right"]) <= 0.25 * both["left"]
    )  # the sphere's triangles are not mirrored themselves


def test_undo_and_redo_buttons(mira):
    """The buttons take the stroke back and make it again, to the bit, and are off when there is nothing to do."""
    undo, redo = mira.page.locator("[data-action=undo]"), mira.page.locator("[data-action=redo]")
    before = mira.digest()
    assert undo.is_disabled()
    mira.stroke(*PATH, steps=2)
    after = mira.digest()
    assert after != before
    undo.click()
    assert mira.digest() == before
    assert undo.is_disabled()
    redo.click()
    assert mira.digest() == after
    assert redo.is_disabled()


def test_escape_takes_the_running_stroke_back(mira):
    """Esc in the middle of a stroke leaves no trace of it, also of what was sent already; the rest of the drag does nothing."""
    before = mira.digest()
    mira.page.mouse.move(*mira.place(*PATH[0]))
    mira.page.mouse.down()
    mira.page.mouse.move(*mira.place(*PATH[1]), steps=4)
    mira.wait_for(f"window.clayroom.digest()[1] !== {before['1']}")
    mira.page.keyboard.press("Escape")
    assert mira.digest() == before
    mira.page.mouse.move(*mira.place(0.5, 0.5), steps=3)
    mira.page.mouse.up()
    assert mira.digest() == before
    assert not mira.state()["sculpting"]


def test_a_harder_pen_makes_a_wider_stroke(mira):
    """The same path with a pen: pressed hard it moves more than twice as many vertices as pressed lightly."""
    moved = []
    for force in (0.15, 0.95):
        mira.remember()
        mira.pen((0.44, 0.5), (0.46, 0.49), (0.48, 0.48), force=force)
        moved.append(mira.change()["moved"])
        mira.page.locator("[data-action=undo]").click()
    assert moved[1] > 2 * moved[0] > 0


def test_the_right_button_turns(mira):
    """A drag with the right button on the clay turns the camera and leaves the clay alone."""
    theta = "window.clayroom.stage.turntable.goal.theta"
    before = mira.page.evaluate(theta)
    mira.page.mouse.move(*mira.place(0.45, 0.5))
    mira.page.mouse.down(button="right")
    mira.page.mouse.move(*mira.place(0.5, 0.5), steps=3)
    mira.page.mouse.up(button="right")
    assert mira.page.evaluate(theta) != before
    assert mira.change()["moved"] == 0


def test_the_sheet_of_keys(mira):
    """? opens the sheet, Esc closes it, and the keys are the clay's again."""
    mira.page.keyboard.press("?")
    sheet = mira.page.get_by_role("dialog", name="Keys and gestures")
    sheet.wait_for()
    mira.page.keyboard.press("2")
    assert held(mira) == "draw"
    mira.page.keyboard.press("Escape")
    sheet.wait_for(state="hidden")
    assert mira.page.evaluate("document.activeElement.matches('[data-clay]')")


def test_typing_a_name_chooses_no_brush(mira):
    """What is typed into a field is text."""
    mira.page.locator("button.project-name").click()
    mira.page.get_by_label("Name", exact=True).press_sequentially("m2x")
    mira.page.keyboard.press("Escape")
    assert held(mira) == "draw"
    assert not checked(mira, "mirrorX")
