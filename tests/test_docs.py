"""The documents say what the code does: whatever the code knows has its place there."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from handlers.outbox import HELD_BYTES_MAX
from handlers.socket import CLOSE_CODES
from rooms import errors, messages, wire
from rooms.wire import Flag, Kind

ROOT = Path(__file__).parents[1]
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()


def section(title: str) -> str:
    """The text under a heading, up to the next one of its level."""
    marks, _, _ = title.partition(" ")
    start = PROTOCOL.index(f"\n{title}\n")
    end = re.search(rf"\n#{{1,{len(marks)}}} ", PROTOCOL[start + 1 :])
    return PROTOCOL[start : start + 1 + end.start()] if end else PROTOCOL[start:]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in ``text``."""
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]


REQUESTS = {request.__struct_config__.tag: request for request in messages.AnyRequest.__args__}


@pytest.mark.parametrize("event", REQUESTS)
def test_requests(event):
    """Every message of a client has its row, with every field by its name."""
    row = next(row for row in rows(section("### Client → server")) if row[0] == f"`{event}`")
    named = set(re.findall(r"`(\w+)`", row[1]))
    fields = {field.name for field in msgspec.structs.fields(REQUESTS[event])} - {"ref"}
    assert fields <= named, f"{event}: {fields - named} are not in docs/protocol.md"


def test_requests_that_are_no_more():
    """No row describes a message that is not taken."""
    described = {row[0].strip("`") for row in rows(section("### Client → server"))[2:]}
    assert described == set(REQUESTS)


def sent_events() -> set[str]:
    """Names of events in calls of ``messages.event``, and in ``reply`` and ``error``."""
    found = {"reply", "error"}
    for path in (*(ROOT / "rooms").glob("*.py"), *(ROOT / "handlers").glob("*.py")):
        found |= set(re.findall(r"""messages\.event\(\s*"(\w+)\"""", path.read_text()))
    assert {"connect", "join", "refused", "closing"} <= found, "the pattern no longer finds them"
    return found


@pytest.mark.parametrize("event", sorted(sent_events()))
def test_events(event):
    """Every event that the server sends has its row."""
    described = " ".join(
        row[0] for row in rows(section("### Server → one client")) + rows(section("### Server → room"))
    )
    assert re.search(rf"`{event}`", described), f"{event} is not in docs/protocol.md"


def test_fields_of_the_changes():
    """Every attribute of a meta_change is named."""
    row = next(row for row in rows(section("### Client → server")) if row[0] == "`meta_change`")
    for name in messages.Changes.__struct_fields__:
        assert f"`{name}`" in row[1] + row[2]


@pytest.mark.parametrize("kind", Kind)
def test_kinds(kind):
    """Every kind of frame is in the table with its number, and has a heading."""
    assert [str(kind.value), kind.name] in [row[:2] for row in rows(section("## Frames"))]
    assert re.search(rf"^### .*\b{kind.name}\b", PROTOCOL, re.M), f"{kind.name} has no heading"


def test_no_kind_that_is_not_there():
    """The table of kinds has no others."""
    listed = [row for row in rows(section("## Frames")) if row[0].isdigit() and row[1].isupper()]
    assert len(listed) == len(Kind)


@pytest.mark.parametrize("flag", Flag)
def test_flags(flag):
    """Every flag of a stroke stands there with its number."""
    assert re.search(rf"\b{flag.value} {flag.name}\b", section("### STROKE and MERGED"))


@pytest.mark.parametrize("problem", CLOSE_CODES, ids=lambda problem: problem.__name__)
def test_close_codes(problem):
    """Every code with which a socket is closed has its row."""
    codes = {code for row in rows(section("### Close codes")) for code in re.findall(r"\d{4}", row[0])}
    assert str(CLOSE_CODES[problem]) in codes


def test_no_close_code_that_is_not_there():
    """No row explains a code that is never used."""
    codes = {int(code) for row in rows(section("### Close codes")) for code in re.findall(r"\d{4}", row[0])}
    assert codes - set(CLOSE_CODES.values()) == {1001, 1009}, "Tornado sends these two"


def all_errors(base: type[errors.ClayroomError] = errors.ClayroomError) -> list[type[errors.ClayroomError]]:
    here = [base] if base.__module__ == errors.__name__ else []
    return here + [one for child in base.__subclasses__() for one in all_errors(child)]


@pytest.mark.parametrize("problem", all_errors(), ids=lambda problem: problem.__name__)
def test_error_codes(problem):
    """Every error stands in the tree at the top of rooms/errors.py with its code, to which the protocol page points."""
    assert "rooms/errors.py" in section("### Server → one client")
    line = next(line for line in (errors.__doc__ or "").splitlines() if re.search(rf"[─ ]{problem.__name__}\b", line))
    if problem is not errors.ClayroomError:
        assert problem.code in line.split()


def test_error_codes_are_different():
    """A code names one error."""
    codes = [problem.code for problem in all_errors()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("A message of a client holds at most 256 KiB", wire.MAX_FRAME == 256 * 1024),
        ("a message of the server is at most 1 MiB", wire.MAX_SERVER_MESSAGE == 1024 * 1024),
        (f"shift, 0…{wire.MAX_SHIFT}", True),
        (f"### CURSOR ({wire.CURSOR_SIZE} bytes)", True),
        (f"### RECEIPT ({len(wire.encode_receipt(1, 1, 1, 1))} bytes)", True),
        (f"### CAUGHT_UP ({len(wire.encode_caught_up(1))} bytes)", True),
        (f"### DIGEST ({len(wire.encode_digest(1, 1, 1, 1))} bytes)", True),
    ],
)
def test_numbers(words, number):
    """Limits and sizes on the page are those of the code."""
    assert number and words in " ".join(PROTOCOL.split())
    assert HELD_BYTES_MAX > wire.MAX_SERVER_MESSAGE


def options_of_the_server() -> list[str]:
    return re.findall(r"""^define\("(\w+)\"""", (ROOT / "server.py").read_text(), re.M)


@pytest.mark.parametrize("option", options_of_the_server())
def test_options(option):
    """Every option of server.py is explained in docs/operating.md or the README."""
    pages = [page for page in (ROOT / "docs" / "operating.md", ROOT / "README.md") if page.exists()]
    if len(pages) < 2:
        pytest.skip("docs/operating.md is not written yet")
    assert any(f"--{option}" in page.read_text() or f"`{option}`" in page.read_text() for page in pages)
