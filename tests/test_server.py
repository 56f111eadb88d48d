"""The server as a process: it says where it is, serves, and ends in order."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import greeting, own_names

ROOT = Path(__file__).resolve().parents[1]
#: Seconds for a start with a new database, or an end, on a busy machine.
PATIENCE = 60


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(ROOT / "server.py"), "--port=0", f"--data={tmp_path / 'data'}"]
    # Its own session, so that a signal to its group is what Ctrl-C in a terminal is.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"Clayroom is ready: (http://127\.0\.0\.1:\d+)\n", line)
    assert found, line
    return found[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_start_and_end(server: subprocess.Popen[str], number: signal.Signals, tmp_path: Path) -> None:
    """One clear line when it is ready; after the signal exit 0, no child left, and no noise."""
    url = address(server)
    with urllib.request.urlopen(url + "/healthz") as answer:
        assert answer.status == 200
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    assert children
    os.killpg(server.pid, number)
    assert server.wait(PATIENCE) == 0
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert server.stderr is not None
    assert "Traceback" not in server.stderr.read()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_port_in_use(server: subprocess.Popen[str], tmp_path: Path) -> None:
    """What stands in the way is said in one line."""
    port = address(server).rpartition(":")[2]
    command = [sys.executable, str(ROOT / "server.py"), f"--port={port}", f"--data={tmp_path / 'other'}"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert second.returncode == 1
    assert second.stderr.startswith("Clayroom can not start: ") and "in use" in second.stderr
    assert "Traceback" not in second.stderr


def test_names() -> None:
    """Alone on a machine it answers to that machine's own names only; open to the network, to those of the network too."""
    assert own_names("127.0.0.1") == ["localhost", "127.0.0.1", "::1"]
    assert set(own_names("127.0.0.1")) < set(own_names("0.0.0.0"))
    assert "192.168.7.7" in own_names("192.168.7.7")
    assert "0.0.0.0" not in own_names("0.0.0.0")


def test_greeting() -> None:
    """An address that can be clicked."""
    assert greeting("127.0.0.1", 8888) == "Clayroom is ready: http://127.0.0.1:8888"
    assert greeting("::1", 80).endswith("http://[::1]:80")
    assert greeting("0.0.0.0", 8888).startswith("Clayroom is ready: http://localhost:8888")
