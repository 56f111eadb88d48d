"""The control messages: declared types for what arrives, plain builders for what leaves. docs/protocol.md has them all."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from .errors import ClayroomError, Malformed, TooLarge

#: Bytes of one control message: the longest is a meta_change with every field at its limit, about 20 kB.
MAX_CONTROL = 64 * 1024
#: Characters of a project's name: one line of a page.
MAX_NAME = 120
#: Characters of a project's description: two screens of text.
MAX_DESCRIPTION = 4_000
#: Characters of the note that goes with a save.
MAX_SAVE_MESSAGE = 300
#: Collaborators of one project: what a page can list, far above what a room holds at once.
MAX_COLLABORATORS = 200
#: Clients whose strokes one replica may say that it has: its own and the tabs it has adopted.
MAX_MINE = 64

#: Characters of a reference image's name, which is often that of its file.
MAX_REFERENCE_NAME = 80

Ref = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
ClientSeq = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
# \Z, for $ would let a line end pass behind it.
ClientText = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]


class Request(msgspec.Struct, tag_field="event", forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Base of client → server messages. ``ref`` comes back in the reply."""

    ref: Ref


class JoinProj(Request, tag="join_proj", frozen=True, kw_only=True):
    project: Annotated[str, msgspec.Meta(max_length=64)]
    token: Annotated[str, msgspec.Meta(max_length=128)]
    since: Seq | None
    client: ClientText | None
    mine: Annotated[list[tuple[ClientText, ClientSeq]], msgspec.Meta(max_length=MAX_MINE)]


class Adopt(Request, tag="adopt", frozen=True, kw_only=True):
    client: ClientText


class Leave(Request, tag="leave", frozen=True, kw_only=True):
    pass


class NewCollaborator(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    role: Annotated[str, msgspec.Meta(pattern=r"^(editor|viewer)\Z")]


class Changes(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """``{attribute: new value}``. An attribute that is not there stays as it is."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)] | msgspec.UnsetType = msgspec.UNSET
    description: Annotated[str, msgspec.Meta(max_length=MAX_DESCRIPTION)] | msgspec.UnsetType = msgspec.UNSET
    owner: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | msgspec.UnsetType = msgspec.UNSET
    collaborators: Annotated[list[NewCollaborator], msgspec.Meta(max_length=MAX_COLLABORATORS)] | msgspec.UnsetType = (
        msgspec.UNSET
    )


class MetaChange(Request, tag="meta_change", frozen=True, kw_only=True):
    changes: Changes


class ReferencePlace(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Where a reference image hangs; docs/protocol.md has the units."""

    name: Annotated[str, msgspec.Meta(max_length=MAX_REFERENCE_NAME)]
    pin: Literal["view", "front", "side", "top"]
    x: Annotated[float, msgspec.Meta(ge=-16, le=16)]
    y: Annotated[float, msgspec.Meta(ge=-16, le=16)]
    depth: Annotated[float, msgspec.Meta(ge=-16, le=16)]
    scale: Annotated[float, msgspec.Meta(ge=0.01, le=32)]
    opacity: Annotated[float, msgspec.Meta(ge=0, le=1)]


class ReferenceChange(Request, tag="reference_change", frozen=True, kw_only=True):
    """Hangs a stored picture up, moves it, or (``place`` null) takes it down for good."""

    reference: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z")]
    place: ReferencePlace | None


class Save(Request, tag="save", frozen=True, kw_only=True):
    message: Annotated[str, msgspec.Meta(max_length=MAX_SAVE_MESSAGE)] = ""


class Ping(Request, tag="ping", frozen=True, kw_only=True):
    pass


AnyRequest = JoinProj | Adopt | Leave | MetaChange | ReferenceChange | Save | Ping
_decoder = msgspec.json.Decoder(AnyRequest)
_encoder = msgspec.json.Encoder()


def decode(text: str | bytes) -> AnyRequest:
    """Untrusted input: raises ``Malformed`` or ``TooLarge`` with the reason."""
    if len(text) > MAX_CONTROL:
        raise TooLarge(f"a control message of {len(text)} bytes, at most {MAX_CONTROL} are taken")
    try:
        request: AnyRequest = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Malformed(f"this message is not understood: {error}") from None
    return request


def encode(message: dict[str, Any]) -> str:
    return _encoder.encode(message).decode()


def reply(ref: int, **fields: Any) -> str:
    return encode({"event": "reply", "ref": ref, **fields})


def error(ref: int | None, problem: ClayroomError) -> str:
    return encode({"event": "error", "ref": ref, "code": problem.code, "message": problem.message})


def event(name: str, /, **fields: Any) -> str:
    """A message to a room. By the protocol it names its ``client`` and carries the person's ``name``."""
    return encode({"event": name, **fields})
