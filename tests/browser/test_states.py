"""What a page says when something changes for the person: roles, removal, the end of a session, the end of a project."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def owner(newcomers):
    person = newcomers("Olga")
    person.url = person.create("Shared")
    person.open(person.url)
    return person


@pytest.fixture(scope="module")
def guest(newcomers):
    return newcomers("Gustav")


def shown_share(person):
    """The Share dialog, open."""
    dialog = person.page.locator("dialog#share")
    if not dialog.is_visible():
        person.page.locator(".topbar [data-open=share]:visible").click()
    return dialog


def share(owner, name, role):
    dialog = shown_share(owner)
    dialog.get_by_label("Add by user name").fill(name)
    dialog.get_by_label("What they may do").select_option(role)
    dialog.get_by_role("button", name="Add", exact=True).click()


@pytest.fixture
def together(owner, guest):
    """Olga's sculpture, which Gustav may look at; both have it open."""
    if not guest.page.url.startswith(owner.url) or guest.state()["status"]["state"] != "online":
        share(owner, "Gustav", "viewer")
        owner.page.get_by_label("What Gustav may do").wait_for()
        guest.open(owner.url)
    owner.page.locator("[data-people] li[aria-label^=Gustav]:not([data-away])").wait_for()
    return owner, guest


def give(owner, guest, role):
    """Gustav's role from now on."""
    owner.page.evaluate(
        "(role) => window.clayroom.link.changeMeta({ collaborators: [{ name: 'Gustav', role }] })", role
    )
    guest.wait_for(f"window.clayroom.link.role === '{role}'")


def test_a_stranger_can_not_be_added(owner):
    """A name that nobody has is refused with the name, in a sentence."""
    share(owner, "Nobody Inparticular", "editor")
    error = owner.page.locator("[data-add-person] [data-error]")
    error.wait_for()
    assert error.inner_text() == "There is nobody here by the name of Nobody Inparticular."


def test_a_viewer_can_not_sculpt_and_is_told(together):
    """Who may only look has no tools, the page says who can change that, and a drag on the clay turns it."""
    olga, guest = together
    give(olga, guest, "viewer")
    guest.page.locator("[data-looking]").wait_for()
    assert "Olga can let you sculpt" in guest.page.locator("[data-looking]").inner_text()
    assert not guest.page.locator("[data-tools]").is_visible()
    assert not guest.page.locator("[data-action=save]").is_visible()
    guest.remember()
    theta = guest.page.evaluate("window.clayroom.stage.turntable.goal.theta")
    guest.stroke((0.45, 0.5), (0.55, 0.5))
    guest.page.keyboard.press("Control+z")
    assert guest.change()["moved"] == 0
    assert guest.page.evaluate("window.clayroom.stage.turntable.goal.theta") != theta
    shown_share(guest)
    assert not guest.page.locator("[data-add-person]").is_visible()
    guest.page.keyboard.press("Escape")


def test_a_new_role_holds_at_once(together):
    """Gustav is given the clay while he looks: the tools appear, and his stroke reaches Olga."""
    olga, guest = together
    give(olga, guest, "viewer")
    shown_share(olga)
    olga.page.get_by_label("What Gustav may do").select_option("editor")
    guest.page.locator("[data-tools]").wait_for()
    guest.page.get_by_text("You can sculpt now.").wait_for()
    assert not guest.page.locator("[data-looking]").is_visible()
    olga.page.keyboard.press("Escape")
    olga.remember()
    guest.stroke((0.45, 0.5), (0.5, 0.5), steps=3)
    guest.wait_settled()
    olga.wait_for("window.clayroom.digest()[1] !== undefined")
    olga.wait_for(f"window.clayroom.digest()[1] === {guest.digest()['1']}")
    assert olga.change()["moved"] > 0


def test_the_name_of_the_other_is_at_the_brush(together):
    """While Gustav's brush is on the clay, Olga sees his name there."""
    olga, guest = together
    give(olga, guest, "editor")
    for person in (olga, guest):  # from the same side
        person.page.evaluate("window.clayroom.stage.frameAll(true); window.clayroom.stage.turntable.jump()")
    for k in range(3):
        guest.page.mouse.move(*guest.place(0.45 + 0.01 * k, 0.5))
    tag = olga.page.locator(".name-tag", has_text="Gustav")
    tag.wait_for()
    box, (left, _), (right, _) = tag.bounding_box(), olga.place(0.4, 0.5), olga.place(0.55, 0.5)
    assert left < box["x"] + box["width"] / 2 < right


def test_description_and_save_reach_the_other(together):
    """A new description is there at once, and who saved is said."""
    olga, guest = together
    olga.page.locator("button.project-name").click()
    olga.page.get_by_label("Description").fill("Grandmother, laughing.\nSecond try.")
    olga.page.get_by_role("button", name="Done").click()
    guest.wait_for("window.clayroom.state().meta.description === 'Grandmother, laughing.\\nSecond try.'")
    olga.page.locator("[data-action=save]").click()
    guest.page.get_by_text("Olga saved.").wait_for()
    olga.page.get_by_text("Saved just now").wait_for()


def test_hand_over_and_back(together):
    """Olga makes Gustav the owner after a question; he is told, and can hand it back."""
    olga, guest = together
    for giver, taker in ((olga, guest), (guest, olga)):
        shown_share(giver)
        giver.page.get_by_label(f"What {taker.name} may do").select_option("owner")
        question = giver.page.get_by_role("dialog", name=f"Make {taker.name} the owner?")
        question.get_by_role("button", name="Make owner").click()
        taker.page.get_by_text("You are the owner of this sculpture now.").first.wait_for()
        giver.page.locator("[data-add-person]").wait_for(state="hidden")
        giver.page.keyboard.press("Escape")
        assert taker.page.evaluate("window.clayroom.link.role") == "owner"


def test_removal_is_told_with_the_reason(together):
    """Removed in the Share dialog, Gustav is out at once and knows by whom; the sculpture is gone from his list."""
    olga, guest = together
    shown_share(olga)
    olga.page.get_by_role("button", name="Remove Gustav").click()
    guest.page.get_by_role("dialog").get_by_text("Olga has removed you from this project").wait_for()
    olga.page.keyboard.press("Escape")
    guest.page.get_by_role("link", name="All sculptures").last.click()
    guest.page.get_by_role("heading", name="Your sculptures").wait_for()
    assert guest.page.get_by_text("Shared").count() == 0


def test_log_out_ends_the_open_page(newcomers):
    """Logged out in another tab, the open sculpture says so and leads to the way back in."""
    una = newcomers("Una")
    url = una.create("Hers")
    una.open(url)
    other = una.context.new_page()
    other.goto(una.server.url)
    other.get_by_role("button", name="Log out").click()
    other.get_by_role("heading", name="Welcome back").wait_for()
    una.page.get_by_role("dialog").get_by_text("log in").wait_for()
    una.page.get_by_role("button", name="Try again").click()
    una.page.get_by_role("heading", name="Welcome back").wait_for()
    form = una.page.locator("form[action='/login']")
    form.get_by_label("Name").fill("Una")
    form.get_by_label("Password").fill("a long password")
    form.get_by_role("button", name="Log in").click()
    una.page.wait_for_url(url + "**")
    una.ready()


def test_a_deleted_project_says_so(newcomers):
    """Deleted while it is open in another tab: the page says that it is gone."""
    vera = newcomers("Vera")
    vera.open(vera.create("Short-lived"))
    other = vera.context.new_page()
    other.goto(vera.server.url)
    other.get_by_label("More for Short-lived").click()
    other.get_by_role("button", name="Delete this sculpture").click()
    vera.page.get_by_role("dialog").get_by_text("deleted").wait_for()
