"""The pictures of lit spheres: those in the repository are those that the script makes, and the view offers exactly those."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from static.view.matcaps import make

MATCAPS = Path(make.__file__).parent


@pytest.mark.parametrize("name", make.MATERIALS)
def test_a_picture_is_what_the_script_makes(name):
    """Up to what compression changes; so nobody's picture came in another way."""
    made = make.render(make.MATERIALS[name]).astype(int)
    with Image.open(MATCAPS / f"{name}.webp") as picture:
        kept = np.asarray(picture.convert("RGB")).astype(int)
    assert kept.shape == made.shape
    assert np.abs(kept - made).mean() < 2.0


def test_the_view_offers_all_of_them_and_no_others():
    """The names of the script, of the files and of the settings are one list."""
    settings = (MATCAPS.parent / "settings.js").read_text()
    listed = re.search(r"matcap: .*?\(\[(.*?)\]\)", settings)
    assert listed is not None
    assert re.findall(r"'(\w+)'", listed[1]) == list(make.MATERIALS)
    assert {path.stem for path in MATCAPS.glob("*.webp")} == set(make.MATERIALS)


def test_the_light_comes_from_the_upper_left():
    """Where the view has its key light: a matcap and the clay agree about where it is bright."""
    for name, material in make.MATERIALS.items():
        picture = make.render(material, 64).astype(float).mean(axis=2)
        assert picture[12:28, 12:28].mean() > 1.15 * picture[40:54, 40:54].mean(), name
