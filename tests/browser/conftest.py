"""Real browsers against a real server process, which the tests may kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.people import Person, ServerProcess, launch


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path / "data")
    yield process
    process.stop()


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that nobody kills: for all tests that only look at what a page does."""
    process = ServerProcess(tmp_path_factory.mktemp("studio") / "data")
    yield process
    process.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def newcomers(chromium: Browser, studio: ServerProcess) -> Iterator[Callable[..., Person]]:
    """``newcomers("Mira", viewport=…)``: somebody new, signed up and without a complaint until the end of the tests."""
    people: list[Person] = []

    def enter(name: str, **context: Any) -> Person:
        person = Person(chromium, studio, name, **{"viewport": {"width": 720, "height": 520}, **context})
        people.append(person)
        person.sign_up()
        return person

    yield enter
    for person in people:
        with suppress(Exception):
            person.context.close()
    assert not any(person.errors for person in people), {person.name: person.errors for person in people}
