"""Where the reference images of a project hang, and who may move them. Synchronous, without I/O, as the room is."""

from __future__ import annotations

from typing import Any

from .errors import Invalid
from .messages import ReferencePlace
from .records import MAX_REFERENCES, Reference


def moved(
    references: list[Reference], identity: str, place: ReferencePlace | None, size: tuple[int, int] | None
) -> list[Reference]:
    """The list after one picture was hung up, moved, or (``place`` None) taken down.

    ``size`` is the stored picture's, in pixels; None if there is no such picture. Raises ``Invalid`` for one that is not there
    (somebody may have taken it down just before) or that would be one too many.
    """
    others = [one for one in references if one.reference != identity]
    known = len(others) < len(references)
    if place is None:
        if not known:
            raise Invalid("this reference image is not here any more")
        return others
    if size is None:
        raise Invalid("this reference image is not here any more")
    if not known and len(references) >= MAX_REFERENCES:
        raise Invalid(f"this project has {len(references)} reference images, at most {MAX_REFERENCES} are kept")
    width, height = size
    changed = Reference(
        reference=identity, name=place.name, width=width, height=height, pin=place.pin, x=place.x, y=place.y,
        depth=place.depth, scale=place.scale, opacity=place.opacity,
    )  # fmt: skip
    return [changed if one.reference == identity else one for one in references] if known else [*others, changed]


def described(reference: Reference) -> dict[str, Any]:
    """As the protocol shows it."""
    return {name: getattr(reference, name) for name in Reference.__slots__}
