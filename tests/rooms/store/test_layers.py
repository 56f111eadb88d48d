"""The store's place in the house: above nothing but errors and records, and alone with the driver."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
STORE = ROOT / "rooms" / "store"


def test_one_module_imports_motor() -> None:
    """Motor has a successor: one module will have to change."""
    motor = re.compile(r"^\s*(from|import) motor", re.MULTILINE)
    importing = [path.name for path in STORE.parent.rglob("*.py") if motor.search(path.read_text())]
    assert importing == ["connection.py"]


def test_the_store_imports_nothing_above_it() -> None:
    """Of the rooms only errors and records, and no Tornado. (Motor's own package imports it if it is there.)"""
    for path in STORE.glob("*.py"):
        source = path.read_text()
        above = set(re.findall(r"^\s*(?:from|import) (rooms\.\w+)", source, re.MULTILINE))
        assert above <= {"rooms.errors", "rooms.records", "rooms.store"}, path.name
        assert not re.search(r"^\s*(from|import) (tornado|handlers|server)", source, re.MULTILINE), path.name
