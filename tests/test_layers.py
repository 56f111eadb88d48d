"""The directions of imports: what stands above may know what stands below, and never the other way round."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: Inside rooms each module may import what stands in its own row or further down, never further up.
ORDER = [
    {"map"},
    {"keeper"},
    {"room", "journal"},
    {"references"},
    {"sculpture", "presence", "messages"},
    {"wire", "paint"},
    {"digest", "errors", "records"},
]
LEVEL = {name: level for level, row in enumerate(ORDER) for name in row}


def imports_of(path: Path) -> set[str]:
    """The full names of the modules that a file imports, relative ones resolved."""
    package = list(path.relative_to(ROOT).with_suffix("").parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            found.add(module)
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def modules(folder: str) -> list[Path]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    assert len(paths) > 5, f"{folder} has moved"
    return paths


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports_of(path)}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules("rooms"), ids=name_of)
def test_rooms_know_nothing_of_the_web(path):
    """Rooms import neither Tornado nor handlers nor the server, and Motor in one place only."""
    assert not tops(path) & {"tornado", "handlers", "server", "jinja2", "tests"}
    if path != ROOT / "rooms" / "store" / "connection.py":
        assert "motor" not in tops(path)
    if "store" not in path.parts:
        assert not tops(path) & {"pymongo", "bson"}


@pytest.mark.parametrize("path", modules("handlers"), ids=name_of)
def test_handlers_know_only_rooms(path):
    """Handlers import rooms, never the server nor a database driver."""
    assert not tops(path) & {"server", "motor", "pymongo", "bson", "tests"}


def test_rooms_load_without_tornado():
    """Not even indirectly: the machine of a room runs where there is no web server. (Motor, in the store, imports it.)"""
    script = "import sys, rooms.map; sys.exit(bool({'tornado', 'handlers'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("name", sorted(LEVEL))
def test_inside_rooms(name):
    """map → keeper → (room, journal) → (sculpture, presence, messages) → wire → (digest, errors, records)."""
    imported = {full.split(".")[1] for full in imports_of(ROOT / "rooms" / f"{name}.py") if full.startswith("rooms.")}
    above = {other for other in imported & set(LEVEL) if LEVEL[other] < LEVEL[name]}
    assert not above, f"rooms/{name}.py imports {above}, which stand above it"
    assert not imported & {"store", "accounts", "workers", "meshes", "exports"}, "the core of rooms knows no store"


def test_the_room_does_no_input_or_output():
    """The synchronous machine and all below it know no event loop, no thread, no socket, no clock of their own."""
    for row in ORDER[2:]:
        for name in row - {"journal"}:
            path = ROOT / "rooms" / f"{name}.py"
            assert not tops(path) & {"asyncio", "threading", "socket", "time", "os", "logging", "pathlib"}, name
            assert "await" not in path.read_text().split(), name


# the browser's modules

#: Each folder of static/ and the folders that its modules may import from.
MAY_IMPORT = {
    "words": set(),
    "wire": set(),
    "kernel": {"wire"},
    "replica": {"kernel", "wire"},
    "net": {"replica", "kernel", "wire", "words"},
    "view": {"kernel", "wire", "words"},
    "editor": {"view", "net", "replica", "kernel", "wire", "words"},
    "pages": {"words"},
}
_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b[^'"]*?\bfrom\s*['"]([^'"]+)['"]"""
    r"""|^\s*import\s*['"]([^'"]+)['"]"""
    r"""|\bimport\(\s*['"]([^'"]+)['"]"""
    r"""|new URL\(\s*['"]([^'"]+\.js)['"]""",
    re.MULTILINE,
)
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"])//[^\n]*", re.S)
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))


def code_of(path: Path) -> str:
    """The module without its comments."""
    return _COMMENT.sub(" ", path.read_text())


def scripts_imported(path: Path) -> list[str]:
    return [next(filter(None, groups)) for groups in _IMPORT.findall(code_of(path))]


def test_the_folders_are_all_known():
    """A new folder of modules has to say what it may import."""
    assert {path.relative_to(ROOT / "static").parts[0] for path in SCRIPTS} <= set(MAY_IMPORT)
    assert len(SCRIPTS) > 40


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_scripts_import_downwards(path):
    """editor → (view, net, replica) → kernel → wire; only view/ imports three; everything else by a path that exists."""
    folder = path.relative_to(ROOT / "static").parts[0]
    for target in scripts_imported(path):
        if target == "three" or target.startswith("three/"):
            assert folder == "view", f"{path.name} imports {target}"
            continue
        assert target.startswith("."), f"{path.name} imports {target}: there is no bundler to find it"
        file = (path.parent / target).resolve()
        assert file.is_file(), f"{path.name} imports {target}, which is not there"
        other = file.relative_to(ROOT / "static").parts[0]
        assert other == folder or other in MAY_IMPORT[folder], f"{path.name} imports {target}"


@pytest.mark.parametrize(
    "path", [path for path in SCRIPTS if path.parts[-2] in ("kernel", "wire", "brushes")], ids=name_of
)
def test_the_kernel_runs_anywhere(path):
    """kernel/ and wire/ run in the page, in a worker and under node: no document, no window, no worker's globals."""
    globals_of_others = "document|window|navigator|localStorage|indexedDB|self|require|process"
    words = set(re.findall(rf"(?<![.\w'\"])({globals_of_others})(?=[.\[(])", code_of(path)))
    assert not words, f"{path.name} uses {words}"


def test_the_checker_sees_what_it_should():
    """The patterns above find each form of import, so that silence means something."""
    forms = """
    import { a } from './a.js';
    import './b.js';
    export { c } from "./c.js";
    import {
      d,
    } from './d.js';
    const e = await import('./e.js');
    const worker = new Worker(new URL('./f.js', import.meta.url));
    // import { g } from './g.js';
    /* import './h.js'; */
    """
    found = [next(filter(None, groups)) for groups in _IMPORT.findall(_COMMENT.sub(" ", forms))]
    assert found == ["./a.js", "./b.js", "./c.js", "./d.js", "./e.js", "./f.js"]
    assert "tornado" in tops(ROOT / "handlers" / "outbox.py") and "rooms.wire" in imports_of(ROOT / "rooms" / "room.py")
