"""The records that pass between the rooms and the store: plain values, no behaviour, no database types."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Int32Array = npt.NDArray[np.int32]
UInt32Array = npt.NDArray[np.uint32]
UInt8Array = npt.NDArray[np.uint8]


class Role(StrEnum):
    """What a person may do in a project. Stored: never rename a value."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"

    @property
    def may_sculpt(self) -> bool:
        return self is not Role.VIEWER


@dataclass(frozen=True, slots=True)
class User:
    user: str  #: opaque id
    name: str  #: unique (case-folded), shown to people


@dataclass(frozen=True, slots=True)
class Session:
    session: str  #: id of the session's record (the hash of the cookie's token), never the token itself
    user: User


@dataclass(frozen=True, slots=True)
class Collaborator:
    user: str
    name: str
    role: Role  #: EDITOR or VIEWER


#: Reference images of one project: a front, a side and a top view, and a pinboard beside them. Each is a texture.
MAX_REFERENCES = 12


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture to look at while sculpting, and where it hangs. docs/protocol.md says what the numbers mean."""

    reference: str  #: id of the picture in the store
    name: str
    width: int  #: pixels of the picture
    height: int
    pin: str  #: ``view``, or a plane: ``front``, ``side``, ``top``
    x: float
    y: float
    depth: float
    scale: float
    opacity: float


@dataclass(slots=True)
class Project:
    """A project's metadata: everything but the clay."""

    project: str
    name: str
    description: str
    owner: User
    collaborators: list[Collaborator]
    snapshot: str | None = None  #: id of the newest snapshot
    saved_at: datetime | None = None
    created_at: datetime | None = None
    references: list[Reference] = field(default_factory=list)

    def role_of(self, user: str) -> Role | None:
        """The person's role, or None for a stranger."""
        if user == self.owner.user:
            return Role.OWNER
        return next((c.role for c in self.collaborators if c.user == user), None)


@dataclass(slots=True)
class PieceRecord:
    """One piece of a snapshot with its arrays.

    ``positions``: (3, n) int32 planar, C-contiguous, quanta. ``triangles``: (m, 3) uint32.
    A user coordinate is ``position · scale · QUANTUM + offset``.
    """

    piece: int
    epoch: int
    name: str
    positions: Int32Array
    triangles: UInt32Array
    scale: float = 1.0
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    paint: UInt8Array | None = None  #: (5, n) planar: red, green, blue, roughness, metalness; None if never painted


@dataclass(frozen=True, slots=True)
class ClientMark:
    """How far the room has come with one client's stroke frames: what makes a re-send harmless."""

    client: int
    user: str
    client_seq: int


@dataclass(slots=True)
class Snapshot:
    """The state after everything up to and with ``seq``."""

    seq: int
    pieces: list[PieceRecord]
    clients: list[ClientMark] = field(default_factory=list)
    snapshot: str | None = None  #: id, once stored
    user: str | None = None  #: author; None for an autosave
    message: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Blob:
    """Where one attribute of a piece lies: its digest names it in URLs; ``size`` in bytes, uncompressed."""

    blob: str
    size: int


@dataclass(frozen=True, slots=True)
class JournalBatch:
    """A contiguous run of accepted frames: ``count`` frames with sequence numbers ``seq … seq + count - 1``.

    ``frames`` are the frames as they went over the wire, one after the other (none for a barrier).
    ``authors`` names the user behind each client id that occurs in them.
    """

    seq: int
    count: int
    frames: bytes
    authors: dict[int, str]
    barrier: dict[str, Any] | None = None  #: {"owner", "token"} for a BARRIER entry


@dataclass(frozen=True, slots=True)
class Lease:
    project: str
    owner: str  #: the process that holds it, as it announced itself
    token: int  #: fencing token, grows with every change of owner
