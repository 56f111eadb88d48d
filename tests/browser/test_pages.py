"""The pages as they are met: three sizes, two themes, with the keyboard alone, without scripts; models in and out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import trimesh

from rooms.presence import COLOURS

pytestmark = pytest.mark.timeout(180)

DATA = Path(__file__).resolve().parents[1] / "data"
SIZES = {
    "desk": {"width": 1440, "height": 900},
    "tablet": {"width": 1024, "height": 768},
    "phone": {"width": 390, "height": 844},
}
#: Smallest side (px) of what a finger has to hit.
TOUCH = 40
#: Contrast of text against its ground (WCAG 2.2, AA).
AA = 4.5
#: Colour tokens of text, and the grounds they stand on.
TEXT_ON_GROUND = [
    *((text, ground) for text in ("ink", "muted", "clay") for ground in ("paper", "surface", "surface-raised")),
    ("danger", "surface-raised"), ("danger", "danger-soft"), ("good", "surface-raised"), ("clay-hover", "clay-soft"),
    ("on-clay", "clay"), ("on-clay", "clay-hover"), ("ink", "clay-soft"), ("ink", "stage-light"),
    ("accent-ink", "surface-raised"), ("bad-ink", "surface-raised"), ("text-soft", "surface-raised"),
]  # fmt: skip


@pytest.fixture(scope="module")
def lindqvist(newcomers):
    person = newcomers("Mira Lindqvist")
    person.url = person.create(
        "A head with a name that is a good deal longer than there is room for beside the buttons"
    )
    yield person
    assert not person.complaints, person.complaints


@pytest.fixture
def mira(lindqvist):
    """Mira at a small window."""
    lindqvist.page.set_viewport_size({"width": 760, "height": 520})
    return lindqvist


def overflow(page):
    """How many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def too_small(page):
    """Controls that are shown and smaller than a finger."""
    return page.evaluate(
        """(least) => [...document.querySelectorAll('a, button, summary, input:not([type=hidden], [type=radio]), select')]
          .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('.visually-hidden, .skip')
            && !one.matches('.visually-hidden, .skip, .slider-value input, .card h2 a'))
          .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
          .filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < least)
          .map(([html, box]) => `${html} ${box.width} x ${box.height}`)""",
        TOUCH,
    )


@pytest.mark.parametrize("size", SIZES)
def test_pages_fit_the_window(mira, chromium, studio, size):
    """Landing, home, editor and error page: nothing sticks out at the side, nothing is too small for a finger."""
    context = chromium.new_context(viewport=SIZES[size])
    stranger = context.new_page()
    stranger.goto(studio.url)
    assert overflow(stranger) <= 0
    assert too_small(stranger) == []
    context.close()
    page = mira.page
    page.set_viewport_size(SIZES[size])
    page.goto(studio.url)
    assert overflow(page) <= 0
    assert too_small(page) == []
    mira.open(mira.url)
    assert overflow(page) <= 0
    assert too_small(page) == []
    bars = page.evaluate(
        "[...document.querySelectorAll('.topbar > .card')].map((one) => one.getBoundingClientRect().toJSON())"
    )
    for one in bars:
        assert one["left"] >= 0 and one["right"] <= SIZES[size]["width"]
        for other in bars:
            apart = one["right"] <= other["left"] or one["left"] >= other["right"]
            assert one == other or apart or one["bottom"] <= other["top"] or one["top"] >= other["bottom"]
    complaints = len(mira.complaints)
    assert page.goto(studio.url + "/p/" + "x" * 22).status == 404
    assert overflow(page) <= 0
    del mira.complaints[complaints:]  # the browser itself remarks on the 404


def luminance(colour):
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """WCAG 2.2: (lighter + 0.05) / (darker + 0.05) of the relative luminances."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(mira, studio, theme):
    """Each text colour has the contrast of AA on each ground it stands on, in both themes."""
    page = mira.page
    page.goto(studio.url)
    page.emulate_media(color_scheme=theme)

    def colour(token):
        shown = page.evaluate(
            """(token) => {
              const probe = document.body.appendChild(document.createElement('i'));
              probe.style.color = `var(--${token})`;
              const { color } = getComputedStyle(probe);
              probe.remove();
              return color;
            }""",
            token,
        )
        return [float(part) for part in re.findall(r"[\d.]+", shown)[:3]]

    poor = {pair: round(contrast(*map(colour, pair)), 2) for pair in TEXT_ON_GROUND}
    page.emulate_media(color_scheme="light")
    assert {pair: ratio for pair, ratio in poor.items() if ratio < AA} == {}


def test_names_can_be_read_on_everybodys_colour():
    """The dark ink of name tags and initials has the contrast of AA on each colour that the room gives."""
    ink = (0x1D, 0x15, 0x12)
    poor = {c: contrast(ink, [int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in COLOURS}
    assert {c: ratio for c, ratio in poor.items() if ratio < AA} == {}


WALK = """(() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return null;
  const style = getComputedStyle(one), after = getComputedStyle(one, '::after');
  const label = one.closest('label.button, .choice');
  const seen = [style, after, ...(label ? [getComputedStyle(label)] : [])]
    .some((s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)
    || (one.matches('[data-clay]') && getComputedStyle(document.querySelector('[data-rings]')).boxShadow !== 'none');
  window.walked ??= [];
  const again = window.walked.includes(one);
  window.walked.push(one);
  return { html: one.outerHTML.slice(0, 120), seen, again };
})()"""

REACHABLE = """[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true })
    && (one.type !== 'radio' || one.checked) && !one.closest('dialog:not([open])'))
  .filter((one) => !window.walked.includes(one)).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("where", ["landing", "home", "editor"])
def test_the_tab_key_reaches_everything(mira, chromium, studio, where):
    """The Tab key comes to each control, and one can see where one is."""
    context = None
    page = mira.page
    if where == "landing":
        context = chromium.new_context()
        page = context.new_page()
    if where == "editor":
        mira.open(mira.url)
    else:
        page.goto(studio.url)
    unseen = []
    for _ in range(80):
        page.keyboard.press("Tab")
        at = page.evaluate(WALK)
        if at is None or at["again"]:
            break
        if not at["seen"]:
            unseen.append(at["html"])
    left_out = page.evaluate(REACHABLE)
    if context:
        context.close()
    assert unseen == []
    assert left_out == []


def test_every_control_has_a_name_of_its_own(mira):
    """What a screen reader says of the editor's controls is never empty, and never the same twice."""
    mira.open(mira.url)
    names = [
        line
        for line in mira.page.locator("body").aria_snapshot().splitlines()
        if re.match(r"\s*- (button|link|slider|spinbutton|switch|radio|textbox|combobox)\b", line)
    ]
    assert len(names) > 20
    assert [
        line
        for line in names
        if not re.search(r'(button|link|slider|spinbutton|switch|radio|textbox|combobox) "', line)
    ] == []
    plain = [re.match(r'\s*- (\w+ "[^"]*")', line).group(1) for line in names]
    assert sorted(plain) == sorted(set(plain))


def test_dialogs_give_the_focus_back(mira):
    """A dialog that is closed with Esc leaves the keyboard where it was opened."""
    mira.open(mira.url)
    for which in ("share", "details", "shortcuts"):
        button = mira.page.locator(f".topbar [data-open={which}]:visible")
        button.focus()
        mira.page.keyboard.press("Enter")
        mira.page.locator(f"dialog#{which}[open]").wait_for()
        assert mira.page.evaluate("document.activeElement.closest('dialog') !== null")
        mira.page.keyboard.press("Escape")
        assert button.evaluate("(one) => one === document.activeElement")


def test_without_scripts_the_pages_make_sense(mira, chromium, studio):
    """Project, people and tools stand in the editor page before any script has run, and it says what is missing."""
    context = chromium.new_context(java_script_enabled=False, storage_state=mira.context.storage_state())
    page = context.new_page()
    page.goto(studio.url)
    page.get_by_role("heading", name="Your sculptures").wait_for()
    page.goto(mira.url)
    for text in ("A head with a name", "Draw", "Grab"):
        # Panels that are closed may speak of drawing, too.
        page.get_by_text(text).filter(visible=True).first.wait_for()
    assert page.locator("noscript").is_visible()
    assert page.locator("noscript").inner_text() == "Sculpting needs JavaScript, which is switched off in this browser."
    assert not page.get_by_text("Bringing the clay").is_visible()
    assert page.get_by_role("list", name="People").get_by_title("Mira Lindqvist").is_visible()
    context.close()


def upload(person, file):
    person.page.goto(person.server.url)
    person.page.set_input_files("[data-import-input]", file)


def test_an_upload_shows_its_progress_and_opens(mira):
    """A model chosen by button is sent with a bar that moves, and its editor opens by itself."""
    mira.page.goto(mira.server.url)
    mira.page.evaluate(
        """() => {
          window.bars = 0;
          new MutationObserver(() => { window.bars += document.querySelectorAll('.upload progress').length; })
            .observe(document.querySelector('[data-uploads]'), { childList: true, subtree: true });
          addEventListener('pagehide', () => sessionStorage.setItem('bars', window.bars));
        }"""
    )
    mira.page.set_input_files("[data-import-input]", DATA / "pyvista_nut.ply")
    mira.page.wait_for_url("**/p/*")
    mira.ready()
    assert mira.page.locator("[data-project-name]").inner_text() == "pyvista_nut"
    assert int(mira.page.evaluate("sessionStorage.getItem('bars')")) > 0
    assert mira.page.evaluate("window.clayroom.state().framesDrawn") > 0
    assert mira.page.locator("[data-loading]").evaluate("(one) => getComputedStyle(one).visibility") == "hidden"


def test_a_dropped_model_opens(mira):
    """A file dropped anywhere on the home page is imported like one that was chosen."""
    mira.page.goto(mira.server.url)
    transfer = mira.page.evaluate_handle(
        """(text) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], 'dropped.ply'));
          return transfer;
        }""",
        trimesh.exchange.export.export_mesh(trimesh.creation.icosphere(1), None, "ply", encoding="ascii").decode(),
    )
    mira.page.dispatch_event("main", "dragenter", {"dataTransfer": transfer})
    mira.page.locator("[data-drop]").wait_for()
    mira.page.dispatch_event("main", "drop", {"dataTransfer": transfer})
    mira.page.wait_for_url("**/p/*")
    assert mira.page.locator("[data-project-name]").inner_text() == "dropped"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("holiday.jpg", b"\xff\xd8\xff\xe0 not a model", "OBJ"),
        ("empty.stl", b"", "empty"),
        ("broken.ply", b"ply\nformat ascii 1.0\nelement vertex 3\nend_header\n1 2", ""),
        ("points.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\n", ""),
    ],
)
def test_rubbish_is_refused_in_words(mira, tmp_path, name, content, words):
    """A file that is no model is refused with a sentence, the page goes on, and the card can be closed."""
    complaints = len(mira.complaints)
    (tmp_path / name).write_bytes(content)
    upload(mira, tmp_path / name)
    card = mira.page.locator(".upload.failed")
    card.wait_for()
    said = card.locator(".state").inner_text()
    assert words.lower() in said.lower()
    assert re.fullmatch(r"[A-Z].{15,}[.]", said, re.DOTALL), said
    card.get_by_role("button", name="Close").click()
    card.wait_for(state="detached")
    del mira.complaints[complaints:]  # the browser itself remarks on the refusal


def test_downloads_are_in_the_units_of_the_upload(mira):
    """All four formats arrive under the project's name, and measure what was uploaded."""
    upload(mira, DATA / "pyvista_nut.ply")
    mira.page.wait_for_url("**/p/*")
    mira.ready()
    given = trimesh.load(DATA / "pyvista_nut.ply", process=False)
    for ending in ("obj", "stl", "ply", "glb"):
        mira.page.locator("[popovertarget=export-menu]:visible").first.click()
        with mira.page.expect_download() as download:
            mira.page.locator(f"#export-menu a[href$='.{ending}']").click()
        assert download.value.suggested_filename == f"pyvista_nut.{ending}"
        got = trimesh.load(download.value.path(), file_type=ending, force="mesh", process=False)
        assert got.extents == pytest.approx(given.extents, rel=1e-4)
        assert len(got.faces) == len(given.faces)
        mira.page.locator("#export-menu").wait_for(state="hidden")


def test_the_kernel_is_compiled_in_the_page(mira):
    """The page's policy lets WebAssembly be compiled, so the clay is sculpted by the compiled loops; and still no eval."""
    mira.page.goto(mira.server.url)
    version = re.search(r"/static/(\w+)/", mira.page.content())[1]
    loops = f"{mira.server.url}/static/{version}/kernel/loops/binary.js"
    script = "async (url) => (await import(url)).instantiate(16)?.memory.buffer.byteLength ?? null"
    assert mira.page.evaluate(script, loops) == 16 * 2**16
