"""Accounts against a real database: who gets in, and who does not."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from rooms.accounts import MAX_NAME_LENGTH, Accounts, prepare_name
from rooms.errors import Conflict, Invalid, NotLoggedIn, TooFast
from rooms.passwords import MAX_PASSWORD_BYTES, MAX_WAITING, Passwords, prepare_password
from rooms.records import Session
from rooms.store import Store

HOME = "192.0.2.1"


class HandClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class CountingPasswords(Passwords):
    """Cheap to compute, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(memory_kib=8, passes=1)
        self.verified: list[str | None] = []

    async def verify(self, stored: str | None, password: str) -> bool:
        self.verified.append(stored)
        return await super().verify(stored, password)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def passwords() -> Iterator[CountingPasswords]:
    made = CountingPasswords()
    yield made
    made.close()


@pytest.fixture
def accounts(store: Store, clock: HandClock, passwords: CountingPasswords) -> Accounts:
    return Accounts(store, clock, passwords)


async def session_of(accounts: Accounts, token: str) -> Session:
    session = await accounts.who(token)
    assert session is not None
    return session


# ---- names and passwords -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Al", "Ada Lovelace", "Ñandú", "李小龍", "$where", "a.b", "O'Hara", "x" * MAX_NAME_LENGTH]
)
def test_names_that_are_taken(name: str) -> None:
    """Any script, and characters that mean something elsewhere."""
    assert prepare_name(name) == name


def test_names_are_composed() -> None:
    """A letter and its accent are one character, however the keyboard sent them."""
    decomposed = unicodedata.normalize("NFD", "Zoë")
    assert len(decomposed) == 4
    assert prepare_name(decomposed) == "Zoë"


REFUSED: list[Any] = [
    "", "A", "x" * 33, "x" * 10_000_000, " Ada", "Ada ", "A  b", "  ", "A\0b", "A\nb", "A\tb", "A\x7fb", "A\u202eb", "A\u2066b",
    "A\u200bb",
    "A\u200db", "A\ufeffb", "A\u00a0b", "A\u2028b", "A\ud800b", "A\ue000b", "\u0301ab", {"$ne": None}, None, 5, b"Ada",
]  # fmt: skip


@pytest.mark.parametrize("name", REFUSED, ids=lambda name: ascii(name)[:20])
def test_names_that_are_refused(name: Any) -> None:
    """Too short or long, invisible, turning the line around, or no text at all."""
    with pytest.raises(Invalid):
        prepare_name(name)


def test_passwords_that_are_taken() -> None:
    """Anything from eight characters to 1024 bytes; compatibility forms are one password."""
    assert prepare_password("x" * 8) == "x" * 8
    assert prepare_password("x" * MAX_PASSWORD_BYTES)
    assert prepare_password("ｐassword") == "password"
    assert prepare_password("pass\0word") == "pass\0word"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("x" * 7, "at least 8 characters, this one has 7"),
        ("x" * 1025, "1025 characters, at most 1024 bytes"),
        ("é" * 513, "1026 bytes, at most 1024"),
        ("ﷺ" * 300, "bytes, at most 1024"),
        ("passwor\ud800", "surrogate"),
        ({"$ne": None}, "must be text"),
    ],
)
def test_passwords_that_are_refused(password: Any, reason: str) -> None:
    """With the reason, and the length measured after composing."""
    with pytest.raises(Invalid, match=reason):
        prepare_password(password)


# ---- in and out --------------------------------------------------------------------------------------------------


@pytest.mark.gen_test
async def test_signing_up_is_being_logged_in(accounts: Accounts) -> None:
    """The first session comes with the account; every log-in is a session of its own."""
    first = await accounts.sign_up("Ada", "correct horse", HOME)
    second = await accounts.log_in("aDA", "correct horse", HOME)
    one, two = await session_of(accounts, first), await session_of(accounts, second)
    assert one.user == two.user
    assert one.user.name == "Ada"
    assert one.session != two.session
    assert await accounts.log_out(first) == one.session
    assert await accounts.log_out(first) is None
    assert await accounts.who(first) is None
    assert await accounts.who(second) == two


@pytest.mark.gen_test
async def test_a_taken_name(accounts: Accounts) -> None:
    """Whatever the case. Also when two ask at the same moment, only one gets it."""
    await accounts.sign_up("Ada", "correct horse", HOME)
    with pytest.raises(Conflict, match="is taken"):
        await accounts.sign_up("ADA", "another horse", HOME)
    found = await asyncio.gather(
        *(accounts.sign_up("Bob", "correct horse", f"192.0.2.{n}") for n in range(5)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in found) == ["Conflict"] * 4 + ["str"]


@pytest.mark.gen_test
async def test_a_class_may_sign_up_from_one_address(accounts: Accounts) -> None:
    """Thirty people behind one router are no attack; thirty taken names are."""
    for number in range(30):
        await accounts.sign_up(f"pupil {number}", "correct horse", HOME)
    with pytest.raises(TooFast):
        for number in range(30):
            with pytest.raises(Conflict):
                await accounts.sign_up(f"pupil {number}", "correct horse", HOME)


@pytest.mark.gen_test
async def test_the_same_answer_for_unknown_names_and_wrong_passwords(
    accounts: Accounts, passwords: CountingPasswords
) -> None:
    """The same sentence after the same work: one check of a hash."""
    await accounts.sign_up("Ada", "correct horse", HOME)
    answers = []
    for name in ("Ada", "Nobody"):
        passwords.verified.clear()
        with pytest.raises(NotLoggedIn) as caught:
            await accounts.log_in(name, "wrong horse", HOME)
        answers.append(caught.value.message)
        assert len(passwords.verified) == 1
    assert answers[0] == answers[1]
    for name, password in (("", "wrong horse"), ("Ada", "short"), ("Ada", "x" * 2000), ("A\0", "wrong horse")):
        with pytest.raises(NotLoggedIn, match=answers[0]):
            await accounts.log_in(name, password, HOME)


@pytest.mark.gen_test
async def test_the_dummy_password_opens_nothing(accounts: Accounts) -> None:
    """The password of the hash that is checked for strangers logs nobody in."""
    with pytest.raises(NotLoggedIn):
        await accounts.log_in("Nobody", "a password that nobody has", HOME)


@pytest.mark.gen_test
async def test_guessing_at_one_account_is_slowed_from_everywhere(accounts: Accounts, clock: HandClock) -> None:
    """Five wrong tries, then the right password waits too; after the wait it gets in and all is forgiven."""
    await accounts.sign_up("Ada", "correct horse", HOME)
    for number in range(5):
        with pytest.raises(NotLoggedIn):
            await accounts.log_in("ada", "wrong horse", f"192.0.2.{number}")
    with pytest.raises(TooFast, match="wait 1 s"):
        await accounts.log_in("ADA", "correct horse", "198.51.100.1")
    clock.now += 1
    for _ in range(6):
        await accounts.log_in("Ada", "correct horse", HOME)
    with pytest.raises(NotLoggedIn):
        await accounts.log_in("Ada", "wrong horse", HOME)


@pytest.mark.gen_test
async def test_guessing_from_one_network_is_slowed_for_all_accounts(accounts: Accounts) -> None:
    """Also with one's own account in between: a right try takes back only itself."""
    await accounts.sign_up("Mallory", "correct horse", HOME)
    for number in range(5):
        await accounts.log_in("Mallory", "correct horse", "2001:db8::1")
        with pytest.raises(NotLoggedIn):
            await accounts.log_in(f"victim {number}", "wrong horse", f"2001:db8::{number + 2:x}")
    with pytest.raises(TooFast):
        await accounts.log_in("Mallory", "correct horse", "2001:db8::ffff")
    await accounts.log_in("Mallory", "correct horse", "2001:db8:0:1::1")


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 10_000, "tokén", "a\0b", "\ud800", "a b\n"])
@pytest.mark.gen_test
async def test_cookies_that_are_no_sessions(accounts: Accounts, token: str) -> None:
    """Whatever a browser sends, the answer is nobody."""
    assert await accounts.who(token) is None
    assert await accounts.log_out(token) is None


# ---- changing the password ---------------------------------------------------------------------------------------


@pytest.mark.gen_test
async def test_changing_the_password_ends_all_sessions(accounts: Accounts) -> None:
    """The browser that asked gets a new one; the ended ones are named."""
    tokens = [await accounts.sign_up("Ada", "correct horse", HOME), await accounts.log_in("Ada", "correct horse", HOME)]
    sessions = [await session_of(accounts, token) for token in tokens]
    fresh, ended = await accounts.change_password(sessions[0], "correct horse", "battery staple", HOME)
    assert sorted(ended) == sorted(session.session for session in sessions)
    assert [await accounts.who(token) for token in tokens] == [None, None]
    assert (await session_of(accounts, fresh)).user == sessions[0].user
    with pytest.raises(NotLoggedIn):
        await accounts.log_in("Ada", "correct horse", HOME)
    assert await accounts.log_in("Ada", "battery staple", HOME)


@pytest.mark.gen_test
async def test_changing_needs_the_old_password(accounts: Accounts) -> None:
    """A stolen session cannot take the account over, and its guesses are counted; a bad new password changes nothing."""
    token = await accounts.sign_up("Ada", "correct horse", HOME)
    session = await session_of(accounts, token)
    with pytest.raises(Invalid, match="at least 8"):
        await accounts.change_password(session, "correct horse", "short", HOME)
    for _ in range(5):
        with pytest.raises(NotLoggedIn):
            await accounts.change_password(session, "wrong horse", "battery staple", HOME)
    with pytest.raises(TooFast):
        await accounts.change_password(session, "correct horse", "battery staple", HOME)
    assert await accounts.who(token) == session


@pytest.mark.gen_test
async def test_a_log_in_that_overlaps_a_change_of_password(store: Store, clock: HandClock) -> None:
    """Whoever logs in with the old password while it is being changed is not left logged in."""

    class Overtaken(CountingPasswords):
        overtake = False

        async def verify(self, stored: str | None, password: str) -> bool:
            right = await super().verify(stored, password)
            if self.overtake:
                self.overtake = False
                user = await store.find_user("Ada")
                assert user is not None
                await store.set_password_hash(user.user, await self.hash("battery staple"))
                await store.end_sessions_of(user.user)
            return right

    passwords = Overtaken()
    accounts = Accounts(store, clock, passwords)
    await accounts.sign_up("Ada", "correct horse", HOME)
    passwords.overtake = True
    with pytest.raises(NotLoggedIn):
        await accounts.log_in("Ada", "correct horse", HOME)
    user = await store.find_user("Ada")
    assert user is not None
    assert await store.end_sessions_of(user.user) == []
    accounts.close()


# ---- hashes ------------------------------------------------------------------------------------------------------


@pytest.mark.gen_test
async def test_real_parameters(store: Store, clock: HandClock) -> None:
    """argon2id with 19456 KiB, two passes and one lane."""
    accounts = Accounts(store, clock)
    await accounts.sign_up("Ada", "correct horse", HOME)
    found = await store.password_hash("Ada")
    assert found is not None and found[1].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    accounts.close()


@pytest.mark.gen_test
async def test_an_old_hash_is_renewed_at_log_in(accounts: Accounts, store: Store, clock: HandClock) -> None:
    """Only when the password was right."""
    await accounts.sign_up("Ada", "correct horse", HOME)
    cheap = await store.password_hash("Ada")
    today = Accounts(store, clock)
    with pytest.raises(NotLoggedIn):
        await today.log_in("Ada", "wrong horse", HOME)
    assert await store.password_hash("Ada") == cheap
    await today.log_in("Ada", "correct horse", HOME)
    found = await store.password_hash("Ada")
    assert found is not None and "m=19456,t=2" in found[1]
    await today.log_in("Ada", "correct horse", HOME)
    assert await store.password_hash("Ada") == found
    today.close()


@pytest.mark.gen_test
async def test_the_queue_is_bounded(passwords: CountingPasswords) -> None:
    """Fifty may wait; the next is told at once to come back, and those before it are served."""
    stored = await passwords.hash("correct horse")
    waiting = [asyncio.ensure_future(passwords.verify(stored, "correct horse")) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooFast, match=f"{MAX_WAITING} people"):
        await passwords.verify(stored, "correct horse")
    assert await asyncio.gather(*waiting) == [True] * MAX_WAITING
    assert await passwords.verify(stored, "correct horse")


@pytest.mark.gen_test
async def test_a_damaged_hash_matches_nothing(passwords: CountingPasswords) -> None:
    """What is no hash lets nobody in, and breaks nothing."""
    for stored in ("", "plain", "$argon2id$v=19$m=8"):
        assert await passwords.verify(stored, "plain") is False
