"""Errors of the store beyond those of ``rooms/errors.py``, and the checks on what goes into it."""

from __future__ import annotations

from rooms.errors import ClayroomError, Invalid


class Damaged(ClayroomError):
    """What is stored cannot be what was stored: a gap, a missing chunk, a wrong checksum."""

    code = "damaged"


def as_text(value: object, what: str) -> str:
    """``value`` if it is text that BSON and every later reader can hold; else raises ``Invalid``.

    Every string that comes from outside passes here before it is used in a query: a ``dict`` in its place would be read
    as an operator.
    """
    if not isinstance(value, str):
        raise Invalid(f"{what} must be text, got {type(value).__name__}")
    if "\0" in value:
        raise Invalid(f"{what} must not contain NUL characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Invalid(f"{what} contains half a surrogate pair, which is not text") from None
    return value
