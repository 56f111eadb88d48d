"""The kinds of strokes and what a pen adds, with real events in a real browser. One page; each test leaves the clay as it was."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.timeout(120)

PATH = ((0.44, 0.5), (0.49, 0.45))
KINDS = ("space", "dots", "airbrush", "anchored", "dragDot", "line")


@pytest.fixture(scope="module")
def sculptor(newcomers):
    person = newcomers("Strokesmith")
    person.open(person.create("Strokes"))
    # What these tests look at is the clay, not its picture.
    person.page.evaluate("window.clayroom.stage._draw = () => {}")
    yield person
    assert not person.complaints, person.complaints


@pytest.fixture
def hand(sculptor):
    """Draw as it comes, 60 pixels wide."""
    page = sculptor.page
    page.locator("[data-clay]").focus()
    page.keyboard.press("1")
    page.evaluate("window.clayroom.settings.reset()")
    sculptor.remember()
    yield sculptor
    while sculptor.state()["canUndo"]:
        page.locator("[data-action=undo]").click()


def put(person, **settings):
    for name, value in settings.items():
        person.page.evaluate(f"window.clayroom.settings.set({json.dumps(name)}, {json.dumps(value)})")


def press(person, start=PATH[0]):
    person.page.mouse.move(*person.place(*start))
    person.page.mouse.down()


@pytest.mark.parametrize("kind", KINDS)
def test_escape_takes_back_every_kind_of_stroke(hand, kind):
    """Esc in the middle leaves no trace, also of what was sent already, and the rest of the drag does nothing."""
    put(hand, kind=kind)
    before = hand.digest()
    press(hand)
    hand.page.mouse.move(*hand.place(*PATH[1]), steps=4)
    if kind != "line":
        hand.wait_for(f"window.clayroom.digest()[1] !== {before['1']}")
    hand.page.keyboard.press("Escape")
    assert hand.digest() == before
    hand.page.mouse.move(*hand.place(0.5, 0.5), steps=2)
    hand.page.mouse.up()
    assert hand.digest() == before
    assert hand.change()["moved"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_undo_takes_back_every_kind_of_stroke(hand, kind):
    """A whole stroke, however it was made, is one step of the history."""
    put(hand, kind=kind)
    before = hand.digest()
    hand.stroke(*PATH, steps=3)
    assert hand.change()["moved"] > 5
    hand.page.locator("[data-action=undo]").click()
    assert hand.digest() == before
    assert not hand.state()["canUndo"]


def test_an_airbrush_goes_on_while_the_pointer_rests(hand):
    """Nothing moves but the clock, and the clay keeps rising."""
    put(hand, kind="airbrush")
    press(hand)
    height = "window.clayroom.link.replica.pieces.get(1).mesh.pos.reduce((sum, x, i) => sum + Math.abs(x - window.kept[i]), 0)"
    first = hand.page.evaluate(height)
    assert first > 0
    hand.wait_for(f"{height} > {3 * first}")
    hand.page.mouse.up()
    after = hand.page.evaluate(height)
    hand.page.mouse.move(*hand.place(*PATH[1]))
    assert hand.page.evaluate(height) == after


def test_an_anchored_stroke_grows_and_shrinks_with_the_drag(hand):
    """Far out it is wide; drawn back it is narrow, and what it covered before is as it was."""
    put(hand, kind="anchored")
    press(hand)
    moved = []
    for x in (0.56, 0.47):
        hand.page.mouse.move(*hand.place(x, 0.5))
        moved.append(hand.change()["moved"])
    hand.page.mouse.up()
    assert moved[0] > 3 * moved[1] > 0
    assert hand.change()["moved"] == moved[1]


def test_a_drag_dot_is_where_it_is_released(hand):
    """As many vertices as one dab moves, at the end of the way and not on it."""
    put(hand, kind="dragDot")
    hand.page.mouse.click(*hand.place(0.5, 0.45))
    one = hand.change()["moved"]
    hand.page.locator("[data-action=undo]").click()
    hand.stroke((0.4, 0.55), (0.5, 0.45), steps=5)
    assert hand.change()["moved"] == pytest.approx(one, rel=0.2)


def test_a_pen_is_heard_through_its_curve(hand):
    """Half the pressure is bent to none, so the same pen draws a narrower stroke; a mouse does not notice."""
    points = ((0.44, 0.5), (0.46, 0.49), (0.48, 0.48))
    moved = {}
    for curve in ([[0, 0], [1, 1]], [[0, 0], [0.6, 0], [1, 1]]):
        put(hand, pressureRadiusCurve=curve)
        hand.pen(*points, force=0.5)
        moved["pen", len(curve)] = hand.change()["moved"]
        hand.page.locator("[data-action=undo]").click()
        hand.page.mouse.click(*hand.place(*PATH[0]))
        moved["mouse", len(curve)] = hand.change()["moved"]
        hand.page.locator("[data-action=undo]").click()
    assert 0 < moved["pen", 3] < 0.5 * moved["pen", 2]
    assert moved["mouse", 2] == moved["mouse", 3] > 0


def test_the_pens_button_digs(hand):
    """With the barrel button held, what builds up takes away."""
    cdp = hand.context.new_cdp_session(hand.page)
    for kind, point in (("mousePressed", PATH[0]), ("mouseMoved", PATH[1]), ("mouseReleased", PATH[1])):
        x, y = hand.place(*point)
        down = kind != "mouseReleased"
        event = {"type": kind, "x": x, "y": y, "button": "right", "buttons": 2 * down, "clickCount": 1}
        cdp.send("Input.dispatchMouseEvent", event | {"pointerType": "pen", "force": 0.5 * down})
    cdp.detach()
    assert hand.change()["moved"] > 5
    assert hand.change()["rise"] < 0
