"""What can go wrong, as one tree.

    ClayroomError                 code           what the person reads
    ├── Malformed                 malformed      a message or frame that does not say what its kind must say
    ├── TooLarge                  too_large      over a limit that has a name
    ├── TooSlow                   too_slow       more waits for a member than may, or its connection is dead
    ├── TooFast                   too_fast       more messages or bytes a second than a member may send
    ├── NotLoggedIn               not_logged_in
    ├── Forbidden                 forbidden      the person's role does not allow it
    ├── NotFound                  not_found      no such project, or not for this person
    ├── Conflict                  conflict       the name is taken, the state has moved on
    ├── Invalid                   invalid        a value that cannot be taken, with the reason
    ├── MeshError                 mesh           a file or mesh that cannot be taken
    │   └── WorkerError           worker         a job that died or passed its limits
    ├── RoomFull                  full
    ├── Elsewhere                 elsewhere      another process owns the room
    ├── Fenced                    fenced         our lease was taken over: write nothing more
    └── StoreUnavailable          unavailable    the database does not answer

``code`` is a word of the protocol and never changes; the sentence is for people. The socket handler owns the table
from error to close code (``handlers/socket.py``), the pages own the one to HTTP status (``handlers/base.py``).
"""

from __future__ import annotations


class ClayroomError(Exception):
    """Base of everything Clayroom raises on purpose. ``message`` is a sentence for the person concerned."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Malformed(ClayroomError):
    code = "malformed"


class TooLarge(ClayroomError):
    code = "too_large"


class TooSlow(ClayroomError):
    code = "too_slow"


class TooFast(ClayroomError):
    code = "too_fast"


class NotLoggedIn(ClayroomError):
    code = "not_logged_in"


class Forbidden(ClayroomError):
    code = "forbidden"


class NotFound(ClayroomError):
    code = "not_found"


class Conflict(ClayroomError):
    code = "conflict"


class Invalid(ClayroomError):
    code = "invalid"


class MeshError(ClayroomError):
    code = "mesh"


class WorkerError(MeshError):
    code = "worker"


class RoomFull(ClayroomError):
    code = "full"


class Elsewhere(ClayroomError):
    """``owner`` is the address of the process that has the room, as it announced itself."""

    code = "elsewhere"

    def __init__(self, message: str, owner: str) -> None:
        super().__init__(message)
        self.owner = owner


class Fenced(ClayroomError):
    code = "fenced"


class StoreUnavailable(ClayroomError):
    code = "unavailable"
