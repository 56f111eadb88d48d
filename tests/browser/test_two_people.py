"""Two people who have never seen it sculpt one model, and it is kept."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.people import ONLINE, Person, wait_equal

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def ann_and_ben(chromium, server):
    """Ann has made a sculpture and shared it with Ben; both have it open."""
    ann, ben = Person(chromium, server, "Ann"), Person(chromium, server, "Ben")
    for person in (ann, ben):
        person.sign_up()
    url = ann.create("Bust")
    ann.open(url)
    ann.page.locator("button[data-open=share]:visible").click()
    ann.page.get_by_label("Add by user name").fill("Ben")
    ann.page.get_by_role("button", name="Add", exact=True).click()
    ann.page.locator("[data-access]").get_by_text("Ben").wait_for()
    ann.page.keyboard.press("Escape")
    ben.open(url)
    yield ann, ben, url
    for person in (ann, ben):
        assert not person.errors, person.errors
        person.context.close()


def test_one_looks_from_where_the_other_looks(ann_and_ben):
    """Ben's face in Ann's bar is a button: she sees what he sees, in his projection, also when he was there before her."""
    ann, ben, _ = ann_and_ben
    ben.page.locator("[data-clay]").focus()
    for key in ("Numpad3", "Numpad5", "+"):
        ben.page.keyboard.press(key)
    ann.page.reload()
    ann.ready()
    goal = "(({ theta, phi, distance }) => [theta, phi, distance])(window.clayroom.stage.turntable.goal)"
    assert ann.page.evaluate(goal) != pytest.approx(ben.page.evaluate(goal), abs=1e-3)
    face = ann.page.get_by_role("button", name="Ben: look from where they look")
    theirs = ben.page.evaluate("window.clayroom.link.client")
    ann.wait_for(f"window.clayroom.views.newestOf(['{theirs}'])?.flags === 1")
    face.focus()
    ann.page.keyboard.press("Enter")
    assert ann.page.evaluate(goal) == pytest.approx(ben.page.evaluate(goal), abs=1e-3)
    assert ann.page.evaluate("window.clayroom.view.values.projection") == "orthographic"


def test_they_sculpt_through_a_restart(ann_and_ben, server):
    """Both sculpt with the mouse, the server is killed and comes back, and both end with the same clay."""
    ann, ben, _ = ann_and_ben
    start = wait_equal(ann, ben)
    ann.stroke((0.45, 0.45), (0.6, 0.5))
    ben.stroke((0.5, 0.6), (0.4, 0.5))
    together = wait_equal(ann, ben)
    assert together != start
    ann.stroke((0.5, 0.4), (0.55, 0.55))
    server.kill()
    ann.wait_for(f"!({ONLINE})")
    ann.stroke((0.42, 0.5), (0.58, 0.42))
    ben.page.keyboard.press("2")
    ben.stroke((0.55, 0.6), (0.42, 0.62))
    ben.page.keyboard.press("Control+z")
    ben.stroke((0.55, 0.45), (0.5, 0.62))
    assert ann.state()["status"]["pending"] > 0
    server.start()
    merged = wait_equal(ann, ben)
    assert merged != together
    # and a page that is loaded anew finds the same
    ben.page.reload()
    ben.ready()
    assert wait_equal(ann, ben) == merged
    # as does everyone after an orderly end
    assert server.end() == 0
    server.start()
    ann.page.reload()
    ann.ready()
    assert wait_equal(ann, ben) == merged


def test_undo_takes_back_only_ones_own(ann_and_ben):
    """After Ann's undo Ben's stroke is still there, to the bit; after Ben's as well it is the sphere again."""
    ann, ben, _ = ann_and_ben
    sphere = wait_equal(ann, ben)
    ann.stroke((0.45, 0.45), (0.55, 0.5))
    wait_equal(ann, ben)
    ben.stroke((0.5, 0.5), (0.55, 0.6))
    both = wait_equal(ann, ben)
    ann.page.keyboard.press("Control+z")
    bens = wait_equal(ann, ben)
    assert bens not in (both, sphere)
    ben.page.keyboard.press("Control+z")
    assert wait_equal(ann, ben) == sphere
    ann.page.keyboard.press("Control+Shift+z")
    ben.page.keyboard.press("Control+Shift+z")
    assert wait_equal(ann, ben) == both


def wait_alike(*people):
    """Until all see the same paint; (n, 8) its bytes."""
    wait_equal(*people)
    first, *others = (person.paint() for person in people)
    assert all(other == first for other in others), "equal digests of the room's paint, and other paint is seen"
    return np.frombuffer(first, np.uint8).reshape(-1, 8)


def test_they_paint_one_place_through_a_restart(ann_and_ben, server):
    """Both paint one place at once, undo, cancel, and paint on while the server is dead: both see the same bytes, always."""
    ann, ben, _ = ann_and_ben
    clay = wait_equal(ann, ben)
    plain = wait_alike(ann, ben)
    for person, swatch in ((ann, 6), (ben, 3)):
        person.page.locator("[data-clay]").focus()
        person.page.keyboard.press("9")
        person.page.locator(".swatch").nth(swatch).click()
    # At once: the pointers of both are down, and their ways cross.
    for person in (ann, ben):
        person.page.mouse.move(*person.place(0.45, 0.5))
        person.page.mouse.down()
    for step in range(1, 9):
        ann.page.mouse.move(*ann.place(0.45 + 0.01 * step, 0.5))
        ben.page.mouse.move(*ben.place(0.45 + 0.01 * step, 0.5 - 0.01 * step))
    for person in (ann, ben):
        person.page.mouse.up()
    crossed = wait_alike(ann, ben)
    assert (crossed != plain).any()
    ann.page.keyboard.press("Control+z")
    start = wait_alike(ann, ben)
    assert (start != crossed).any()
    # Ben over Ann, who undoes: what Ben wrote stays, what only Ann wrote goes.
    ann.stroke((0.45, 0.5), (0.55, 0.5))
    anns = wait_alike(ann, ben)
    ben.stroke((0.5, 0.45), (0.5, 0.55))
    both = wait_alike(ann, ben)
    bens = both != anns
    assert (bens & (anns != start)).any(), "they do not overlap"
    ann.page.keyboard.press("Control+z")
    left = wait_alike(ann, ben)
    assert (left[bens] == both[bens]).all()
    assert (left[~bens] == start[~bens]).all() and (left != both).any()
    # A stroke that Ben has seen already is taken back with Esc.
    page, before = ann.page, ann.paint_digest()
    page.mouse.move(*ann.place(0.45, 0.55))
    page.mouse.down()
    page.mouse.move(*ann.place(0.52, 0.5), steps=8)
    ben.wait_for(f"window.clayroom.link.replica.pieces.get(1).register.digest !== {before}")
    assert ann.state()["sculpting"]
    page.keyboard.press("Escape")
    page.mouse.up()
    assert (wait_alike(ann, ben) == left).all()
    # Over one another without a server, and undone without it.
    server.kill()
    for person in (ann, ben):
        person.wait_for(f"!({ONLINE})")
    ann.stroke((0.45, 0.48), (0.55, 0.52))
    ben.stroke((0.46, 0.52), (0.54, 0.48))
    ben.page.keyboard.press("Control+z")
    ben.stroke((0.5, 0.46), (0.52, 0.55))
    assert ann.state()["status"]["pending"] > 0 and ben.state()["status"]["pending"] > 0
    assert ann.paint() != ben.paint()
    server.start()
    merged = wait_alike(ann, ben)
    assert (merged != left).any()
    ben.page.reload()
    ben.ready()
    assert (wait_alike(ann, ben) == merged).all()
    assert ann.digest() == clay, "paint moves nothing"


def test_strokes_arrive_while_they_are_made(ann_and_ben):
    """The other's clay changes while the mouse button is still down."""
    ann, ben, _ = ann_and_ben
    before = wait_equal(ann, ben)
    page = ann.page
    box = page.locator("[data-clay]").bounding_box()
    page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 0.5 * box["height"], steps=10)
    ben.wait_for(f"window.clayroom.digest()[1] !== {before['1']}")
    assert ann.state()["sculpting"]
    page.mouse.up()
    wait_equal(ann, ben)


def test_the_removed_collaborator_is_out_with_the_reason(ann_and_ben):
    """Ben's page says who removed him, at once."""
    ann, ben, _ = ann_and_ben
    ann.page.evaluate("window.clayroom.link.changeMeta({ collaborators: [] })")
    ben.page.get_by_text("Ann has removed you from this project").wait_for()


def test_a_new_name_is_seen_at_once(ann_and_ben):
    """A project that is renamed shows its new name on the other's page."""
    ann, ben, _ = ann_and_ben
    ann.page.locator("button.project-name").click()
    ann.page.get_by_label("Name", exact=True).fill("Ben, laughing")
    ann.page.get_by_role("button", name="Done").click()
    ben.page.locator("[data-project-name]", has_text="Ben, laughing").wait_for()


def test_a_closed_tab_loses_nothing(ann_and_ben, server):
    """What was made without a connection in a tab that was then closed is there when the project is opened again."""
    ann, ben, url = ann_and_ben
    wait_equal(ann, ben)
    server.kill()
    ann.wait_for(f"!({ONLINE})")
    ann.stroke((0.45, 0.45), (0.6, 0.5))
    ann.wait_for("window.clayroom.state().status.pending > 0")
    ann.page.evaluate("window.clayroom.link.store.flush()")  # otherwise the last quarter of a second may be missing
    made = ann.digest()
    ann.page.close()
    server.start()
    ann.page = ann.new_page()
    ann.open(url)
    ann.wait_for(f"window.clayroom.digest()[1] === {made['1']}")  # the dead tab's strokes are adopted after the join
    assert wait_equal(ann, ben) == made
