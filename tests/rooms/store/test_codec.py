"""The byte format of chunks: Python's own gzip reads what we put together."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.store.codec import (
    CHUNK_BYTES,
    GZIP_HEADER,
    check,
    compress,
    decompress_into,
    describe,
    gzip_trailer,
)
from rooms.store.faults import Damaged


def gzip_of(data: bytes) -> bytes:
    view = memoryview(data)
    pieces = [compress(view[at : at + CHUNK_BYTES]) for at in range(0, len(data), CHUNK_BYTES)]
    return GZIP_HEADER + b"".join(pieces) + gzip_trailer(describe(view))


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_chunks_are_a_gzip_file(size: int) -> None:
    """Chunks between header and trailer decode to exactly the bytes, at every edge of a chunk."""
    data = bytes(at * 7 % 251 for at in range(size))
    assert gzip.decompress(gzip_of(data)) == data


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=2000), st.integers(0, 100))
def test_any_bytes_come_back(data: bytes, repeat: int) -> None:
    """Whatever the bytes, the gzip file decodes to them."""
    assert gzip.decompress(gzip_of(data * repeat)) == data * repeat


def test_chunks_do_not_depend_on_each_other() -> None:
    """Each chunk decompresses alone: a full flush lets nothing look back."""
    first, second = b"clay" * 10_000, b"clay" * 9_000
    for data in (first, second):
        target = bytearray(len(data))
        decompress_into(memoryview(target), compress(memoryview(data)))
        assert target == data


def test_a_bomb_is_stopped_at_the_size_it_should_have() -> None:
    """A chunk that would unpack to more than its place is refused after one byte too many."""
    bomb = compress(memoryview(bytes(50_000_000)))
    with pytest.raises(Damaged, match="at least 101 bytes, expected 100"):
        decompress_into(memoryview(bytearray(100)), bomb)


def test_a_short_chunk_and_garbage_are_refused() -> None:
    """A chunk of another length, or that is no deflate stream, is an error that says so."""
    with pytest.raises(Damaged, match="99 bytes, expected 100"):
        decompress_into(memoryview(bytearray(100)), compress(memoryview(bytes(99))))
    with pytest.raises(Damaged, match="cannot be decompressed"):
        decompress_into(memoryview(bytearray(100)), b"\xff" * 50)


def test_the_checksum_is_of_the_whole_attribute() -> None:
    """One flipped bit is found, and the message has both checksums."""
    data = bytearray(b"clay" * 50_000)
    attribute = describe(memoryview(data))
    assert attribute.crc == zlib.crc32(data)
    check(memoryview(data), attribute)
    data[70_000] ^= 1
    with pytest.raises(Damaged, match=f"expected 200000 bytes with {attribute.crc:08x}"):
        check(memoryview(data), attribute)
