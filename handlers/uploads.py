"""The files on their way in: on disk while they come, counted per person, gone when their request ends."""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path
from typing import BinaryIO

from rooms.errors import TooFast, TooLarge

#: Imports of one person at the same time: each may hold 256 MiB of disk and a worker for a minute.
IMPORTS_PER_USER = 3


class Imports:
    """The uploads under way: files in ``folder`` that are removed when their request ends, counted per person."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: Counter[str] = Counter()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.iterdir():  # by a server that was killed
            left.unlink(missing_ok=True)

    def begin(self, user: str, most: int) -> Upload:
        """For at most ``most`` bytes. Raises TooFast when this person has `IMPORTS_PER_USER` under way."""
        if self.running[user] >= IMPORTS_PER_USER:
            raise TooFast(
                f"{self.running[user]} imports of yours are running; at most {IMPORTS_PER_USER} may at a time."
            )
        self.running[user] += 1
        return Upload(self, user, most)

    def scratch(self) -> Path:
        """A new path in the folder; whoever asks removes the file."""
        return self.folder / secrets.token_urlsafe(16)


class Upload:
    """One file on its way in. ``close`` removes it; calling it again does nothing."""

    def __init__(self, imports: Imports, user: str, most: int) -> None:
        self.imports = imports
        self.most = most
        self.user = user
        self.size = 0
        self.path = imports.scratch()
        self.file: BinaryIO | None = self.path.open("xb")

    def write(self, chunk: bytes) -> None:
        """Counts what came, whatever was announced, and keeps it up to the limit."""
        self.size += len(chunk)
        if self.file and self.size <= self.most:
            self.file.write(chunk)

    def finish(self) -> None:
        """Everything has come: to the file with it, so that another process can read it. Raises TooLarge."""
        check_size(self.size, self.most)
        if self.file:
            self.file.flush()

    def close(self) -> None:
        if self.file:
            self.file.close()
            self.file = None
            self.path.unlink(missing_ok=True)
            self.imports.running[self.user] -= 1
            self.imports.running += Counter()  # drops those at zero


def check_size(size: int, most: int) -> None:
    if size > most:
        raise TooLarge(f"The file has {size:,} bytes or more; at most {most:,} are taken.")
