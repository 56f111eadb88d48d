"""Keys as people use them: changed, held, from another preset, and found in the sheet."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def keys(newcomers):
    person = newcomers("Kay")
    person.open(person.create("Keys"))
    yield person
    assert not person.errors, person.errors


@pytest.fixture
def kay(keys):
    """Kay with the keys as they were to begin with, the sheet closed, a brush of 60 pixels."""
    keys.page.evaluate(
        """() => {
          const { keymap, settings } = window.clayroom;
          document.querySelector('dialog#shortcuts').close();
          for (const preset of ['blender', 'sculptgl']) { keymap.choosePreset(preset); keymap.reset(); }
          settings.choose('draw');
          settings.setRadius(60);
          settings.setStrength(50);
        }"""
    )
    keys.page.locator("[data-clay]").focus()
    return keys


def sheet(person):
    person.page.locator("[data-clay]").focus()
    person.page.keyboard.press("?")
    dialog = person.page.get_by_role("dialog", name="Keys and gestures")
    dialog.wait_for()
    return dialog


def setting(person, name):
    return person.page.evaluate(f"window.clayroom.settings.{name}")


def test_change_a_key_and_use_it(kay):
    """With the keyboard alone: found, changed, and the new key works, the old one does nothing, the tooltip tells it."""
    dialog = sheet(kay)
    dialog.get_by_label("Search").press_sequentially("clay")
    dialog.get_by_role("button", name="Clay: change 2").focus()
    kay.page.keyboard.press("Enter")
    kay.page.keyboard.press("q")
    changed = dialog.get_by_role("button", name="Clay: change Q")
    changed.wait_for()
    assert changed.evaluate("(button) => button === document.activeElement")
    kay.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    kay.page.keyboard.press("2")
    assert setting(kay, "tool") == "draw"
    kay.page.keyboard.press("q")
    assert setting(kay, "tool") == "clay"
    kay.page.reload()
    kay.ready()
    kay.page.locator("[data-clay]").focus()
    kay.page.keyboard.press("1")
    kay.page.keyboard.press("q")
    assert setting(kay, "tool") == "clay"


def test_a_conflict_is_told_with_both_names(kay):
    """A key that another command has is not lost by accident: left, or given over."""
    dialog = sheet(kay)
    ask = dialog.locator("[data-key-ask]")
    for answer, owners in (("Leave it to", ["1"]), ("Give it to", [])):
        dialog.get_by_role("button", name="Redo: change Ctrl+Y").click()
        kay.page.keyboard.press("1")
        assert ask.inner_text().startswith("1 is the key of “Draw”.")
        dialog.get_by_role("button", name=answer).click()
        ask.wait_for(state="hidden")
        assert kay.page.evaluate("window.clayroom.keymap.chordsOf('brush.draw')") == owners
    assert kay.page.evaluate("window.clayroom.keymap.chordsOf('redo')") == ["Ctrl+Shift+Z", "1"]
    dialog.get_by_role("button", name="Reset keys").click()
    assert kay.page.evaluate("window.clayroom.keymap.chordsOf('brush.draw')") == ["1"]


def test_esc_leaves_a_key_as_it_was(kay):
    """The first Esc ends the change, the second one the sheet; Backspace takes a key away, from the tooltip too."""
    dialog = sheet(kay)
    assert kay.page.locator(".topbar [data-command='save']").get_attribute("title") == "Save now (Ctrl+S)"
    dialog.get_by_role("button", name="Save: change Ctrl+S").click()
    kay.page.keyboard.press("Escape")
    assert dialog.is_visible() and not dialog.locator("[data-key-ask]").is_visible()
    dialog.get_by_role("button", name="Save: change Ctrl+S").press("Enter")
    kay.page.keyboard.press("Backspace")
    assert kay.page.evaluate("window.clayroom.keymap.chordsOf('save')") == []
    assert kay.page.locator(".topbar [data-command='save']").get_attribute("title") == "Save now"
    kay.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


def test_search(kay):
    """Names and keys are searched, gestures too; what nobody has is said."""
    dialog = sheet(kay)
    rows = dialog.locator("[data-key-row]:visible .key-name")
    search = dialog.get_by_label("Search")
    search.fill("ctrl+s")
    assert "Save" in rows.all_inner_texts() and len(rows.all_inner_texts()) < 4
    search.fill("two-finger")
    assert rows.all_inner_texts() == ["Undo"]
    search.fill("teapot")
    assert rows.count() == 0
    dialog.get_by_text("No command and no key fits this search.").wait_for()


def test_sculptgl_holds(kay):
    """X and C are held while the mouse moves; Shift borrows Smooth, Ctrl Mask, Alt inverts."""
    x, y = kay.place(0.45, 0.5)
    kay.page.mouse.move(x, y)
    for key, name, before, after in (("x", "radius", 60, 85), ("c", "strength", 50, 58)):
        assert setting(kay, name) == before
        kay.page.keyboard.down(key)
        kay.page.mouse.move(x + 25, y)
        kay.page.keyboard.up(key)
        kay.page.mouse.move(x, y)
        assert setting(kay, name) == after
    for key, name, on in (
        ("Shift", "activeTool", "smooth"),
        ("Control", "activeTool", "mask"),
        ("Alt", "activeInvert", True),
    ):
        off = setting(kay, name)
        kay.page.keyboard.down(key)
        assert setting(kay, name) == on
        kay.page.keyboard.up(key)
        assert setting(kay, name) == off


def test_blender_holds(kay):
    """F is tapped, the mouse sets the radius, a click ends it without a stroke, Esc takes it back; Ctrl inverts."""
    dialog = sheet(kay)
    dialog.get_by_label("Keys as in").select_option("blender")
    kay.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    x, y = kay.place(0.45, 0.5)
    kay.page.mouse.move(x, y)
    before = kay.digest()
    kay.page.locator("[data-clay]").focus()
    kay.page.keyboard.press("f")
    kay.page.mouse.move(x + 25, y)
    kay.page.mouse.down()
    kay.page.mouse.move(x + 60, y, steps=3)
    kay.page.mouse.up()
    assert setting(kay, "radius") == 85
    assert kay.digest() == before
    kay.page.keyboard.press("Shift+F")
    kay.page.mouse.move(x, y)
    assert setting(kay, "strength") == 30
    kay.page.keyboard.press("Escape")
    assert setting(kay, "strength") == 50
    kay.page.keyboard.down("Control")
    assert setting(kay, "activeInvert")
    kay.page.keyboard.up("Control")
    kay.page.keyboard.press("g")
    assert setting(kay, "tool") == "grab"


def test_no_two_commands_of_the_page_have_one_key(kay):
    """Whatever parts the editor is put together from, in both presets."""
    assert (
        kay.page.evaluate(
            """['blender', 'sculptgl'].flatMap((preset) => {
          window.clayroom.keymap.choosePreset(preset);
          return window.clayroom.keymap.conflicts();
        })"""
        )
        == []
    )


def test_the_language_is_chosen_in_the_editor(kay):
    """The page comes back in German, and the way back is in German too."""
    dialog = sheet(kay)
    dialog.get_by_role("button", name="Deutsch").click()
    kay.page.wait_for_load_state()
    kay.ready()
    assert kay.page.evaluate("document.documentElement.lang") == "de"
    kay.page.locator("[data-clay]").focus()
    kay.page.keyboard.press("?")
    dialog = kay.page.get_by_role("dialog", name="Tasten und Gesten")
    dialog.get_by_role("button", name="English").click()
    kay.page.wait_for_load_state()
    kay.ready()
    assert kay.page.evaluate("document.documentElement.lang") == "en"
