"""Users and sessions in the database."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from rooms.errors import Conflict, Invalid, NotFound
from rooms.store import Store, name_key
from rooms.store.accounts import SESSION_AGE, SESSION_IDLE, TOUCH_EVERY


@pytest.mark.gen_test
async def test_a_user_is_found_in_any_case(store: Store) -> None:
    """A name is unique by what it looks like: cases and compatibility forms are the same name."""
    ada = await store.create_user("Straße", "hash")
    assert len(ada.user) == 22
    for form in ("Straße", "STRASSE", "strasse", "Ｓtrasse"):
        assert await store.find_user(form) == ada
        with pytest.raises(Conflict, match="is taken"):
            await store.create_user(form, "other")
    assert await store.find_user("Strase") is None
    assert name_key("Ａda") == name_key("ada")


@pytest.mark.gen_test
async def test_password_hashes(store: Store) -> None:
    """The hash is kept with its user and can be replaced; a stranger has none."""
    ada = await store.create_user("Ada", "one")
    await store.set_password_hash(ada.user, "two")
    assert await store.password_hash("ADA") == (ada, "two")
    assert await store.password_hash("Bob") is None
    with pytest.raises(NotFound):
        await store.set_password_hash("nobody", "three")


@pytest.mark.gen_test
async def test_the_token_is_not_in_the_database(store: Store, raw: Database[dict[str, Any]]) -> None:
    """Only the token's hash is stored, and it is the session's id."""
    ada = await store.create_user("Ada", "hash")
    token = await store.create_session(ada.user)
    session = await store.find_session(token)
    assert session is not None
    assert session.user == ada
    assert session.session == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(list(raw["sessions"].find()))
    assert await store.find_session(session.session) is None


@pytest.mark.gen_test
async def test_sessions_end(store: Store) -> None:
    """A session ends by its id; all sessions of one person end together and are named."""
    ada, bob = await store.create_user("Ada", "hash"), await store.create_user("Bob", "hash")
    tokens = [await store.create_session(ada.user) for _ in range(3)]
    bobs = await store.create_session(bob.user)
    sessions = [await store.find_session(token) for token in tokens]
    ids = [session.session for session in sessions if session]
    await store.end_session(ids[0])
    await store.end_session(ids[0])
    assert await store.find_session(tokens[0]) is None
    assert sorted(await store.end_sessions_of(ada.user)) == sorted(ids[1:])
    assert [await store.find_session(token) for token in tokens] == [None] * 3
    assert await store.find_session(bobs) is not None


@pytest.mark.gen_test
async def test_an_unused_session_expires(clocked_store: Store, clock: Any) -> None:
    """After thirty days without use it is over, to the millisecond."""
    ada = await clocked_store.create_user("Ada", "hash")
    token = await clocked_store.create_session(ada.user)
    clock.pass_by(SESSION_IDLE)
    assert await clocked_store.find_session(token) is None


@pytest.mark.gen_test
async def test_a_used_session_lives_on_but_not_for_ever(clocked_store: Store, clock: Any) -> None:
    """Use prolongs a session, up to ninety days after it began."""
    ada = await clocked_store.create_user("Ada", "hash")
    token = await clocked_store.create_session(ada.user)
    for _ in range(4):
        clock.pass_by(SESSION_AGE / 4 - timedelta(seconds=1))
        assert await clocked_store.find_session(token) is not None
    clock.pass_by(timedelta(seconds=4))
    assert await clocked_store.find_session(token) is None


@pytest.mark.gen_test
async def test_use_is_noted_at_most_once_an_hour(
    clocked_store: Store, clock: Any, raw: Database[dict[str, Any]]
) -> None:
    """Requests in between write nothing."""
    token = await clocked_store.create_session((await clocked_store.create_user("Ada", "hash")).user)

    def used() -> Any:
        return raw["sessions"].find_one({})["used"]  # type: ignore[index]

    first = used()
    clock.pass_by(TOUCH_EVERY - timedelta(seconds=1))
    await clocked_store.find_session(token)
    assert used() == first
    clock.pass_by(timedelta(seconds=1))
    await clocked_store.find_session(token)
    assert used() - first == TOUCH_EVERY


@pytest.mark.gen_test
async def test_expired_sessions_are_cleared_by_the_database(store: Store, raw: Database[dict[str, Any]]) -> None:
    """There is a TTL index on the date of expiry."""
    assert raw["sessions"].index_information()["expires_1"]["expireAfterSeconds"] == 0


HOSTILE: list[Any] = [{"$ne": None}, ["Ada"], 1, None, b"Ada", "Ada\0", "A\ud800da", {"$gt": ""}]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
@pytest.mark.gen_test
async def test_what_is_no_text_is_refused(store: Store, value: Any) -> None:
    """An operator, a NUL or half a surrogate pair in place of a text is a clean error, and matches nobody."""
    ada = await store.create_user("Ada", "hash")
    for call in (store.find_user, store.password_hash, store.find_session, store.end_session, store.end_sessions_of):
        with pytest.raises(Invalid):
            await call(value)
    for attempt in (
        store.create_user(value, "hash"),
        store.create_user("Bob", value),
        store.set_password_hash(ada.user, value),
    ):
        with pytest.raises(Invalid):
            await attempt
    assert await store.find_user("Ada") == ada


@pytest.mark.gen_test
async def test_operators_as_text_are_only_text(store: Store) -> None:
    """A name that looks like an operator or a field's path is a name like any other."""
    user = await store.create_user("$where", "$name")
    assert await store.find_user("$where") == user
    assert await store.password_hash("$WHERE") == (user, "$name")
