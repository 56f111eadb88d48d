"""Pictures from strangers: what is read, what it becomes, and what is refused."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from rooms.errors import ClayroomError, Invalid, TooLarge
from rooms.pictures import MAX_PICTURE_SIDE, read_picture


def encoded(picture: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def read(tmp_path: Path, data: bytes):
    path = tmp_path / "upload"
    path.write_bytes(data)
    return read_picture(str(path))


def png_of(width: int, height: int) -> bytes:
    """A PNG that says to have this many pixels: 1-bit rows of zeros, which pack a thousand to one."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(bytes(min((width // 8 + 1) * height, 10_000_000)))
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_each_format_becomes_a_webp(tmp_path: Path, format: str) -> None:
    """With its size and, as nearly as it was compressed, its colours."""
    picture = read(tmp_path, encoded(Image.new("RGB", (40, 30), (200, 60, 40)), format))
    assert (picture.width, picture.height) == (40, 30)
    with Image.open(io.BytesIO(picture.data)) as kept:
        assert (kept.format, kept.size, kept.mode) == ("WEBP", (40, 30), "RGB")
        assert all(abs(a - b) < 12 for a, b in zip(kept.getpixel((20, 15)), (200, 60, 40), strict=True))


def test_transparency_stays(tmp_path: Path) -> None:
    """A drawing on a clear ground is a drawing on a clear ground, also from a palette."""
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    for data in (encoded(clear, "PNG"), encoded(clear.quantize(), "PNG", transparency=0)):
        with Image.open(io.BytesIO(read(tmp_path, data).data)) as kept:
            assert kept.mode == "RGBA" and kept.getpixel((4, 4))[3] == 0


def test_a_photo_is_turned_upright_and_loses_what_it_says_of_its_author(tmp_path: Path) -> None:
    """The orientation is applied; the rest of EXIF, with the place it was taken at, is not kept."""
    photo, exif = Image.new("RGB", (40, 30)), Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Somebody"
    picture = read(tmp_path, encoded(photo, "JPEG", exif=exif))
    assert (picture.width, picture.height) == (30, 40)
    assert b"Somebody" not in picture.data
    with Image.open(io.BytesIO(picture.data)) as kept:
        assert not kept.getexif()


def test_bombs_are_refused_by_their_size(tmp_path: Path) -> None:
    """A file of some kilobytes that says to have more pixels than are taken is refused before any is read."""
    for width, height in [
        (MAX_PICTURE_SIDE + 1, 10),
        (10, MAX_PICTURE_SIDE + 1),
        (20_000, 20_000),
        (2**31 - 1, 2**31 - 1),
    ]:
        with pytest.raises(ClayroomError) as refused:
            read(tmp_path, png_of(width, height))
        assert refused.type in (TooLarge, Invalid)
    with pytest.raises(TooLarge, match=rf"5000 × 10 pixels; at most {MAX_PICTURE_SIDE} × {MAX_PICTURE_SIDE}"):
        read(tmp_path, png_of(5000, 10))


def test_the_largest_is_taken(tmp_path: Path) -> None:
    """The limits themselves are allowed."""
    picture = read(tmp_path, png_of(MAX_PICTURE_SIDE, 16))
    assert (picture.width, picture.height) == (MAX_PICTURE_SIDE, 16)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture at all",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"RIFF\xff\xff\xff\xffWEBPVP8X" + bytes(20),
        encoded(Image.new("RGB", (9, 9)), "GIF"),
        encoded(Image.new("RGB", (9, 9)), "TIFF"),
        encoded(Image.new("RGB", (9, 9)), "BMP"),
        encoded(Image.new("RGB", (9, 9)), "PDF"),
        encoded(Image.new("RGB", (90, 90)), "JPEG")[:300],
        encoded(Image.effect_noise((90, 90), 50), "PNG")[:3000],
    ],
    ids=[
        "nothing",
        "text",
        "svg",
        "html",
        "png head",
        "webp head",
        "gif",
        "tiff",
        "bmp",
        "pdf",
        "half a jpeg",
        "half a png",
    ],
)
def test_what_is_no_picture_of_ours(tmp_path: Path, data: bytes) -> None:
    """Whatever its name says: other formats, scripts, and halves are refused with one sentence."""
    with pytest.raises(Invalid, match="PNG, JPEG or WebP"):
        read(tmp_path, data)


def test_a_picture_with_a_script_behind_it_is_only_a_picture_afterwards(tmp_path: Path) -> None:
    """What is kept was written by us: nothing that hung on the file is in it."""
    data = encoded(Image.new("RGB", (20, 20), (9, 9, 9)), "PNG") + b"<script>alert(1)</script>"
    assert b"script" not in read(tmp_path, data).data


def test_flipped_bits(tmp_path: Path) -> None:
    """A damaged file ends as a picture or as one of our errors, and in nothing else."""
    chance = random.Random(3)
    for format in ("PNG", "JPEG", "WEBP"):
        good = encoded(Image.effect_noise((24, 24), 60).convert("RGB"), format)
        for _ in range(60):
            data = bytearray(good)
            for _ in range(chance.randint(1, 6)):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            with contextlib.suppress(Invalid, TooLarge):
                read(tmp_path, bytes(data))
