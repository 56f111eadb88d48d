"""Texts in several languages: which one somebody gets, what becomes of values, and that every language is whole."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from markupsafe import Markup

from handlers.words import PLACE, Language, Text, Words, best_language, read_texts
from tests.handlers.browser import Browser, text

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "static" / "locales"
WORDS = Words(LOCALES)
EN, DE = WORDS.languages["en"], WORDS.languages["de"]
LANGUAGES = sorted(path.name for path in LOCALES.iterdir())


# choosing


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr, en;q=0.4, de;q=0.5", "de"),
        ("en-GB,de", "en"),
        ("DE-ch", "de"),
        ("de;q=0, en;q=0.1", "en"),
        ("de;q=zero, *;q=0.5", "en"),
    ],
)
def test_best_language(accepted: str, language: str) -> None:
    """The most wanted language that there is; a region is served by its language, and nonsense is passed over."""
    assert best_language(accepted, ["de", "en"]) == language


def test_a_choice_wins() -> None:
    """What was chosen counts more than what the browser asks for; an unknown choice counts nothing."""
    assert WORDS.choose("en", "de").code == "en"
    assert WORDS.choose("xx", "de").code == "de"


@pytest.mark.gen_test
async def test_the_page_is_in_the_language_that_was_chosen(browser: Callable[[], Browser]) -> None:
    """The header decides first, then the button; the way back leads to a page of ours only."""
    somebody = browser()
    page = await somebody.get("/login", {"Accept-Language": "de-DE,de"})
    assert '<html lang="de">' in text(page) and page.headers["Content-Language"] == "de"
    answer = await somebody.post("/language", {"language": "en", "next": "/login"})
    assert (answer.code, answer.headers["Location"]) == (303, "/login")
    assert '<html lang="en">' in text(await somebody.get("/login", {"Accept-Language": "de"}))
    answer = await somebody.post("/language", {"language": "de", "next": "//evil.test/"})
    assert answer.headers["Location"] == "/"


@pytest.mark.gen_test
async def test_a_language_that_there_is_not(browser: Callable[[], Browser]) -> None:
    """It is refused with those that there are, and no cookie is set."""
    somebody = browser()
    answer = await somebody.post("/language", {"language": "tlh"})
    assert answer.code == 422 and "there are de, en" in text(answer)
    assert "clayroom_language" not in somebody.cookies


# values and forms


def test_values_are_escaped_and_markup_is_not() -> None:
    """Text from people can not become markup; what a template made stays what it is; braces in a value are no place."""
    language = Language("en", {"a.b": "<{who}> & {what}"})
    assert language.t("a.b", who="<b>", what=Markup("<i>x</i>")) == "&lt;&lt;b&gt;&gt; &amp; <i>x</i>"
    assert language.t("a.b", who="{what}", what="1") == "&lt;{what}&gt; &amp; 1"
    assert language.plain("a.b", who="<b>", what="'") == "<<b>> & '"


def test_a_value_too_few() -> None:
    """A template that forgets a value, or names no text, fails its page."""
    with pytest.raises(KeyError, match="who"):
        Language("en", {"a.b": "{who}"}).t("a.b")
    with pytest.raises(KeyError, match=r"a\.c"):
        Language("en", {"a.b": ""}).t("a.c")


def test_plural_forms_are_those_of_the_language() -> None:
    """Polish has three forms for whole numbers, which English does not know of; numbers are written as there."""
    forms: Text = {"one": "{count} plik", "few": "{count} pliki", "many": "{count} plików", "other": "{count} pliku"}
    polish = Language("pl", {"a.b": forms})
    assert [polish.plain("a.b", count=n) for n in (1, 3, 5, 22)] == ["1 plik", "3 pliki", "5 plików", "22 pliki"]
    assert Language("de", {"a.b": "{n} Dreiecke"}).t("a.b", n=80_000) == "80.000 Dreiecke"


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (5, "just now", "gerade eben"),
        (60, "1 minute ago", "vor 1 Minute"),
        (3599, "59 minutes ago", "vor 59 Minuten"),
        (7200, "2 hours ago", "vor 2 Stunden"),
        (86400 * 3, "3 days ago", "vor 3 Tagen"),
    ],
)
def test_ago(seconds: int, english: str, german: str) -> None:
    """The largest unit that fits, in whole numbers."""
    now = datetime(2026, 5, 17, 12, tzinfo=UTC)
    assert EN.ago(now - timedelta(seconds=seconds), now) == english
    assert DE.ago(now - timedelta(seconds=seconds), now) == german


def test_ago_long() -> None:
    """Beyond a month the date says more; without one there is none."""
    now = datetime(2026, 5, 17, 12, tzinfo=UTC)
    assert EN.ago(datetime(2026, 1, 2), now) == "on 2 January 2026"
    assert DE.ago(datetime(2026, 1, 2), now) == "am 2. Januar 2026"
    assert EN.ago(None, now) == "never"


# files


def test_a_language_may_lack_texts(tmp_path: Path) -> None:
    """What has not been translated yet is told in English."""
    for language, texts in {"en": {"x": "X", "y": "Y"}, "fr": {"x": "Ix"}}.items():
        (tmp_path / language).mkdir()
        (tmp_path / language / "area.json").write_text(json.dumps(texts))
    french = Words(tmp_path).languages["fr"]
    assert (french.t("area.x"), french.t("area.y")) == ("Ix", "Y")


@pytest.mark.parametrize("wrong", [3, {"one": "x"}, {"other": "x", "some": "y"}, {"other": 1}])
def test_a_text_of_the_wrong_kind(tmp_path: Path, wrong: object) -> None:
    """A file that can not be used is named with the key, when the server starts."""
    (tmp_path / "area.json").write_text(json.dumps({"key": wrong}))
    with pytest.raises(ValueError, match=r"area\.json: 'key'"):
        read_texts(tmp_path)


def places(one: Text) -> set[str]:
    forms = one.values() if isinstance(one, dict) else [one]
    return {name for form in forms for name in PLACE.findall(form)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_whole(language: str) -> None:
    """Each has exactly English's keys and placeholders, and every plural form that its rules can ask for."""
    own, english = read_texts(LOCALES / language), read_texts(LOCALES / "en")
    assert own.keys() == english.keys()
    assert {key for key in own if places(own[key]) != places(english[key])} == set()
    needed = {WORDS.languages[language].locale.plural_form(n) for n in range(200)}
    assert {key for key, one in own.items() if isinstance(one, dict) and not needed <= one.keys()} == set()
    assert {key for key, one in own.items() if isinstance(one, dict) != isinstance(english[key], dict)} == set()


# Which texts the code uses: t('area.key'), t(`area.${name}.key`) in scripts, t('area.' ~ name ~ '.key') in templates,
# and keys that stand as a string of their own in a table.

QUOTED = re.compile(r"""['"`]([a-z]+\.[\w.-]+)['"`]""")
CALLED = re.compile(
    r"""(?<![\w.])(?:\w+\.)?(?:t|plain|hasText)\(\s*f?(?:'([^'\n]*)'|"([^"\n]*)"|`([^`\n]*)`)((?:\s*~\s*[\w.\[\]]+(?:\s*~\s*'[^'\n]*')?)*)"""
)
#: A key that is put together outside of a call.
COMPOSED = re.compile(r"""(?:`|f")([a-z]+\.[\w.-]*\$?\{[^`"\n]*)[`"]""")
HOLE = "\0"


def sources() -> dict[Path, str]:
    paths = [
        *(ROOT / "static").rglob("*.js"),
        *(ROOT / "templates").glob("*.html"),
        *(path for folder in ("handlers", "rooms") for path in (ROOT / folder).rglob("*.py")),
    ]
    return {path: path.read_text() for path in paths}


def called_keys(source: str) -> set[str]:
    """The keys that a source asks for; what is put together at run time has a HOLE for each part that is not known."""
    keys = set()
    for *quoted, joined in CALLED.findall(source):
        key = re.sub(r"\$?\{[^}]*\}", HOLE, "".join(quoted))
        for variable, literal in re.findall(r"~\s*(?:([\w.\[\]]+)|'([^'\n]*)')", joined):
            key += HOLE if variable else literal
        keys.add(key)
    return keys


def pattern(key: str) -> re.Pattern[str]:
    return re.compile(re.escape(key).replace(re.escape(HOLE), r"[\w.-]+"))


def test_every_key_that_is_used_exists() -> None:
    """A text that the code asks for is there; one that is put together fits at least one that is there."""
    missing = {
        (path.name, key.replace(HOLE, "…"))
        for path, source in sources().items()
        for key in called_keys(source)
        if re.fullmatch(rf"[a-z]+\.[\w.{HOLE}-]+", key) and not any(pattern(key).fullmatch(known) for known in EN.texts)
    }
    assert missing == set()


def test_no_key_is_unused() -> None:
    """A text that nobody asks for is taken out of all languages."""
    used, patterns = set(), set()
    for source in sources().values():
        used.update(QUOTED.findall(source))
        composed = called_keys(source) | {re.sub(r"\$?\{[^}]*\}", HOLE, key) for key in COMPOSED.findall(source)}
        patterns |= {pattern(key) for key in composed if HOLE in key and "." in key.partition(HOLE)[0]}
    used |= EN.messages.keys()  # test_errors_are_told_as_they_are_raised has these
    assert {key for key in EN.texts if key not in used and not any(p.fullmatch(key) for p in patterns)} == set()


def raised_messages() -> set[str]:
    """Every text in rooms and handlers that could be an error's, with a HOLE for each value."""
    found = set()
    for path in [path for folder in ("handlers", "rooms") for path in (ROOT / folder).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                found.add("".join(str(v.value) if isinstance(v, ast.Constant) else HOLE for v in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_errors_are_told_as_they_are_raised() -> None:
    """The English texts of errors.json are those of the code, so that none is translated that nobody says any more."""
    raised = raised_messages()
    assert {key for key in EN.messages if PLACE.sub(HOLE, str(EN.texts[key])) not in raised} == set()
    assert DE.message("the name Mira is taken") == "Den Namen Mira gibt es schon"
    assert EN.message("the name Mira is taken") == "the name Mira is taken"
    assert DE.message("nobody has thought of this") == "nobody has thought of this"


@pytest.mark.gen_test
async def test_a_refusal_is_told_in_the_language_of_the_page(browser: Callable[[], Browser]) -> None:
    """In the form, on a page of its own, and as JSON."""
    german = {"Accept-Language": "de"}
    answer = await browser().post("/signup", {"name": "x", "password": "a long password"}, headers=german)
    assert "Der Name braucht 2 bis 32 Zeichen, dieser hat 1." in text(answer)
    assert "Hier ist nichts" in text(await browser().get("/nowhere", german))
    answer = await browser().get(f"/api/projects/{'x' * 22}/token", german)
    assert json.loads(answer.body) == {"code": "not_logged_in", "message": "Bitte melde dich zuerst an."}


def test_the_finders_see_what_they_should() -> None:
    """The patterns above find each form of use, so that silence means something."""
    source = (
        """t('a.b') language.t("a.c", count=1) t(`a.${x}.d`) t('a.' ~ row.name ~ '.e') self.t(f"a.{unit}") at('a.no')"""
    )
    assert called_keys(source) == {"a.b", "a.c", f"a.{HOLE}.d", f"a.{HOLE}.e", f"a.{HOLE}"}
