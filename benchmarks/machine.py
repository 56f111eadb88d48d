"""The machine under a measurement: its cores, and the time that a process has had on them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")
#: All that this process was allowed when it began.
CORES = tuple(sorted(os.sched_getaffinity(0)))
#: The core of what is measured, and the core of everything else. On a machine of one core they are the same.
SERVER_CORE, OTHER_CORE = CORES[0], CORES[-1]


def cpu_seconds(pid: int) -> float:
    """Processor time of all threads of a process so far, user and system, in steps of 10 ms."""
    # The second field is the command in brackets, which may hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK


def busy_seconds() -> float:
    """Processor time of everything on this machine so far, all cores together."""
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) * _TICK


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """What is started meanwhile, threads included, stays on this core; so does the caller, until the end. None: on any."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, CORES if core is None else {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def first_line(process: subprocess.Popen[str], what: str) -> str:
    """The line with which a server says that it is ready. ``RuntimeError`` if it ends instead."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{what} ended with status {process.wait()} before it was ready")
    return line.strip()


def end(process: subprocess.Popen[str], patience: float = 20.0) -> None:
    """SIGTERM, then SIGKILL."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
