"""The texts that people see, in each language that has a folder in ``static/locales``.

    static/locales/<language>/<area>.json      {"key": "A text", "count": {"one": "{count} stroke", "other": "…"}}

A text is named ``area.key``. ``{name}`` in it is replaced by a value; of several forms the one of the value ``count`` is
taken, by the plural rules of the language (CLDR: here through Babel, in the browser through Intl). What a language lacks
is told in English, so adding a language is adding a folder. The same texts go to the page's scripts as one JSON element,
read by ``static/words/words.js``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

#: The language of a text that no other has.
FALLBACK = "en"

#: The categories of CLDR.
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})

#: A value's place in a text.
PLACE = re.compile(r"\{(\w+)\}")

#: One text, or its plural forms.
Text = str | dict[str, str]


@dataclass(frozen=True)
class Language:
    """All texts in one language, by ``area.key``."""

    code: str
    texts: dict[str, Text]
    #: errors' messages as they are raised, by the key of their text
    messages: dict[str, re.Pattern[str]] = field(default_factory=dict)

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(self.code, sep="-")

    def t(self, key: str, **values: Any) -> Markup:
        """The text with its values, escaped for HTML; a value that is markup already stays so.

        Raises KeyError for a key or a value that is missing, so that a typo fails the page.
        """
        text = self.texts[key]
        if isinstance(text, dict):
            text = text.get(self.locale.plural_form(values["count"]), text["other"])
        # The braces outlive the escaping, and what is put in is not looked at again.
        return Markup(PLACE.sub(lambda place: escape(self._shown(values[place[1]])), str(escape(text))))

    def plain(self, key: str, **values: Any) -> str:
        """The text for an answer that is not HTML."""
        return str(self.t(key, **values).unescape())

    def message(self, english: str) -> str:
        """An error's message in this language, if `errors.json` has it: in English, its texts are what the rooms say.

        So what is raised stays a plain sentence, and a language translates as many of them as it likes.
        """
        for key, said in self.messages.items():
            if found := said.fullmatch(english):
                return self.plain(key, **found.groupdict())
        return english

    def _shown(self, value: Any) -> Any:
        return format_decimal(value, locale=self.locale) if isinstance(value, int | float) else value

    def ago(self, at: datetime | None, now: datetime | None = None) -> Markup:
        """How long ago ``at`` was. A time without a zone is taken as UTC, as the database gives it."""
        if at is None:
            return self.t("pages.ago.never")
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        seconds = ((now or datetime.now(UTC)) - at).total_seconds()
        for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
            number = int(seconds // length)
            if number > 30 and unit == "days":
                pattern = self.plain("pages.ago.datePattern")
                return self.t("pages.ago.date", date=format_date(at, pattern, locale=self.locale))
            if number >= 1:
                return self.t(f"pages.ago.{unit}", count=number)
        return self.t("pages.ago.now")

    def page_texts(self, areas: Iterable[str]) -> dict[str, Any]:
        """What ``<script id="words">`` holds: the language and the texts of these areas."""
        wanted = frozenset(areas)
        texts = {key: text for key, text in self.texts.items() if key.partition(".")[0] in wanted}
        return {"language": self.code, "texts": texts}


class Words:
    """The languages below ``folder``. With ``debug`` the files are read again for every page."""

    def __init__(self, folder: Path, debug: bool = False) -> None:
        self.folder = folder
        self.debug = debug
        self.languages = read_languages(folder)

    def refresh(self) -> None:
        if self.debug:
            self.languages = read_languages(self.folder)

    def choose(self, chosen: str | None, accepted: str = "") -> Language:
        """The language that somebody chose, or else the best of an Accept-Language header, or else English."""
        if chosen in self.languages:
            return self.languages[chosen]
        return self.languages[best_language(accepted, self.languages)]

    def names(self) -> dict[str, str]:
        """Each language's own name for itself, by its code."""
        return {code: language.plain("pages.language.name") for code, language in self.languages.items()}


def best_language(accepted: str, offered: Collection[str]) -> str:
    """The language of ``offered`` that an Accept-Language header (RFC 9110, 12.5.4) likes best; `FALLBACK` if none.

    ``de-AT`` is served by ``de``. Untrusted input: what can not be read is passed over.
    """
    wishes = []
    for part in accepted.split(",")[:50]:
        code, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if quality > 0:
            wishes.append((quality, code.strip().lower()))
    by_name = {code.lower(): code for code in offered}
    # Sorting is stable: of equals the first one named wins.
    for _, code in sorted(wishes, key=lambda wish: -wish[0]):
        for name in (code, code.partition("-")[0]):
            if name in by_name:
                return by_name[name]
    return FALLBACK


def read_languages(folder: Path) -> dict[str, Language]:
    """All languages, English's texts standing in for what one lacks. Raises ValueError that names the file and the key."""
    read = {path.name: read_texts(path) for path in sorted(folder.iterdir()) if path.is_dir()}
    english = read[FALLBACK]
    messages = {key: message_pattern(str(text)) for key, text in english.items() if key.startswith("errors.")}
    return {code: Language(code, {**english, **texts}, messages) for code, texts in read.items()}


def message_pattern(text: str) -> re.Pattern[str]:
    """What fits a message with something in each of its places."""
    parts = PLACE.split(text)
    # Every other part is the name of a place.
    return re.compile("".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)))


def read_texts(folder: Path) -> dict[str, Text]:
    """The texts of one language, by ``area.key``."""
    texts: dict[str, Text] = {}
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for key, text in content.items():
            forms = text if isinstance(text, dict) else {"other": text}
            if "other" not in forms or not set(forms) <= PLURALS or not all(isinstance(f, str) for f in forms.values()):
                raise ValueError(f"{path}: {key!r} is neither a text nor plural forms with 'other'")
            texts[f"{path.stem}.{key}"] = text
    return texts
