"""Passwords: argon2id, off the event loop, with a bounded queue."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from rooms.errors import Invalid, TooFast

#: The first choice of OWASP's password storage cheat sheet: KiB of memory, passes, lanes. Measured: 21 ms for each check.
MEMORY_KIB = 19456
PASSES = 2
LANES = 1
#: Characters of the shortest password, as NIST SP 800-63B demands.
MIN_PASSWORD_LENGTH = 8
#: Bytes of the longest: far more than anybody types, and hashing it costs nothing.
MAX_PASSWORD_BYTES = 1024
#: Threads that hash: two cores busy at most, 38 MiB at most.
THREADS = 2
#: Checks under way or waiting, for all people together: about half a second of waiting. Beyond it they are told to come back.
MAX_WAITING = 50

_Result = TypeVar("_Result")


def prepare_password(password: object) -> str:
    """The password in the form that is hashed (NFKC, so that every keyboard gives the same). Raises ``Invalid``."""
    if not isinstance(password, str):
        raise Invalid(f"the password must be text, got {type(password).__name__}")
    # Before anything that takes time in proportion to it.
    if len(password) > MAX_PASSWORD_BYTES:
        raise Invalid(f"the password has {len(password)} characters, at most {MAX_PASSWORD_BYTES} bytes are taken")
    prepared = unicodedata.normalize("NFKC", password)
    try:
        size = len(prepared.encode())
    except UnicodeEncodeError:
        raise Invalid("the password contains half a surrogate pair, which is not text") from None
    if size > MAX_PASSWORD_BYTES:
        raise Invalid(f"the password has {size} bytes, at most {MAX_PASSWORD_BYTES} are taken")
    if len(prepared) < MIN_PASSWORD_LENGTH:
        raise Invalid(f"the password needs at least {MIN_PASSWORD_LENGTH} characters, this one has {len(prepared)}")
    return prepared


class Passwords:
    """Hashes and checks. ``hash`` and ``verify`` raise ``TooFast`` when too many are waiting."""

    def __init__(self, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=LANES, type=Type.ID)
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        # Checked for names that nobody has, so that they take as long as others.
        self._nobody = self._hasher.hash("a password that nobody has")

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether ``password`` made the hash ``stored``. With None it is False after the same time."""
        right = await self._run(lambda: self._matches(stored or self._nobody, password))
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, job: Callable[[], _Result]) -> _Result:
        if self._waiting >= MAX_WAITING:
            raise TooFast(f"{self._waiting} people are logging in at this moment; try again in a few seconds")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, job)
        finally:
            self._waiting -= 1
