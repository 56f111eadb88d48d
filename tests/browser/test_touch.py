"""Fingers: one sculpts, two move the camera. On a tablet's page, with touches as Chromium makes them from the glass."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(120)

CAMERA = """(() => {
  const { theta, phi, distance, target } = window.clayroom.stage.turntable.goal;
  return { theta, phi, distance, x: target.x, y: target.y };
})()"""


@pytest.fixture(scope="module")
def tablet(newcomers):
    person = newcomers("Fingers", has_touch=True)
    person.open(person.create("Touched"))
    person.page.evaluate("window.clayroom.stage._draw = () => {}")
    yield person
    assert not person.complaints, person.complaints


@pytest.fixture
def hand(tablet):
    tablet.remember()
    yield tablet
    while tablet.state()["canUndo"]:
        tablet.page.locator("[data-action=undo]").click()


def line(start, end, steps=6):
    """Points from ``start`` to ``end``, both included."""
    return [tuple(a + (b - a) * k / steps for a, b in zip(start, end, strict=True)) for k in range(steps + 1)]


def test_one_finger_sculpts(hand):
    """One finger on the clay draws, and the camera stays."""
    camera = hand.page.evaluate(CAMERA)
    hand.touch(line((0.44, 0.5), (0.52, 0.46)))
    assert hand.change()["rise"] > 0
    assert hand.page.evaluate(CAMERA) == camera


def test_one_finger_beside_the_clay_turns(hand):
    """A finger that misses the clay turns the camera."""
    camera = hand.page.evaluate(CAMERA)
    hand.touch(line((0.28, 0.9), (0.36, 0.9)))
    assert hand.page.evaluate(CAMERA)["theta"] != camera["theta"]
    assert hand.change()["moved"] == 0


def test_two_parallel_fingers_turn(hand):
    """Two fingers on the clay turn it; what the first one began before the second came is taken back."""
    camera = hand.page.evaluate(CAMERA)
    hand.touch(line((0.42, 0.5), (0.52, 0.5)), line((0.5, 0.5), (0.6, 0.5)))
    now = hand.page.evaluate(CAMERA)
    assert now["theta"] < camera["theta"]
    assert now["distance"] == pytest.approx(camera["distance"])
    assert hand.change()["moved"] == 0


def test_a_pinch_zooms(hand):
    """Fingers that part bring the clay nearer."""
    camera = hand.page.evaluate(CAMERA)
    hand.touch(line((0.47, 0.5), (0.37, 0.5)), line((0.53, 0.5), (0.63, 0.5)))
    assert hand.page.evaluate(CAMERA)["distance"] < 0.8 * camera["distance"]
    assert hand.change()["moved"] == 0


def test_three_fingers_move_the_picture(hand):
    """Three fingers push the picture along."""
    camera = hand.page.evaluate(CAMERA)
    hand.touch(*(line((x, 0.5), (x + 0.08, 0.5)) for x in (0.42, 0.48, 0.54)))
    now = hand.page.evaluate(CAMERA)
    assert (now["x"], now["theta"]) != (camera["x"], camera["theta"])
    assert now["theta"] == camera["theta"]
    assert hand.change()["moved"] == 0


def test_taps_undo_and_redo(hand):
    """Two fingers tap: undo. Three: redo."""
    before = hand.digest()
    hand.touch(line((0.44, 0.5), (0.52, 0.46)))
    after = hand.digest()
    assert after != before
    hand.touch([(0.45, 0.5)], [(0.55, 0.5)])
    assert hand.digest() == before
    hand.touch([(0.42, 0.5)], [(0.5, 0.5)], [(0.58, 0.5)])
    assert hand.digest() == after


def test_after_a_pen_a_finger_turns(hand):
    """Who draws with a pen rests the hand on the glass: a finger then moves the camera and not the clay."""
    hand.pen((0.44, 0.5), (0.48, 0.48), force=0.5)
    assert hand.change()["moved"] > 0
    hand.remember()
    camera = hand.page.evaluate(CAMERA)
    hand.touch(line((0.44, 0.5), (0.52, 0.46)))
    assert hand.page.evaluate(CAMERA)["theta"] != camera["theta"]
    assert hand.change()["moved"] == 0
