"""Worker processes with limits: for work that is long, or that reads what a stranger uploaded.

A job is a module-level function and its arguments; it runs in a fresh interpreter (never a fork of this threaded one), under
limits of memory, processor time and wall-clock time. A worker that dies or passes a limit fails its job and nothing else, and
another takes its place. One is kept warm, with numpy imported, so that a job begins at once.

A frame, both ways, over the worker's stdin and a pipe of its own: the length of the body (8 bytes, little-endian), then the
body, a pickle. The answer's body is a pair: one of OK, REFUSED, FAILED, and the result, the error, or a traceback. The server
unpickles what a worker says: the limits guard against accidents and exhaustion, they are not a sandbox against native code.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import importlib
import logging
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, ParamSpec, TypeVar

from rooms.errors import ClayroomError, WorkerError

log = logging.getLogger(__name__)

MEMORY_BYTES = 4 * 2**30
"""Address space of a worker: an STL of 4 million triangles, the largest import, needs about half of it."""

CPU_SECONDS = 60
"""Processor time of one job: ten times what the largest import takes."""

WALL_SECONDS = 120.0
"""Waiting time for one job, once a worker has it: on a busy machine processor time takes twice as long."""

MAX_REQUEST_BYTES = 128 * 2**20
"""Pickled arguments of one job: the integer positions and triangles of the largest piece are 72 MB."""

MAX_RESULT_BYTES = 256 * 2**20
"""Pickled result of one job: the largest piece with colours is 78 MB."""

MAX_WAITING = 32
"""Jobs that may wait for a worker: at a second each, the last one's person has waited half a minute."""

OK, REFUSED, FAILED = 0, 1, 2

_WARM_UP = "numpy", "rooms.meshes.jobs"
_PR_SET_PDEATHSIG = 1
_LENGTH_BYTES = 8

P = ParamSpec("P")
R = TypeVar("R")


class WorkerPool:
    """Runs jobs in at most ``size`` worker processes. ``await start()`` is optional, ``await close()`` is not."""

    def __init__(self, size: int = 1, *, memory_bytes: int = MEMORY_BYTES, cpu_seconds: int = CPU_SECONDS) -> None:
        self._limits = memory_bytes, cpu_seconds
        self._free = asyncio.Semaphore(size)
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._waiting = 0
        self._closed = False
        # Workers die with the thread that started them (PR_SET_PDEATHSIG), so these threads live as long as the pool.
        # Each worker occupies one while it works, and starting a replacement needs one more.
        self._threads = ThreadPoolExecutor(size + 1, thread_name_prefix="workers")
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pids(self) -> list[int]:
        """The process ids of the living workers."""
        return [worker.pid for worker in (*self._idle, *self._busy)]

    async def start(self) -> None:
        """Start one worker and wait until it is warm, so that the first job need not."""
        if not self._idle and not self._closed:
            worker = await asyncio.get_running_loop().run_in_executor(self._threads, self._warm_worker)
            self._keep(worker)

    async def run(self, function: Callable[P, R], *args: Any, timeout: float = WALL_SECONDS) -> R:
        """What ``function(*args)`` returns, worked out in a worker process. Cancelling the await kills the worker.

        ``function`` must be importable by name, ``args`` and the result picklable; hand large inputs over as file names.
        Raises the ClayroomError that the function raised; WorkerError when the worker died, passed a limit or is not to be
        had, and when the function failed in another way (the traceback is logged).
        """
        request = _request(function, args)
        if self._waiting >= MAX_WAITING:
            raise WorkerError(f"The server is busy: {self._waiting} jobs are waiting already. Try again in a minute.")
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            result: R = await self._run(request, timeout)
            return result
        finally:
            self._free.release()

    async def close(self) -> None:
        """End all workers; jobs that are running fail. Nothing is left when this returns."""
        self._closed = True
        for worker in (*self._idle, *self._busy):
            worker.kill()
        for task in list(self._tasks):
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        for worker in (*self._idle, *self._busy):
            worker.kill()
            worker.reap()
        self._idle.clear()

    async def _run(self, request: bytes, timeout: float) -> Any:
        if self._closed:
            raise WorkerError("The server is shutting down.")
        loop = asyncio.get_running_loop()
        worker = self._idle.pop() if self._idle else _Worker(self._limits)
        self._busy.add(worker)
        call = loop.run_in_executor(self._threads, worker.call, request)
        try:
            done, _ = await asyncio.wait([call], timeout=timeout)
            if not done:
                raise WorkerError(f"The work took longer than {timeout:g} seconds and was stopped.")
            kind, value = call.result()
        except BaseException:
            # Also on cancellation: the worker is in the middle of a job that nobody waits for any more.
            worker.kill()
            call.add_done_callback(lambda _: worker.reap())
            raise
        finally:
            self._busy.discard(worker)
            if worker.is_alive:
                self._keep(worker)
            elif not self._closed:
                self._replace()
        if kind == OK:
            return value
        if kind == REFUSED:
            raise value
        log.error("a job failed in its worker process:\n%s", value)
        raise WorkerError("The work failed because of an error in the server, which has been logged.")

    def _keep(self, worker: _Worker) -> None:
        if self._closed:
            worker.kill()
            worker.reap()
        else:
            self._idle.append(worker)

    def _replace(self) -> None:
        """Start a warm worker in the background, unless there is one."""
        if not self._idle and not self._tasks:
            task = asyncio.get_running_loop().create_task(self._warm_up())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _warm_up(self) -> None:
        try:
            worker = await asyncio.get_running_loop().run_in_executor(self._threads, self._warm_worker)
        except (WorkerError, OSError, RuntimeError) as error:
            log.warning("no worker process could be started: %s", error)
        else:
            self._keep(worker)

    def _warm_worker(self) -> _Worker:
        worker = _Worker(self._limits)
        kind, value = worker.call(_request(_nothing, ()))
        if kind != OK:
            raise WorkerError(f"A worker process does not work: {value}")
        return worker


class _Worker:
    """One process, seen from the thread that talks to it. ``kill`` may be called from any thread."""

    def __init__(self, limits: tuple[int, int]) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: BinaryIO | None = None
        self._killed = False

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    @property
    def is_alive(self) -> bool:
        return not self._killed and self._process is not None and self._process.poll() is None

    def call(self, request: bytes) -> tuple[int, Any]:
        """Blocks for the answer. A worker that dies first answers REFUSED, too: nobody may be left to catch an exception."""
        try:
            self._start()
            assert self._process is not None and self._process.stdin is not None and self._answers is not None
            self._process.stdin.write(len(request).to_bytes(_LENGTH_BYTES, "little"))
            self._process.stdin.write(request)
            self._process.stdin.flush()
            answer = _read_frame(self._answers, MAX_RESULT_BYTES)
            kind, value = pickle.loads(answer)
            return kind, value
        except WorkerError as error:
            return REFUSED, error
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            # A process that broke the protocol may be alive and well; one that closed its pipe is about to end by itself,
            # and what it died of is worth knowing.
            if isinstance(error, (ValueError, pickle.UnpicklingError)):
                self.kill()
            epitaph = self._epitaph(error)
            self.kill()
            return REFUSED, WorkerError(epitaph)
        finally:
            if self._killed:
                self.reap()

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process is not None and self._process.returncode is None:
                self._process.send_signal(signal.SIGKILL)

    def reap(self) -> None:
        """Wait for the killed process and close its pipes."""
        if self._process is not None:
            self._process.wait()
            if self._process.stdin is not None:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
        if self._answers is not None:
            self._answers.close()

    def _start(self) -> None:
        with self._lock:
            if self._killed:
                raise WorkerError("The work was stopped.")
            if self._process is not None:
                return
            reader, writer = os.pipe()
            program = f"from rooms.workers import serve; serve({writer}, {self._limits[0]}, {self._limits[1]})"
            # One thread is enough for these arrays, and every other one would reserve memory under the limit.
            quiet = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "CLAYROOM_PARENT": str(os.getpid())}
            root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
            path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", program],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[writer],
                    env={**_bare_environment(), **quiet, "PYTHONPATH": path},
                )
            except BaseException:
                os.close(reader)
                raise
            finally:
                os.close(writer)
            self._answers = os.fdopen(reader, "rb")

    def _epitaph(self, error: Exception) -> str:
        """Why the process is dead, for people. Waits for its end: its pipe has closed, or it was killed."""
        if self._process is None:
            return f"No worker process could be started: {error}"
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return f"The work needed more than {self._limits[1]} seconds of processor time and was stopped."
        if code < 0:
            return f"The worker process was ended by {signal.Signals(-code).name}; the work can be tried again."
        return f"The worker process ended with code {code}; the work can be tried again."


# The worker's side


def serve(answers: int, memory_bytes: int, cpu_seconds: int) -> None:
    """The main function of a worker process: jobs from stdin, answers to the file descriptor ``answers``, until stdin ends."""
    _die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Ctrl-C in a terminal reaches the whole group; the server decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(answers, "wb") as out, sys.stdin.buffer as requests:
        while True:
            try:
                request = _read_frame(requests, MAX_REQUEST_BYTES)
            except EOFError:
                return
            _allow_cpu(cpu_seconds)
            body = _answer(request, memory_bytes)
            out.write(len(body).to_bytes(_LENGTH_BYTES, "little"))
            out.write(body)
            out.flush()
            del request, body


def _answer(request: bytes, memory_bytes: int) -> bytes:
    try:
        module, name, args = pickle.loads(request)
        value = getattr(importlib.import_module(module), name)(*args)
        body = pickle.dumps((OK, value), protocol=5)
        if len(body) > MAX_RESULT_BYTES:
            raise WorkerError(f"The result has {len(body):,} bytes; at most {MAX_RESULT_BYTES:,} can be handed back.")
        return body
    except ClayroomError as error:
        error.__traceback__ = error.__cause__ = error.__context__ = None
        return pickle.dumps((REFUSED, error), protocol=5)
    except MemoryError:
        refusal = WorkerError(f"The work needs more than {memory_bytes // 2**20:,} MiB of memory.")
        return pickle.dumps((REFUSED, refusal), protocol=5)
    except Exception:
        return pickle.dumps((FAILED, traceback.format_exc()), protocol=5)


def _allow_cpu(seconds: int) -> None:
    """Let the process use ``seconds`` more of processor time than it has used; then the kernel ends it with SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, resource.RLIM_INFINITY))


def _die_with_parent() -> None:
    """End with the server, also when it is killed in the middle of our job. Idle workers see the end of stdin anyway."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(os.environ["CLAYROOM_PARENT"]):
            # The server died before we asked.
            sys.exit(1)


def _nothing() -> None:
    for module in _WARM_UP:
        importlib.import_module(module)


# Frames


def _request(function: Callable[..., Any], args: tuple[Any, ...]) -> bytes:
    body = pickle.dumps((function.__module__, function.__qualname__, args), protocol=5)
    if len(body) > MAX_REQUEST_BYTES:
        raise WorkerError(f"The job has {len(body):,} bytes of arguments; at most {MAX_REQUEST_BYTES:,} can be sent.")
    return body


def _read_frame(stream: BinaryIO, most: int) -> bytes:
    """The body of one frame. Raises EOFError when the stream ends first, ValueError when the frame is larger than ``most`` bytes."""
    head = stream.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        raise EOFError("the pipe was closed")
    length = int.from_bytes(head, "little")
    if length > most:
        raise ValueError(f"a frame of {length:,} bytes; at most {most:,} are allowed")
    body = stream.read(length)
    if len(body) < length:
        raise EOFError(f"a frame of {length:,} bytes ended after {len(body):,}")
    return body


def _bare_environment() -> dict[str, str]:
    """What an interpreter needs. The cookie secret and the database's password are nothing a parser should find."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ}
