"""Writing the journal: what the room accepted goes to the database in ordered batches, one in flight at a time."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

from .errors import Fenced, StoreUnavailable
from .records import JournalBatch
from .room import Room
from .wire import Stroke

logger = logging.getLogger("clayroom.rooms")

#: Seconds that the writer gathers strokes before it writes: a stroke goes to the database within 50 ms, and a batch that is
#: in flight when it arrives takes about 5 of them. Each batch costs a millisecond of processor time, whatever it holds.
GATHER = 0.045
#: Bytes of one batch: far below the 16 MB of a document, and several frames of the largest kind.
MAX_BATCH = 4 * 1024 * 1024
#: Seconds between attempts while the database is away.
RETRY = 0.5
#: Sequence numbers that a barrier takes. A room that dies has relayed strokes that never reached the journal, and a
#: replica that has them must be recognised by its number; the next owner therefore starts behind all numbers that the
#: last one can have given out (``MAX_BACKLOG`` bytes of the smallest strokes are 0.96 million).
BARRIER_SPAN = 2**20

Append = Callable[[JournalBatch, str], Awaitable[None]]


class JournalWriter:
    """Takes entries from a room and writes them until told to stop.

    ``append`` writes one batch; ``written`` hears of each run of strokes that is in the database; ``trouble`` hears
    True when the database goes away and False when it is back; ``fenced`` hears that another owner has the room.
    """

    def __init__(
        self,
        room: Room,
        append: Append,
        *,
        written: Callable[[list[Stroke]], None],
        trouble: Callable[[bool], None],
        fenced: Callable[[], None],
        gather: float = GATHER,
        retry: float = RETRY,
    ) -> None:
        self._room = room
        self._append = append
        self._written = written
        self._trouble = trouble
        self._fenced = fenced
        self._gather = gather
        self._retry = retry
        self._wake = asyncio.Event()
        self._hurry = asyncio.Event()
        self._flushes: list[tuple[int, asyncio.Future[None]]] = []
        self.written_seq = room.seq
        #: whether the last attempt failed
        self.in_trouble = False
        self._task = asyncio.create_task(self._run(), name=f"journal of {room.project.project}")

    def wake(self) -> None:
        """The room has new entries."""
        self._wake.set()

    async def flush(self) -> None:
        """Returns when everything accepted so far is in the database.

        Raises ``StoreUnavailable`` as soon as an attempt fails, ``Fenced`` if another owner has the room.
        """
        if self._task.done():
            raise Fenced("this room's journal is closed")
        if self.written_seq >= self._room.seq:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._flushes.append((self._room.seq, done))
        self._hurry.set()
        self._wake.set()
        await done

    async def close(self) -> None:
        """Stops without writing what is left: ``flush`` first, unless the room is lost."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._settle(Fenced("this room's journal is closed"))

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if not self._hurry.is_set():
                await self._linger()
            self._hurry.clear()
            entries = self._room.take_entries()
            while entries:
                run = _first_batch(entries)
                entries = entries[len(run) :]
                try:
                    await self._write(run)
                except Fenced:
                    self._fenced()
                    self._settle(Fenced("another process has taken this room over"))
                    return
                self.written_seq = run[-1].seq
                self._written(run)
                self._settle(None)

    async def _linger(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), self._gather)

    async def _write(self, run: list[Stroke]) -> None:
        batch = JournalBatch(
            seq=run[0].seq,
            count=len(run),
            frames=b"".join(stroke.frame for stroke in run),
            authors=self._room.authors(run),
        )
        batch_id = secrets.token_urlsafe(12)
        while True:
            try:
                await self._append(batch, batch_id)
            except Fenced:
                raise
            except Exception as problem:
                if not isinstance(problem, StoreUnavailable):
                    # Whatever it was: giving up would lose the work of everyone in the room.
                    logger.exception("Writing the journal of %s failed", self._room.project.project)
                    problem = StoreUnavailable("the database did not take what was made")
                if not self.in_trouble:
                    self.in_trouble = True
                    self._trouble(True)
                self._settle(problem)
                await asyncio.sleep(self._retry)
            else:
                if self.in_trouble:
                    self.in_trouble = False
                    self._trouble(False)
                return

    def _settle(self, problem: Exception | None) -> None:
        """Answers the flushes: those that are written, or all of them with ``problem``."""
        waiting = []
        for seq, done in self._flushes:
            if done.done():
                continue
            if problem is not None:
                done.set_exception(problem)
            elif seq <= self.written_seq:
                done.set_result(None)
            else:
                waiting.append((seq, done))
        self._flushes = waiting


def _first_batch(entries: list[Stroke]) -> list[Stroke]:
    size = 0
    for index, stroke in enumerate(entries):
        size += len(stroke.frame)
        if size > MAX_BATCH and index:
            return entries[:index]
    return entries
