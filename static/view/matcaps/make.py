"""Renders the matcaps: pictures of a lit sphere that the view looks up by the normal.

    python -m static.view.matcaps.make          (or: make matcaps)

Everything in them is computed here: a body with wrapped diffuse light, a GGX reflection of a few panels of light, a graded
room in the reflection, a rim. Writes one ``<name>.webp`` of 256 × 256 pixels for each material beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float64]

HERE = Path(__file__).resolve().parent
SIZE = 256
#: The picture is computed so many times finer in each direction, and then averaged.
FINER = 2


@dataclass(frozen=True)
class Panel:
    """A round light: where it stands (view space: x right, y up, z to the eye), its colour times brightness, its half angle."""

    at: tuple[float, float, float]
    color: tuple[float, float, float]
    spread: float


KEY = Panel((-0.52, 0.66, 0.54), (3.0, 2.8, 2.55), 0.35)
FILL = Panel((0.85, 0.1, 0.5), (0.3, 0.38, 0.55), 0.6)
RIM = Panel((0.6, 0.45, -0.66), (2.2, 2.1, 2.0), 0.3)
LOW = Panel((-0.3, -0.9, 0.25), (0.24, 0.17, 0.13), 0.7)
STUDIO = (KEY, FILL, RIM, LOW)


@dataclass(frozen=True)
class Material:
    """Linear colours; ``wrap``: how far light reaches round the edge; ``room``: brightness of the reflected room."""

    body: tuple[float, float, float]
    roughness: float
    specular: tuple[float, float, float] = (0.04, 0.04, 0.04)
    wrap: float = 0.15
    ambient: float = 0.07
    room: float = 0.25
    glow: tuple[float, float, float] = (0.0, 0.0, 0.0)
    panels: tuple[Panel, ...] = field(default=STUDIO)


MATERIALS = {
    "terracotta": Material(body=(0.46, 0.155, 0.072), roughness=0.75, wrap=0.2),
    "chalk": Material(body=(0.62, 0.6, 0.57), roughness=0.9, wrap=0.25, ambient=0.08),
    "wax": Material(body=(0.42, 0.065, 0.042), roughness=0.38, wrap=0.35, glow=(0.11, 0.012, 0.005)),
    "porcelain": Material(body=(0.72, 0.74, 0.77), roughness=0.12, wrap=0.3, ambient=0.11, room=0.5),
    "jade": Material(body=(0.05, 0.22, 0.12), roughness=0.25, wrap=0.45, glow=(0.015, 0.07, 0.035), room=0.3),
    "bronze": Material(body=(0.03, 0.016, 0.008), roughness=0.33, specular=(0.78, 0.44, 0.2), room=0.55),
    "steel": Material(body=(0.015, 0.015, 0.017), roughness=0.2, specular=(0.62, 0.64, 0.67), room=0.9),
    "graphite": Material(body=(0.045, 0.047, 0.052), roughness=0.48, specular=(0.1, 0.1, 0.105), room=0.3),
}


def unit(v: Floats) -> Floats:
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def reflection(normals: Floats, panel: Panel, roughness: float) -> Floats:
    """(…) GGX lobe of a panel without its Fresnel term (Walter et al. 2007), as wide as the panel at least."""
    to_eye = np.array([0.0, 0.0, 1.0])
    half = unit(unit(np.asarray(panel.at)) + to_eye)
    alpha = max(roughness**2, 0.25 * panel.spread)
    cosine = np.clip(normals @ half, 0, 1)
    lobe = alpha**2 / (np.pi * (cosine**2 * (alpha**2 - 1) + 1) ** 2)
    return lobe * np.clip(normals @ unit(np.asarray(panel.at)) + 0.15, 0, 1)


def render(material: Material, size: int = SIZE) -> NDArray[np.uint8]:
    """(size, size, 3) uint8 sRGB: the sphere fills the square; beyond it its edge is carried on, so that lookups never see a seam."""
    fine = size * FINER
    axis = (np.arange(fine) + 0.5) / fine * 2 - 1
    x, y = np.meshgrid(axis, -axis)
    radius = np.hypot(x, y)
    shrink = np.minimum(1, 0.999 / np.maximum(radius, 1e-9))
    x, y = x * shrink, y * shrink
    n = np.stack([x, y, np.sqrt(np.maximum(0, 1 - x * x - y * y))], axis=-1)
    facing = n[..., 2]
    edge = (1 - facing) ** 5
    body, specular = np.asarray(material.body), np.asarray(material.specular)
    fresnel = specular + (np.maximum(specular, 1 - material.roughness) - specular) * edge[..., None]

    up = n[..., 1:2] * 0.5 + 0.5
    sky, floor = np.array([0.95, 1.0, 1.08]), np.array([0.62, 0.5, 0.42])
    color = body * material.ambient * 2 * (floor + (sky - floor) * up)
    for panel in material.panels:
        light = np.asarray(panel.color)
        wrapped = np.clip((n @ unit(np.asarray(panel.at)) + material.wrap) / (1 + material.wrap), 0, 1) ** 1.8
        color = color + body * light * 0.5 * wrapped[..., None]
        color = color + fresnel * light * 0.55 * reflection(n, panel, material.roughness)[..., None]
    # The room in the reflection: bright above a horizon that roughness blurs, dark below.
    bounce = 2 * facing[..., None] * n - np.array([0.0, 0.0, 1.0])
    blur = 0.12 + material.roughness
    above = 0.5 + 0.5 * np.tanh((bounce[..., 1:2] + 0.08) / blur)
    room = np.array([0.1, 0.085, 0.075]) + (np.array([0.95, 0.98, 1.05]) - 0.1) * above
    color = color + fresnel * room * material.room
    color = color + np.asarray(material.glow) * (1 - facing[..., None]) ** 1.5

    # Filmic: Hable's curve would grey the darks; this one keeps them and rolls the lights off (Reinhard with a white of 4).
    mapped = color * (1 + color / 16) / (1 + color * 0.5)
    srgb = np.where(mapped <= 0.0031308, mapped * 12.92, 1.055 * np.maximum(mapped, 1e-9) ** (1 / 2.4) - 0.055)
    coarse = srgb.reshape(size, FINER, size, FINER, 3).mean(axis=(1, 3))
    return np.asarray(np.clip(coarse * 255 + 0.5, 0, 255), dtype=np.uint8)


def main() -> None:
    for name, material in MATERIALS.items():
        Image.fromarray(render(material)).save(HERE / f"{name}.webp", quality=92, method=6)


if __name__ == "__main__":
    main()
