"""Vertex colours between the files' ways of writing them and our 8-bit sRGB.

OBJ, PLY and OFF hold sRGB values, glTF holds linear light (glTF 2.0 section 3.9.2; the curve is IEC 61966-2-1).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rooms.meshes.mesh import Bytes, Floats


def bytes_from_unit(values: NDArray[Any]) -> Bytes:
    """Colours from (n, 3) values between 0 and 1; what lies outside is clipped, NaN becomes black."""
    unit = np.clip(np.nan_to_num(np.asarray(values, np.float64)), 0.0, 1.0)
    return np.rint(unit * 255.0).astype(np.uint8)


def bytes_from_guess(values: Floats) -> Bytes:
    """Colours from a text file that does not say its scale: 0 to 1 if nothing is above 1, else 0 to 255."""
    largest = float(np.nanmax(values, initial=0.0))
    return bytes_from_unit(values if largest <= 1.0 else values / 255.0)


def linear_from_srgb(colours: Bytes) -> Floats:
    """(n, 3) linear light between 0 and 1."""
    table = np.arange(256) / 255.0
    table = np.where(table <= 0.04045, table / 12.92, ((table + 0.055) / 1.055) ** 2.4)
    linear: Floats = table[colours]
    return linear


def srgb_from_linear(linear: Floats) -> Bytes:
    """(n, 3) uint8 sRGB from linear light; what lies outside 0 to 1 is clipped."""
    light = np.clip(np.nan_to_num(np.asarray(linear, np.float64)), 0.0, 1.0)
    return bytes_from_unit(np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055))
