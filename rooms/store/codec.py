"""The byte format of stored attributes: chunks that are pieces of one gzip file.

An *attribute* (the positions of a piece, its triangles) is a run of bytes, cut into chunks of ``CHUNK_BYTES``; the last one
may be shorter. A chunk is named by the BLAKE2b digest of its bytes, so that equal chunks are stored once, whatever
version or project they belong to. Each chunk is compressed once, as a raw deflate stream (RFC 1951) that ends with a
full flush: it ends on a byte and looks back at nothing before itself. So the chunks of an attribute, one after the
other, between a header and a final block, are a gzip file (RFC 1952):

    1f 8b 08 00 00000000 00 ff   header: deflate, no name, no time, unknown system
    chunk, chunk, …              each ends with an empty stored block: 00 00 00 ff ff
    03 00                        an empty final block
    crc32, size                  of the whole attribute, little-endian u32 each; size modulo 2³²

A browser reads that with ``Content-Encoding: gzip``, and the server never compresses anything twice.

Stored: changing ``CHUNK_BYTES``, the digest or the compression makes new chunks, and old ones stay readable as long as
the manifest says how long a chunk is.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from rooms.store.faults import Damaged

#: Bytes of an attribute in one chunk. Measured for 12 MB of which 2% changed: 64 KiB writes little more than what
#: changed, and its digests are a 2000th of the data.
CHUNK_BYTES = 65536
#: Bytes of a chunk's digest: nobody can make two chunks with the same one.
DIGEST_BYTES = 32
#: zlib's fastest. Coordinates hardly compress further, and a save waits for it.
COMPRESSION_LEVEL = 1

GZIP_HEADER = bytes.fromhex("1f8b08000000000000ff")
_FINAL_BLOCK = b"\x03\x00"
_RAW_DEFLATE = -15


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a manifest says of one attribute. ``size`` in bytes, uncompressed; ``chunks``: the digests one after the other."""

    blob: str
    size: int
    crc: int
    chunk_bytes: int
    chunks: bytes

    def digests(self) -> list[bytes]:
        """The chunks' digests in order. Raises ``Damaged`` if their number does not fit the size."""
        if self.chunk_bytes < 1 or len(self.chunks) != -(-self.size // self.chunk_bytes) * DIGEST_BYTES:
            raise Damaged(
                f"an attribute of {self.size} bytes in chunks of {self.chunk_bytes} "
                f"has {len(self.chunks) / DIGEST_BYTES:g} digests"
            )
        return split_digests(self.chunks)

    def size_of(self, index: int) -> int:
        """Bytes of chunk ``index``, uncompressed."""
        return min(self.chunk_bytes, self.size - index * self.chunk_bytes)


def describe(data: memoryview) -> Attribute:
    """Hash an attribute's bytes. ``data``: one-dimensional, of bytes. Slow (about 1 ms per MB): call it in a thread."""
    digests = b"".join(
        hashlib.blake2b(data[at : at + CHUNK_BYTES], digest_size=DIGEST_BYTES).digest()
        for at in range(0, len(data), CHUNK_BYTES)
    )
    size = len(data)
    name = hashlib.blake2b(size.to_bytes(8, "little") + digests, digest_size=DIGEST_BYTES, person=b"clayroom blob")
    return Attribute(name.hexdigest(), size, zlib.crc32(data), CHUNK_BYTES, digests)


def compress(chunk: memoryview) -> bytes:
    """One chunk as a piece of a gzip file. Slow: call it in a thread."""
    compressor = zlib.compressobj(COMPRESSION_LEVEL, zlib.DEFLATED, _RAW_DEFLATE)
    return compressor.compress(chunk) + compressor.flush(zlib.Z_FULL_FLUSH)


def decompress_into(target: memoryview, piece: bytes) -> None:
    """Write a chunk's bytes into ``target``, which must have exactly its length; never makes more than that.

    Raises ``Damaged`` if the piece has another length or is no deflate stream.
    """
    decompressor = zlib.decompressobj(_RAW_DEFLATE)
    try:
        # One byte more than allowed is enough to know that it is too long.
        data = decompressor.decompress(piece, len(target) + 1)
    except zlib.error as error:
        raise Damaged(f"a stored chunk cannot be decompressed: {error}") from error
    if len(data) != len(target):
        raise Damaged(
            f"a stored chunk has {'at least ' * (len(data) > len(target))}{len(data)} bytes, expected {len(target)}"
        )
    target[:] = data


def gzip_trailer(attribute: Attribute) -> bytes:
    return _FINAL_BLOCK + attribute.crc.to_bytes(4, "little") + (attribute.size % 2**32).to_bytes(4, "little")


def check(data: memoryview, attribute: Attribute) -> None:
    """Raises ``Damaged`` if ``data`` is not what ``attribute`` describes. Slow: call it in a thread."""
    crc = zlib.crc32(data)
    if len(data) != attribute.size or crc != attribute.crc:
        raise Damaged(
            f"blob {attribute.blob}: {len(data)} bytes with checksum {crc:08x}, "
            f"expected {attribute.size} bytes with {attribute.crc:08x}"
        )


def split_digests(chunks: bytes) -> list[bytes]:
    return [chunks[at : at + DIGEST_BYTES] for at in range(0, len(chunks), DIGEST_BYTES)]


def in_groups(digests: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    return [digests[at : at + size] for at in range(0, len(digests), size)]
