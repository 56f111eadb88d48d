"""Worker processes: a job that dies, hangs, hoards or fails is that job's trouble alone, and nothing stays behind."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rooms import workers
from rooms.errors import MeshError, WorkerError
from rooms.meshes import check_clay, jobs
from rooms.workers import WorkerPool

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data"
DEADLINE = 20.0


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """The workers find the jobs of these tests the way they find the program's: by name."""
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def jobs_here():
    import worker_jobs

    return worker_jobs


def with_pool(test, **options):
    """Run ``test(pool)`` in an event loop of its own, and close the pool whatever happens."""

    async def main():
        pool = WorkerPool(**options)
        try:
            return await asyncio.wait_for(test(pool), DEADLINE)
        finally:
            pids = pool.pids
            await pool.close()
            assert not any(map(is_running, pids))

    return asyncio.run(main())


def is_running(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    return False


async def until(condition):
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await asyncio.sleep(0.01)


def test_import_in_a_worker():
    """A file becomes clay in another process, repairs included; one warm worker does one job after another."""

    async def test(pool):
        await pool.start()
        pids = pool.pids
        path = DATA / "stlmodels_gearwheel_ascii.stl"
        made = await pool.run(jobs.import_file, str(path), "gear.stl")
        check_clay(made)
        assert made.repairs == ["Merged 6,110 duplicate vertices."]
        picture = await pool.run(jobs.render_thumbnail, made.positions, made.triangles, 64)
        assert picture[8:12] == b"WEBP"
        assert pool.pids == pids

    with_pool(test)


def test_refusal_comes_back_as_it_was_raised(tmp_path):
    """A MeshError keeps its type and its sentence, and the worker goes on."""
    path = tmp_path / "a.obj"
    path.write_bytes(b"v 0 0 0\nf 1 2 3\n")

    async def test(pool):
        await pool.start()
        pids = pool.pids
        with pytest.raises(MeshError, match="Line 2 refers to vertex 2; the file has vertices 1 to 1") as caught:
            await pool.run(jobs.import_file, str(path), "a.obj")
        assert type(caught.value) is MeshError
        assert pool.pids == pids

    with_pool(test)


@pytest.mark.parametrize("by", ["SIGKILL", "SIGSEGV"])
def test_worker_killed_by_a_signal(by):
    """Only its job fails, in words, and another worker takes its place."""

    async def test(pool):
        first = await pool.run(jobs_here().pid)
        with pytest.raises(WorkerError, match=f"ended by {by}"):
            await pool.run(jobs_here().die, getattr(signal, by))
        second = await pool.run(jobs_here().pid)
        assert second != first

    with_pool(test)


def test_worker_that_leaves():
    """An exit in the middle of a job is told with its code."""

    async def test(pool):
        with pytest.raises(WorkerError, match="ended with code 7"):
            await pool.run(jobs_here().leave, 7)
        assert await pool.run(jobs_here().echo, "still here") == "still here"

    with_pool(test)


def test_processor_time_is_limited_for_each_job():
    """A job that computes for ever is stopped by the kernel; the limit counts from the job's beginning."""

    async def test(pool):
        with pytest.raises(WorkerError, match="more than 1 seconds of processor time"):
            await pool.run(jobs_here().spin)

    with_pool(test, cpu_seconds=1)


def test_wall_clock_is_limited(tmp_path):
    """A job that waits for ever is stopped as well, and its process is gone."""
    mark = tmp_path / "begun"

    async def test(pool):
        await pool.start()
        with pytest.raises(WorkerError, match="longer than 0.5 seconds"):
            await pool.run(jobs_here().hang, str(mark), timeout=0.5)
        await until(lambda: not is_running(int(mark.read_text())))
        assert await pool.run(jobs_here().echo, 1) == 1

    with_pool(test)


def test_memory_is_limited():
    """A job that asks for too much is refused in words; its worker lives on."""

    async def test(pool):
        await pool.start()
        pids = pool.pids
        with pytest.raises(WorkerError, match="more than 1,024 MiB"):
            await pool.run(jobs_here().hoard, 2 * 2**30)
        assert await pool.run(jobs_here().hoard, 1000) == 1000
        assert pool.pids == pids

    with_pool(test, memory_bytes=2**30)


def test_accident_is_logged_and_told_without_details(caplog):
    """Any other exception is the server's fault: its traceback goes to the log, a plain sentence to the person."""

    async def test(pool):
        with pytest.raises(WorkerError, match="which has been logged") as caught:
            await pool.run(jobs_here().fail)
        assert "accident" not in caught.value.message

    with_pool(test)
    assert "ZeroDivisionError: an accident" in caplog.text
    caplog.clear()


def test_cancelling_kills_the_worker(tmp_path):
    """Who stops waiting stops the work: the process is gone, and the next job finds a place."""
    mark = tmp_path / "begun"

    async def test(pool):
        task = asyncio.create_task(pool.run(jobs_here().hang, str(mark)))
        await until(lambda: mark.exists() and mark.read_text())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: not is_running(int(mark.read_text())))
        assert await pool.run(jobs_here().echo, "next") == "next"

    with_pool(test)


def test_closing_fails_what_is_running(tmp_path):
    """close() ends the job in hand and refuses those after it."""
    mark = tmp_path / "begun"

    async def test(pool):
        task = asyncio.create_task(pool.run(jobs_here().hang, str(mark)))
        await until(lambda: mark.exists() and mark.read_text())
        await pool.close()
        with pytest.raises(WorkerError, match="SIGKILL"):
            await task
        with pytest.raises(WorkerError, match="shutting down"):
            await pool.run(jobs_here().echo, 1)
        assert not is_running(int(mark.read_text()))

    with_pool(test)


def test_jobs_share_the_workers_and_the_queue_has_an_end(monkeypatch):
    """Two workers do many jobs in turn; beyond the queue's length the next one is told that the server is busy."""
    monkeypatch.setattr(workers, "MAX_WAITING", 6)

    async def test(pool):
        answers = await asyncio.gather(*(pool.run(jobs_here().echo, k) for k in range(12)), return_exceptions=True)
        assert answers[:8] == list(range(8))
        assert all(isinstance(answer, WorkerError) and "busy: 6 jobs" in answer.message for answer in answers[8:])
        assert len(pool.pids) <= 2

    with_pool(test, size=2)


def test_arguments_are_limited(monkeypatch):
    """Large inputs belong into files: both numbers are in the message, and no worker is bothered."""
    monkeypatch.setattr(workers, "MAX_REQUEST_BYTES", 1000)

    async def test(pool):
        with pytest.raises(WorkerError, match=r"has 2,0\d\d bytes of arguments; at most 1,000"):
            await pool.run(jobs_here().echo, b"x" * 2000)
        assert pool.pids == []

    with_pool(test)


def test_arrays_come_back_whole_and_stdout_is_harmless():
    """Ten megabytes there and back, and a job that prints does not break the pipe."""

    async def test(pool):
        array = np.arange(2_500_000, dtype=np.int32)
        assert np.array_equal(await pool.run(jobs_here().echo, array), array)
        assert await pool.run(jobs_here().shout) == "quiet"

    with_pool(test)


def test_secrets_stay_with_the_server(monkeypatch):
    """A parser has no use for the server's environment."""
    monkeypatch.setenv("COOKIE_SECRET", "do not tell")

    async def test(pool):
        found = await pool.run(jobs_here().environment)
        assert "COOKIE_SECRET" not in found

    with_pool(test)


def test_workers_die_with_the_server(tmp_path):
    """A server that is killed with SIGKILL in the middle of a job leaves no worker behind."""
    mark = tmp_path / "begun"
    program = (
        "import asyncio, sys, worker_jobs\n"
        "from rooms.workers import WorkerPool\n"
        f"asyncio.run(WorkerPool().run(worker_jobs.hang, {str(mark)!r}))\n"
    )
    path = os.pathsep.join([str(HERE), str(HERE.parents[2])])
    server = subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path})
    try:
        deadline = time.monotonic() + DEADLINE
        while not (mark.exists() and mark.read_text()) and time.monotonic() < deadline:
            time.sleep(0.01)
        worker = int(mark.read_text())
        assert is_running(worker)
    finally:
        server.kill()
        server.wait()
    while is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(worker)
