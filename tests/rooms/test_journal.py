"""The journal writer alone, in virtual time: batches, order, flushes, trouble and the fence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tornado.testing import ExpectLog

from rooms import journal as journal_module
from rooms import wire
from rooms.errors import Fenced, StoreUnavailable
from rooms.journal import BARRIER_SPAN, GATHER, RETRY, JournalWriter
from rooms.records import JournalBatch, Role, Snapshot
from rooms.room import MAX_BACKLOG, Room
from tests.fakes import ANN, clay, join_request, member, project_of, run, stroke


class Desk:
    """A room, its writer, and what the writer did."""

    def __init__(self) -> None:
        self.room = Room(project_of(), Snapshot(0, [clay()]), clock=lambda: 0.0)
        self.ann = member(1, ANN, Role.OWNER)
        self.room.join(self.ann, join_request(0, 1))
        self.batches: list[JournalBatch] = []
        self.ids: list[str] = []
        self.written: list[int] = []
        self.troubles: list[bool] = []
        self.fenced = 0
        self.number = 0
        self.problems: list[Exception] = []
        self.gate: asyncio.Event | None = None
        self.writing = 0
        self.writer = JournalWriter(
            self.room, self._append, written=self._written, trouble=self.troubles.append, fenced=self._fence
        )

    def sculpt(self, count: int = 1) -> None:
        for _ in range(count):
            self.number += 1
            self.room.receive(self.ann, stroke(1, self.number))
            self.writer.wake()

    async def _append(self, batch: JournalBatch, batch_id: str) -> None:
        self.ids.append(batch_id)
        self.writing += 1
        assert self.writing == 1, "two batches are in flight"
        try:
            if self.gate is not None:
                await self.gate.wait()
            await asyncio.sleep(0.004)
            if self.problems:
                raise self.problems.pop(0)
            self.batches.append(batch)
        finally:
            self.writing -= 1

    def _written(self, strokes: list[wire.Stroke]) -> None:
        self.written += [one.seq for one in strokes]

    def _fence(self) -> None:
        self.fenced += 1


def at_desk(test: Callable[[Desk], Awaitable[None]]) -> None:
    async def main() -> None:
        desk = Desk()
        await test(desk)
        await desk.writer.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())


def test_strokes_are_gathered():
    """What comes within the gathering time is one batch, contiguous and in order, with its authors."""

    async def test(desk: Desk) -> None:
        for _ in range(5):
            desk.sculpt()
            await asyncio.sleep(GATHER / 10)
        await asyncio.sleep(0.05)
        (batch,) = desk.batches
        assert (batch.seq, batch.count, batch.authors, batch.barrier) == (1, 5, {1: ANN.user}, None)
        assert [wire.parse_stroke(frame).seq for frame in wire.split(batch.frames)] == [1, 2, 3, 4, 5] == desk.written
        assert desk.writer.written_seq == 5

    at_desk(test)


def test_at_most_50_ms_after_arrival():
    """A stroke that just missed a batch is written with the next one, in time."""

    async def test(desk: Desk) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(100):
            desk.sculpt()
            arrived = loop.time()
            while desk.writer.written_seq < desk.number:
                await asyncio.sleep(0.001)
            assert loop.time() - arrived <= 0.05
            await asyncio.sleep(0.0007)

    at_desk(test)


def test_one_batch_in_flight():
    """While one is being written the next gathers, and goes as one when the first is done."""

    async def test(desk: Desk) -> None:
        desk.gate = asyncio.Event()
        desk.sculpt()
        await asyncio.sleep(0.1)
        for _ in range(20):
            desk.sculpt()
            await asyncio.sleep(0.01)
        assert len(desk.ids) == 1 and not desk.written
        desk.gate.set()
        await asyncio.sleep(0.1)
        assert [(batch.seq, batch.count) for batch in desk.batches] == [(1, 1), (2, 20)]

    at_desk(test)


def test_a_batch_has_a_limit(monkeypatch):
    """Much at once is cut into batches that fit a document; a stroke that is larger than the limit goes alone."""
    size = len(stroke(1, 1))
    monkeypatch.setattr(journal_module, "MAX_BATCH", 3 * size + 1)

    async def test(desk: Desk) -> None:
        desk.sculpt(8)
        await asyncio.sleep(0.1)
        assert [(batch.seq, batch.count) for batch in desk.batches] == [(1, 3), (4, 3), (7, 2)]
        monkeypatch.setattr(journal_module, "MAX_BATCH", size - 1)
        desk.sculpt(2)
        await asyncio.sleep(0.1)
        assert [(batch.seq, batch.count) for batch in desk.batches[3:]] == [(9, 1), (10, 1)]

    at_desk(test)


def test_a_flush_does_not_gather():
    """Whoever waits for the journal does not wait for more strokes; nothing to write is no wait at all."""

    async def test(desk: Desk) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await desk.writer.flush()
        assert loop.time() == began
        desk.sculpt(3)
        await desk.writer.flush()
        assert desk.writer.written_seq == 3 and loop.time() - began < GATHER

    at_desk(test)


def test_a_flush_is_for_what_was_accepted():
    """It returns when everything accepted until then is written, also when strokes keep coming."""

    async def test(desk: Desk) -> None:
        desk.gate = asyncio.Event()
        desk.sculpt()
        await asyncio.sleep(0.1)  # one is in flight
        desk.sculpt()
        flush = asyncio.create_task(desk.writer.flush())
        await asyncio.sleep(0)
        desk.gate.set()
        while not flush.done():
            desk.sculpt()
            await asyncio.sleep(0.001)
        assert 2 <= desk.writer.written_seq < desk.room.seq

    at_desk(test)


def test_trouble_is_told_once_and_the_same_batch_is_tried_again():
    """Every attempt carries the same batch and the same id; going away and coming back are told once each."""

    async def test(desk: Desk) -> None:
        desk.problems = [StoreUnavailable("away")] * 4
        desk.sculpt(2)
        await asyncio.sleep(3 * RETRY)
        assert desk.troubles == [True] and desk.writer.in_trouble
        desk.sculpt(1)
        await asyncio.sleep(3 * RETRY)
        assert desk.troubles == [True, False] and not desk.writer.in_trouble
        assert len(set(desk.ids[:5])) == 1 and desk.ids[5] != desk.ids[4]
        assert [(batch.seq, batch.count) for batch in desk.batches] == [(1, 2), (3, 1)]

    at_desk(test)


def test_a_flush_while_the_database_is_away():
    """It fails with the first attempt that fails, and the strokes are written when they can be."""

    async def test(desk: Desk) -> None:
        desk.problems = [StoreUnavailable("away")] * 2
        desk.sculpt()
        with pytest.raises(StoreUnavailable):
            await desk.writer.flush()
        with pytest.raises(StoreUnavailable):
            await desk.writer.flush()
        await desk.writer.flush()
        assert desk.written == [1]

    at_desk(test)


def test_an_unexpected_error():
    """It is logged as what it is, and treated as a database that is away."""

    async def test(desk: Desk) -> None:
        desk.problems = [ValueError("a bug")]
        desk.sculpt()
        with ExpectLog("clayroom.rooms", "Writing the journal"), pytest.raises(StoreUnavailable):
            await desk.writer.flush()
        await desk.writer.flush()
        assert desk.troubles == [True, False] and desk.written == [1]

    at_desk(test)


def test_the_fence():
    """The first refusal by another owner's entry is the last thing that is written."""

    async def test(desk: Desk) -> None:
        desk.problems = [Fenced("another")]
        desk.sculpt()
        with pytest.raises(Fenced):
            await desk.writer.flush()
        assert desk.fenced == 1 and not desk.written and not desk.troubles
        desk.sculpt()
        with pytest.raises(Fenced):
            await desk.writer.flush()
        await asyncio.sleep(10)
        assert len(desk.ids) == 1 and desk.fenced == 1

    at_desk(test)


def test_closing_answers_who_waits():
    """Nobody waits for ever for a journal that is closed."""

    async def test(desk: Desk) -> None:
        desk.gate = asyncio.Event()
        desk.sculpt()
        flush = asyncio.create_task(desk.writer.flush())
        await asyncio.sleep(1)
        await desk.writer.close()
        with pytest.raises(Fenced):
            await flush

    at_desk(test)


def test_a_barrier_spans_all_numbers_that_an_owner_can_have_given_out():
    """More strokes than a barrier has numbers cannot wait unwritten."""
    assert MAX_BACKLOG / len(stroke(1, 1)) < BARRIER_SPAN
