"""Accounts: who somebody is. Signing up, logging in and out, changing the password."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

from rooms.errors import Conflict, Invalid, NotLoggedIn
from rooms.passwords import Passwords, prepare_password
from rooms.records import Session, User
from rooms.store import Store, name_key
from rooms.throttle import Throttle, network_of

#: Characters of a user name: long enough to tell people apart, short enough to stand beside a cursor.
MIN_NAME_LENGTH = 2
MAX_NAME_LENGTH = 32
#: Characters of a session's token, of which it has 43. Anything longer is not looked up.
MAX_TOKEN_LENGTH = 64

# Control, format (which holds the bidirectional overrides and the invisible joiners), surrogate, private use, unassigned,
# line and paragraph separators: nothing that could make one name look like another, or turn the line around it.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# One answer for an unknown name and a wrong password: the page must not say who is here.
_WRONG = "this name and password do not belong together"


def prepare_name(name: object) -> str:
    """The user name in the form that is stored (NFC). Raises ``Invalid`` with the reason."""
    if not isinstance(name, str):
        raise Invalid(f"the name must be text, got {type(name).__name__}")
    if len(name) > 4 * MAX_NAME_LENGTH:
        raise Invalid(f"the name has {len(name)} characters, at most {MAX_NAME_LENGTH} are taken")
    prepared = unicodedata.normalize("NFC", name)
    if not MIN_NAME_LENGTH <= len(prepared) <= MAX_NAME_LENGTH:
        raise Invalid(f"the name needs {MIN_NAME_LENGTH} to {MAX_NAME_LENGTH} characters, this one has {len(prepared)}")
    for character in prepared:
        category = unicodedata.category(character)
        if category in _REFUSED_CATEGORIES or (category == "Zs" and character != " "):
            raise Invalid(f"the name must not contain the character U+{ord(character):04X}")
    if prepared != " ".join(prepared.split(" ")).strip() or "  " in prepared:
        raise Invalid("the name must not begin or end with a space, or have two in a row")
    if unicodedata.category(prepared[0]).startswith("M"):
        raise Invalid("the name must not begin with a mark that belongs over another character")
    return prepared


class Accounts:
    """``clock`` in seconds, steady. ``ip`` is the address that the server itself has established."""

    def __init__(
        self, store: Store, clock: Callable[[], float] = time.monotonic, passwords: Passwords | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._throttle = Throttle()

    async def sign_up(self, name: str, password: str, ip: str) -> str:
        """Make an account; returns the token of its first session, for the cookie.

        Raises ``Invalid`` with the reason, ``Conflict`` if the name is taken, ``TooFast``.
        """
        prepared = prepare_name(name)
        secret = prepare_password(password)
        # Only names that are taken count: a class of thirty signs up from one address.
        with self._throttle.trying([f"sign up from {network_of(ip)}"], self._clock()):
            if await self._store.find_user(prepared) is not None:
                raise Conflict(f"the name {prepared} is taken")
            user = await self._store.create_user(prepared, await self._passwords.hash(secret))
        return await self._store.create_session(user.user)

    async def log_in(self, name: str, password: str, ip: str) -> str:
        """The token of a new session, for the cookie. Raises ``NotLoggedIn`` or ``TooFast``."""
        try:
            prepared, secret = prepare_name(name), prepare_password(password)
        except Invalid:
            # Nobody has such a name or password, and everybody may know that.
            raise NotLoggedIn(_WRONG) from None
        user, stored = await self._check(prepared, secret, ip)
        if self._passwords.outdated(stored):
            stored = await self._passwords.hash(secret)
            await self._store.set_password_hash(user.user, stored)
        token = await self._store.create_session(user.user)
        # The password may have been changed while this one was being checked, and all sessions ended before ours began.
        now = await self._store.password_hash(prepared)
        if now is None or (now[1] != stored and not await self._passwords.verify(now[1], secret)):
            await self.log_out(token)
            raise NotLoggedIn(_WRONG)
        return token

    async def who(self, token: str) -> Session | None:
        """The live session of a cookie's token, or None. The token may be anything that a browser can send."""
        if not token or len(token) > MAX_TOKEN_LENGTH or not token.isascii() or not token.isprintable():
            return None
        return await self._store.find_session(token)

    async def log_out(self, token: str) -> str | None:
        """End a session; returns its id, so that its sockets can be closed, or None if there was none."""
        session = await self.who(token)
        if session is None:
            return None
        await self._store.end_session(session.session)
        return session.session

    async def change_password(self, session: Session, old: str, new: str, ip: str) -> tuple[str, list[str]]:
        """Change the password of the person who is logged in, and end all their sessions, this one included.

        Returns the token of a new session for the browser that asked, and the ids of those ended, whose sockets are to be
        closed. Raises ``NotLoggedIn`` if the old password is wrong, ``Invalid`` for the new one, ``TooFast``.
        """
        secret = prepare_password(new)
        try:
            known = prepare_password(old)
        except Invalid:
            raise NotLoggedIn(_WRONG) from None
        user, _ = await self._check(session.user.name, known, ip)
        await self._store.set_password_hash(user.user, await self._passwords.hash(secret))
        ended = await self._store.end_sessions_of(user.user)
        return await self._store.create_session(user.user), ended

    def close(self) -> None:
        """End the threads that hash."""
        self._passwords.close()

    async def _check(self, name: str, password: str, ip: str) -> tuple[User, str]:
        account, network = f"account {name_key(name)}", f"log in from {network_of(ip)}"
        with self._throttle.trying([account, network], self._clock()):
            found = await self._store.password_hash(name)
            if not await self._passwords.verify(found[1] if found else None, password) or found is None:
                raise NotLoggedIn(_WRONG)
        # Not the network: or logging in to one's own account would clear the way for guessing at others.
        self._throttle.forget(account)
        return found
