"""Pictures that people bring: read under limits and written anew, so that what is kept is a picture and nothing else.

Runs in a worker process: a decoder is the last thing to let loose on a stranger's bytes in the server itself.
"""

from __future__ import annotations

import io
import warnings
from typing import NamedTuple

from PIL import Image, ImageOps

from rooms.errors import Invalid, TooLarge

#: Bytes of a picture as it is uploaded.
MAX_PICTURE_BYTES = 8 * 2**20
#: Pixels along one side: what a graphics device takes as one texture, also on a phone.
MAX_PICTURE_SIDE = 4096
#: Bytes of a picture as it is kept: one document of the database holds 16 MiB. Noise at the full size takes about 9.
MAX_KEPT_BYTES = 12 * 2**20

#: What a browser shows and people have. Named to the decoder, so that none of its forty others is ever tried.
FORMATS = ("PNG", "JPEG", "WEBP")
_QUALITIES = (90, 60)


class Picture(NamedTuple):
    """A WebP and its size in pixels."""

    data: bytes
    width: int
    height: int


def read_picture(path: str) -> Picture:
    """The picture in the file, upright, without anything that came with it (place, camera, profile, further frames).

    Untrusted input. Raises ``Invalid`` when it is none of ``FORMATS`` or damaged, ``TooLarge`` over a limit.
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns of a large picture when it has read the size; what is too large for us is said below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as opened:
                if max(opened.size) > MAX_PICTURE_SIDE:
                    width, height = opened.size
                    raise TooLarge(
                        f"The picture has {width} × {height} pixels; at most {MAX_PICTURE_SIDE} × {MAX_PICTURE_SIDE} are taken."
                    )
                upright = ImageOps.exif_transpose(opened)
                picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Image.DecompressionBombError:
        raise TooLarge(f"The picture has more than {MAX_PICTURE_SIDE} × {MAX_PICTURE_SIDE} pixels.") from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, OverflowError):
        raise Invalid("This is not a PNG, JPEG or WebP picture that can be read.") from None
    for quality in _QUALITIES:
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=2)
        if out.tell() <= MAX_KEPT_BYTES:
            return Picture(out.getvalue(), *picture.size)
    raise TooLarge(f"The picture takes {out.tell():,} bytes; at most {MAX_KEPT_BYTES:,} are kept.")
