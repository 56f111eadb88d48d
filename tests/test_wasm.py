"""The compiled loops are in the repository: they are what their sources make."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "static" / "kernel" / "wasm"


def test_the_module_is_made_from_its_sources():
    """The compiler makes the same bytes of them again."""
    spec = importlib.util.spec_from_file_location("build", FOLDER / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    assert build.OUTPUT.read_text() == build.module(build.compiled())


def test_the_check_sees_a_changed_source(tmp_path):
    """What `make` asks: is the module of these sources?"""
    for file in FOLDER.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    check = [sys.executable, str(tmp_path / "build.py"), "--check"]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    with (tmp_path / "piece.h").open("a") as header:
        header.write("\n")
    changed = subprocess.run(check, capture_output=True, text=True, check=False)
    assert changed.returncode == 1 and "make wasm" in changed.stdout
