"""Manifests: a snapshot as a document, its arrays named by their chunks.

    {_id, format, project, seq, previous, user, message, at,
     clients: [{client, user, client_seq}],
     pieces: [{piece, epoch, name, scale, offset, vertices, triangles,
               positions: attribute, triangles_blob: attribute, paint: attribute, absent if never painted}],
     blobs: [every blob's id]}
    attribute: {blob, size, crc, chunk_bytes, chunks}

``previous`` is the snapshot that was the newest when this one was made: a project's history is the chain from its
pointer. A manifest that no chain reaches was never the newest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rooms.errors import Invalid
from rooms.records import ClientMark, PieceRecord, Snapshot
from rooms.store.codec import Attribute, describe
from rooms.store.connection import Document
from rooms.store.faults import Damaged, as_text

#: Version of the manifest. Readers upgrade older ones when they load them; there are none yet.
FORMAT = 1


#: The attributes of a piece, by their keys in the manifest. A piece that was never painted has no paint.
ATTRIBUTES = ("positions", "triangles_blob", "paint")


class Described(NamedTuple):
    """A snapshot, hashed. ``attributes``: the bytes of every attribute, without a copy, and what they are."""

    pieces: list[Document]
    attributes: list[tuple[memoryview, Attribute]]


def describe_snapshot(snapshot: Snapshot) -> Described:
    """Check and hash a snapshot's arrays. Slow: call it in a thread, and leave the arrays alone until it is stored.

    Raises ``Invalid`` for an array of another shape or dtype than ``PieceRecord`` says.
    """
    pieces: list[Document] = []
    attributes: list[tuple[memoryview, Attribute]] = []
    for piece in snapshot.pieces:
        if piece.positions.dtype != np.int32 or piece.positions.ndim != 2 or piece.positions.shape[0] != 3:
            raise Invalid(f"positions must be (3, n) int32, got {piece.positions.shape} {piece.positions.dtype}")
        if piece.triangles.dtype != np.uint32 or piece.triangles.ndim != 2 or piece.triangles.shape[1] != 3:
            raise Invalid(f"triangles must be (m, 3) uint32, got {piece.triangles.shape} {piece.triangles.dtype}")
        vertices = piece.positions.shape[1]
        if piece.paint is not None and (piece.paint.dtype != np.uint8 or piece.paint.shape != (5, vertices)):
            raise Invalid(f"paint must be (5, {vertices}) uint8, got {piece.paint.shape} {piece.paint.dtype}")
        if not all(map(math.isfinite, (piece.scale, *piece.offset))):
            raise Invalid(f"scale and offset must be finite, got {piece.scale} and {piece.offset}")
        positions, triangles = (
            (data, describe(data)) for data in (_bytes_of(piece.positions, "<i4"), _bytes_of(piece.triangles, "<u4"))
        )
        attributes += [positions, triangles]
        pieces.append(
            {
                "piece": piece.piece,
                "epoch": piece.epoch,
                "name": as_text(piece.name, "name of a piece"),
                "scale": float(piece.scale),
                "offset": [float(axis) for axis in piece.offset],
                "vertices": piece.positions.shape[1],
                "triangles": piece.triangles.shape[0],
                "positions": _attribute_document(positions[1]),
                "triangles_blob": _attribute_document(triangles[1]),
            }
        )
        if piece.paint is not None:
            data = _bytes_of(piece.paint, "u1")
            attributes.append((data, describe(data)))
            pieces[-1]["paint"] = _attribute_document(attributes[-1][1])
    return Described(pieces, attributes)


def make_manifest(
    identity: str, project: str, previous: str | None, snapshot: Snapshot, described: Described, at: datetime
) -> Document:
    return {
        "_id": identity,
        "format": FORMAT,
        "project": project,
        "seq": snapshot.seq,
        "previous": previous,
        "user": None if snapshot.user is None else as_text(snapshot.user, "user id"),
        "message": as_text(snapshot.message, "message of a save"),
        "at": at,
        "clients": [
            {"client": f"{mark.client:016x}", "user": as_text(mark.user, "user id"), "client_seq": mark.client_seq}
            for mark in snapshot.clients
        ],
        "pieces": described.pieces,
        "blobs": sorted({attribute.blob for _, attribute in described.attributes}),
    }


def public_manifest(manifest: Document) -> dict[str, Any]:
    """What the page is told, see docs/protocol.md, "Loading over HTTP"."""
    keys = ("piece", "epoch", "name", "vertices", "triangles", "scale", "offset")
    return {
        "snapshot": manifest["_id"],
        "seq": manifest["seq"],
        "pieces": [
            {key: piece[key] for key in keys} | {key: piece[key]["blob"] for key in ATTRIBUTES if key in piece}
            for piece in manifest["pieces"]
        ],
    }


def empty_snapshot(manifest: Document) -> Snapshot:
    """The snapshot of a manifest with arrays of the right shape whose contents are still to be read."""
    if manifest["format"] != FORMAT:
        raise Damaged(f"snapshot {manifest['_id']} has format {manifest['format']}, this version reads {FORMAT}")
    return Snapshot(
        seq=manifest["seq"],
        pieces=[_empty_piece(piece) for piece in manifest["pieces"]],
        clients=[ClientMark(int(mark["client"], 16), mark["user"], mark["client_seq"]) for mark in manifest["clients"]],
        snapshot=manifest["_id"],
        user=manifest["user"],
        message=manifest["message"],
        at=manifest["at"],
    )


def arrays_of(manifest: Document, snapshot: Snapshot) -> Iterator[tuple[memoryview, Attribute]]:
    """Every array of ``snapshot`` as writable bytes, with what belongs in there."""
    for document, piece in zip(manifest["pieces"], snapshot.pieces, strict=True):
        arrays: list[tuple[str, npt.NDArray[Any], str]] = [
            ("positions", piece.positions, "<i4"),
            ("triangles_blob", piece.triangles, "<u4"),
        ]
        if piece.paint is not None:
            arrays.append(("paint", piece.paint, "u1"))
        for key, array, dtype in arrays:
            attribute = read_attribute(document[key])
            if attribute.size != array.nbytes:
                raise Damaged(f"{key} of piece {piece.piece} have {attribute.size} bytes, expected {array.nbytes}")
            yield _bytes_of(array, dtype), attribute


def read_attribute(document: Document) -> Attribute:
    return Attribute(**{key: document[key] for key in ("blob", "size", "crc", "chunk_bytes", "chunks")})


def attributes_of(manifest: Document) -> Iterator[Attribute]:
    for piece in manifest["pieces"]:
        for key in ATTRIBUTES:
            if key in piece:
                yield read_attribute(piece[key])


def _attribute_document(attribute: Attribute) -> Document:
    return {
        "blob": attribute.blob,
        "size": attribute.size,
        "crc": attribute.crc,
        "chunk_bytes": attribute.chunk_bytes,
        "chunks": attribute.chunks,
    }


def _empty_piece(document: Document) -> PieceRecord:
    x, y, z = document["offset"]
    return PieceRecord(
        piece=document["piece"],
        epoch=document["epoch"],
        name=document["name"],
        positions=np.empty((3, document["vertices"]), np.int32),
        triangles=np.empty((document["triangles"], 3), np.uint32),
        scale=document["scale"],
        offset=(x, y, z),
        paint=np.empty((5, document["vertices"]), np.uint8) if "paint" in document else None,
    )


def _bytes_of(array: npt.NDArray[Any], dtype: str) -> memoryview:
    """The array's bytes, little-endian and in C order; without a copy if it is so already, which it is where we run."""
    flat = np.ascontiguousarray(array, np.dtype(dtype)).reshape(-1)
    return flat.view(np.uint8).data
