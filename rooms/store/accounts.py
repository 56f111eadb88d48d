"""Users and their sessions.

    users     {_id, name, key, password_hash, created}            key: what makes a name unique, see ``name_key``
    sessions  {_id: SHA-256 of the token in hex, user, created, used, expires}

The token itself is nowhere in the database: who reads a backup cannot log in with it.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from contextlib import suppress
from datetime import timedelta

from rooms.errors import Conflict, NotFound, StoreUnavailable
from rooms.records import Session, User
from rooms.store.connection import DuplicateKey, StorePart, new_id
from rooms.store.faults import as_text

#: A session ends after this long without use: a forgotten login on a borrowed machine does not stay for ever.
SESSION_IDLE = timedelta(days=30)
#: And after this long in any case, so that a stolen cookie cannot be kept alive by using it.
SESSION_AGE = timedelta(days=90)
#: The last use is written at most this often: a write per request would cost more than the request.
TOUCH_EVERY = timedelta(hours=1)
#: Bytes of randomness in a session's token.
TOKEN_BYTES = 32


def name_key(name: str) -> str:
    """The form under which a name is unique: compatibility forms and cases fold together ("Ａda" is "ada")."""
    folded = unicodedata.normalize("NFKC", as_text(name, "user name")).casefold()
    return unicodedata.normalize("NFKC", folded)


def session_id(token: str) -> str:
    return hashlib.sha256(as_text(token, "session token").encode()).hexdigest()


class UserStore(StorePart):
    async def create_user(self, name: str, password_hash: str) -> User:
        """Raises ``Conflict`` if somebody has this name already, in whatever case."""
        user = User(new_id(), as_text(name, "user name"))
        record = {
            "_id": user.user,
            "name": user.name,
            "key": name_key(name),
            "password_hash": as_text(password_hash, "password hash"),
            "created": self._connection.now(),
        }
        try:
            with self._connection.answering():
                await self._connection.users.insert_one(record)
        except DuplicateKey:
            # Ids are random, so it is the name.
            raise Conflict(f"the name {name} is taken") from None
        return user

    async def find_user(self, name: str) -> User | None:
        with self._connection.answering():
            found = await self._connection.users.find_one({"key": name_key(name)}, {"name": 1})
        return User(found["_id"], found["name"]) if found else None

    async def password_hash(self, name: str) -> tuple[User, str] | None:
        with self._connection.answering():
            found = await self._connection.users.find_one({"key": name_key(name)}, {"name": 1, "password_hash": 1})
        return (User(found["_id"], found["name"]), found["password_hash"]) if found else None

    async def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """Raises ``NotFound`` if there is no such user."""
        change = {"$set": {"password_hash": as_text(password_hash, "password hash")}}
        with self._connection.answering():
            result = await self._connection.users.update_one({"_id": as_text(user_id, "user id")}, change)
        if not result.matched_count:
            raise NotFound("there is no such user")

    # ---- sessions -----------------------------------------------------------------------------------------------

    async def create_session(self, user_id: str) -> str:
        """The secret token of a new session, for the cookie: 43 characters of base64url, 256 random bits."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._connection.now()
        record = {
            "_id": session_id(token),
            "user": as_text(user_id, "user id"),
            "created": now,
            "used": now,
            "expires": now + SESSION_IDLE,
        }
        with self._connection.answering():
            await self._connection.sessions.insert_one(record)
        return token

    async def find_session(self, token: str) -> Session | None:
        """The live session of this token; notes its use, at most once an hour."""
        now = self._connection.now()
        identity = session_id(token)
        with self._connection.answering():
            found = await self._connection.sessions.find_one({"_id": identity})
            # The TTL index clears up once a minute; until then the date decides.
            if found is None or found["expires"] <= now:
                return None
            user = await self._connection.users.find_one({"_id": found["user"]}, {"name": 1})
        if user is None:
            return None
        if now - found["used"] >= TOUCH_EVERY:
            expires = min(now + SESSION_IDLE, found["created"] + SESSION_AGE)
            # Who could be read is logged in, whether or not the note could be written.
            with suppress(StoreUnavailable), self._connection.answering():
                await self._connection.sessions.update_one(
                    {"_id": identity}, {"$set": {"used": now, "expires": expires}}
                )
        return Session(identity, User(user["_id"], user["name"]))

    async def end_session(self, session_id: str) -> None:
        """End the session with this id (not token). Nothing happens if it has ended already."""
        with self._connection.answering():
            await self._connection.sessions.delete_one({"_id": as_text(session_id, "session id")})

    async def end_sessions_of(self, user_id: str) -> list[str]:
        """End all sessions of a user; returns their ids, so that their sockets can be closed."""
        query = {"user": as_text(user_id, "user id")}
        with self._connection.answering():
            ended = [found["_id"] async for found in self._connection.sessions.find(query, {"_id": 1})]
            await self._connection.sessions.delete_many({"_id": {"$in": ended}})
        return ended
