"""The whole path of a stroke (decode, check, apply, journal, fan-out) against a bare relay on Node's ``ws``.

Both run on one core, under the same load generator on another, with the same bytes. The relay decodes nothing, keeps nothing
and journals nothing. ``docs/architecture.md`` walks the path; DESIGN.md, section 9, has the recipe of the outbox.

What counts is processor time per *delivery*: one stroke that one other member has received.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from .deployment import TOKENS_AT_ONCE, Deployment, deployment
from .load import Crowd, Measurement
from .machine import OTHER_CORE, SERVER_CORE, cpu_seconds, end, first_line, on_core

HERE = Path(__file__).resolve().parent
#: Strokes a second of one sculptor: a pointer moves once a frame.
RATE = 60.0
#: Vertices of a stroke: 600 bytes.
STROKE_VERTICES = 174
PIECE_VERTICES = 100_000
SMALL = (50, 5)  #: members, sculptors
LARGE = (300, 10)
#: Turns of ws and ours after each other; the medians count.
ROUNDS = 3
#: Members at which the largest room is looked for.
STEPS = (300, 400, 500, 700, 1000)
#: Tries at each measurement: one pause of a busy machine is not the server's.
TRIES = 3
#: Cores that others may take during a measurement.
FOREIGN = 0.15
#: Milliseconds within which 99 of 100 strokes are to arrive.
P99_MS = 50.0
WARM_UP = 1.5  #: seconds
SECONDS = 6.0


@contextmanager
def clayroom_crowd(deployed: Deployment) -> Iterator[Joining]:
    """A room of Clayroom that can be filled."""
    project = deployed.add_sphere(PIECE_VERTICES)
    crowd = Crowd(deployed.port, STROKE_VERTICES, PIECE_VERTICES)
    try:
        with deployed.tokens(project.project) as tokens:
            since = 0

            def join(count: int) -> None:
                nonlocal since
                given = tokens.take(count)
                headers = {"Origin": deployed.origin, "Cookie": tokens.cookie}
                peers = [crowd.connect(f"/p/{project.project}/socket", headers) for _ in given]
                since = crowd.join(peers, project.project, given, since)

            yield Joining("Clayroom", crowd, join, deployed.server_pid, deployed.mongod_pid)
    finally:
        crowd.close()


@contextmanager
def relay_crowd() -> Iterator[Joining]:
    """The same on the bare relay."""
    with on_core(SERVER_CORE):
        process = subprocess.Popen(["node", "relay_ws.mjs"], cwd=HERE, stdout=subprocess.PIPE, text=True)
    try:
        crowd = Crowd(int(first_line(process, "relay_ws.mjs")), STROKE_VERTICES, PIECE_VERTICES)
        try:

            def join(count: int) -> None:
                for _ in range(count):
                    crowd.join_relay(crowd.connect("/", {}))

            yield Joining("ws", crowd, join, process.pid)
        finally:
            crowd.close()
    finally:
        end(process)


class Joining:
    """A room, how more get in (at most ``TOKENS_AT_ONCE`` together), and the processes behind it."""

    def __init__(
        self, name: str, crowd: Crowd, join: Callable[[int], None], pid: int, database: int | None = None
    ) -> None:
        self.crowd = crowd
        self._name = name
        self._join = join
        self._pid = pid
        self._database = database

    def fill(self, members: int) -> None:
        while (lacks := members - len(self.crowd.peers)) > 0:
            self._join(min(lacks, TOKENS_AT_ONCE))

    def measure(self, sculptors: int) -> Measurement:
        database = self._database
        found = self.crowd.measure(
            sculptors,
            RATE,
            warm_up=WARM_UP,
            seconds=SECONDS,
            cpu=lambda: cpu_seconds(self._pid),
            database_cpu=lambda: cpu_seconds(database) if database else 0.0,
        )
        print(f"{self._name:8s} {found.line()}", flush=True)
        return found


def compare(deployed: Deployment, members: int, sculptors: int) -> tuple[Summary, Summary]:
    """The relay's figures and ours, of ``ROUNDS`` turns each."""
    theirs, ours = [], []

    def relay() -> Measurement:
        with relay_crowd() as room:
            room.fill(members)
            return room.measure(sculptors)

    def clayroom() -> Measurement:
        with clayroom_crowd(deployed) as room:
            room.fill(members)
            return room.measure(sculptors)

    for _ in range(ROUNDS):
        theirs.append(undisturbed(relay))
        ours.append(undisturbed(clayroom))
    return Summary(theirs), Summary(ours)


def undisturbed(measure: Callable[[], Measurement]) -> Measurement:
    """The first of ``TRIES`` measurements during which the machine was ours, or else the one with least disturbance."""
    tried = []
    for _ in range(TRIES):
        tried.append(complete(measure()))
        if tried[-1].foreign <= FOREIGN:
            break
    return min(tried, key=lambda one: one.foreign)


def complete(found: Measurement) -> Measurement:
    """``RuntimeError`` if the server threw somebody out, or delivered nothing: then there is nothing to compare."""
    if found.lost or not found.deliveries:
        raise RuntimeError(f"{found.lost} of {found.members} sockets were closed, {found.deliveries} strokes delivered")
    return found


def capacity(deployed: Deployment, sculptors: int) -> tuple[int, list[str]]:
    """The largest room that is delivered whole and in time, and what each step gave."""
    largest = 0
    steps = []
    with clayroom_crowd(deployed) as room:
        for members in STEPS:
            room.fill(members)
            for _ in range(TRIES):
                found = room.measure(sculptors)
                good = found.whole and found.p99_ms < P99_MS
                if good or found.lost:
                    break
            steps.append(f"{members}: {found.p99_ms:.0f} ms{'' if found.whole else ', not whole'}")
            if not good:
                break
            largest = members
    return largest, steps


class Summary:
    """Medians of several measurements of one thing."""

    def __init__(self, found: list[Measurement]) -> None:
        self.cpu_per_delivery = median(one.cpu_per_delivery for one in found)
        self.p99_ms = median(one.p99_ms for one in found)
        self.core = median(one.cpu / one.seconds for one in found)
        self.database = median(one.database_cpu / one.seconds for one in found)
        self.foreign = max(one.foreign for one in found)
        self.in_time = median(min(1.0, one.deliveries / max(1, one.strokes * (one.members - 1))) for one in found)

    def __str__(self) -> str:
        return (
            f"{self.cpu_per_delivery * 1e6:.2f} µs a delivery, {self.in_time:.0%} delivered in time, p99 {self.p99_ms:.1f} ms, "
            f"{self.core:.0%} of a core"
            + (f" and {self.database:.0%} for the database" if self.database else "")
            + (f", DISTURBED: others took up to {self.foreign:.0%} of a core" if self.foreign > FOREIGN else "")
        )


def run() -> list[dict[str, Any]]:
    """The entries for latest.json; prints them and what they were made of."""
    entries: list[dict[str, Any]] = []
    with on_core(OTHER_CORE), deployment() as deployed:
        for (members, sculptors), target in ((SMALL, 0.8), (LARGE, 1.5)):
            theirs, ours = compare(deployed, members, sculptors)
            entries.append(
                {
                    "name": f"fanout_{members}_vs_ws",
                    "value": round(theirs.cpu_per_delivery / ours.cpu_per_delivery, 2),
                    "unit": "times less processor time per delivery",
                    "against": f"bare ws relay: {theirs}; ours: {ours}",
                    "target": target,
                }
            )
        entries.append(
            {
                "name": f"fanout_{LARGE[0]}_p99_ms",
                "value": round(ours.p99_ms, 1),
                "unit": "ms",
                "against": f"ws relay in the same room: {theirs.p99_ms:.1f} ms",
                "target": P99_MS,
            }
        )
        largest, steps = capacity(deployed, LARGE[1])
        entries.append(
            {
                "name": "fanout_capacity",
                "value": largest,
                "unit": f"members with {LARGE[1]} sculpting, delivered whole, p99 below {P99_MS:g} ms",
                "against": f"p99 by members: {'; '.join(steps)}",
                "target": 400,
            }
        )
    for entry in entries:
        print(json.dumps(entry, ensure_ascii=False))
    return entries
