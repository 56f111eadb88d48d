"""Reference images between two people: one adds, both see, the other moves and removes."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.browser.people import Person

pytestmark = pytest.mark.timeout(300)


def picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def ann_and_ben(chromium, server):
    people = [Person(chromium, server, name, viewport={"width": 1280, "height": 800}) for name in ("Ann", "Ben")]
    ann, ben = people
    for person in people:
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
    for person in people:
        assert not person.errors, person.errors
        assert not person.complaints, person.complaints
        person.context.close()


def open_panel(person: Person) -> None:
    person.page.locator("[popovertarget=references-panel]:visible").first.click()


def test_a_picture_between_two_people(ann_and_ben) -> None:
    """Added by one, seen by both as they work; moved to a plane by the other; there after a reload; removed for both."""
    ann, ben, _ = ann_and_ben
    open_panel(ann)
    file = {"name": "face.png", "mimeType": "image/png", "buffer": picture()}
    ann.page.locator("[data-reference-file]").set_input_files(file)
    for person in (ann, ben):
        image = person.page.locator(".references-pinned img")
        image.wait_for(state="attached")
        person.wait_for("document.querySelector('.references-pinned img').naturalWidth === 400")
    open_panel(ben)
    entry = ben.page.locator("details.reference")
    entry.locator("summary").click()
    assert "face" in entry.locator("summary").inner_text()
    entry.get_by_label("Pinned to").select_option("front")
    for person in (ann, ben):
        person.wait_for("document.querySelectorAll('.references-pinned img').length === 0")
        person.wait_for("window.clayroom.references().some((one) => one.pin === 'front')")
    entry.locator("input[type=number]").first.fill("150")
    entry.locator("input[type=number]").first.press("Enter")
    ann.wait_for("window.clayroom.references()[0].scale === 1.5")
    ann.page.reload()
    ann.ready()
    ann.wait_for("window.clayroom.references()[0]?.scale === 1.5")
    entry.get_by_role("button", name="Remove").click()
    for person in (ann, ben):
        person.wait_for("window.clayroom.references().length === 0")


def test_what_is_no_picture(ann_and_ben) -> None:
    """A sentence says so, and the button can be pressed again."""
    ann, ben, _ = ann_and_ben
    open_panel(ann)
    file = {"name": "face.png", "mimeType": "image/png", "buffer": b"<svg/>"}
    ann.page.locator("[data-reference-file]").set_input_files(file)
    ann.page.locator("[data-toasts]").get_by_text("PNG, JPEG or WebP").wait_for()
    assert ann.page.locator("[data-reference-add]").is_enabled()
    ann.complaints.clear()  # the browser writes a 422 to its console
    assert ben.page.evaluate("window.clayroom.references()") == []
