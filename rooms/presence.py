"""Who is here: the members of a room, their colours, and how fast each may send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .errors import RoomFull, TooFast
from .records import Role, User
from .wire import client_to_text

#: Members of one room: what one process delivers 60 Hz strokes of ten sculptors to within 50 ms (benchmarks/fanout.py).
MAX_MEMBERS = 1_000
#: Stroke and cursor frames a second that a member may send for long, and at once after a pause. A hand makes 25–60 a
#: second; the rest is for sending what was made offline.
MAX_FRAMES_PER_SECOND = 240.0
MAX_FRAMES_AT_ONCE = 480.0
#: Bytes likewise: a 10 % brush on 500k vertices at 25 flushes a second is 4 MB/s.
MAX_BYTES_PER_SECOND = 4.0 * 1024 * 1024
MAX_BYTES_AT_ONCE = 16.0 * 1024 * 1024
#: Views likewise; those beyond are dropped, and nobody is closed: a camera that turns is seen in steps.
MAX_VIEWS_PER_SECOND = 4.0
MAX_VIEWS_AT_ONCE = 8.0
#: Control messages likewise: people press buttons, not machines.
MAX_CONTROLS_PER_SECOND = 10.0
MAX_CONTROLS_AT_ONCE = 40.0

#: Told apart on clay, on light and dark grounds, and by most colour-blind eyes (Okabe & Ito, 2008, lightened).
COLOURS = ("#4aa3df", "#e69f00", "#2fb68b", "#d55e8a", "#b59be6", "#d8c02f", "#e0734a", "#57c4d6")

#: a frame's bytes; `Member` has a bucket of the name
Frame = bytes


class Bucket:
    """A token bucket: ``rate`` a second for long, ``burst`` at once."""

    __slots__ = ("burst", "left", "rate", "seen")

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self.left = burst
        self.seen: float | None = None

    def take(self, amount: float, now: float) -> bool:
        """False when there is not enough; nothing is taken then. ``now`` in seconds, never going back."""
        if self.seen is not None:
            self.left = min(self.burst, self.left + (now - self.seen) * self.rate)
        self.seen = now
        if amount > self.left:
            return False
        self.left -= amount
        return True


@dataclass(slots=True)
class Member:
    """One client in a room. ``mine`` are the clients whose stroke frames it may send: its own and adopted ones."""

    client: int
    user: User
    session: str
    role: Role
    colour: str = ""
    mine: set[int] = field(default_factory=set)
    frames: Bucket = field(default_factory=lambda: Bucket(MAX_FRAMES_PER_SECOND, MAX_FRAMES_AT_ONCE))
    bytes: Bucket = field(default_factory=lambda: Bucket(MAX_BYTES_PER_SECOND, MAX_BYTES_AT_ONCE))
    views: Bucket = field(default_factory=lambda: Bucket(MAX_VIEWS_PER_SECOND, MAX_VIEWS_AT_ONCE))
    #: the newest VIEW frame as the others have it, for who comes later
    view: Frame | None = None
    controls: Bucket = field(default_factory=lambda: Bucket(MAX_CONTROLS_PER_SECOND, MAX_CONTROLS_AT_ONCE))

    def spend(self, size: int, now: float) -> None:
        """Raises ``TooFast`` when a binary message of ``size`` bytes is more than the member may send now."""
        if not self.frames.take(1, now):
            raise TooFast(f"more than {MAX_FRAMES_PER_SECOND:.0f} frames a second")
        if not self.bytes.take(size, now):
            raise TooFast(f"more than {MAX_BYTES_PER_SECOND / 2**20:.0f} MiB a second")

    def spend_control(self, now: float) -> None:
        if not self.controls.take(1, now):
            raise TooFast(f"more than {MAX_CONTROLS_PER_SECOND:.0f} control messages a second")

    def card(self) -> dict[str, str]:
        """What the others see."""
        return {
            "client": client_to_text(self.client),
            "name": self.user.name,
            "colour": self.colour,
            "role": str(self.role),
        }


class Members:
    """The members of one room by client id: the only place that knows who is in it."""

    def __init__(self, limit: int = MAX_MEMBERS) -> None:
        self.limit = limit
        self._by_client: dict[int, Member] = {}

    def __len__(self) -> int:
        return len(self._by_client)

    def __iter__(self) -> Iterator[Member]:
        return iter(list(self._by_client.values()))

    def __contains__(self, client: int) -> bool:
        return client in self._by_client

    def get(self, client: int) -> Member | None:
        return self._by_client.get(client)

    def add(self, member: Member) -> None:
        """Raises ``RoomFull`` with the limit. Gives the member its person's colour, or the least used one."""
        if len(self._by_client) >= self.limit:
            raise RoomFull(f"this room is full: it holds {self.limit} people")
        member.colour = self._colour_for(member.user.user)
        self._by_client[member.client] = member

    def remove(self, client: int) -> Member | None:
        return self._by_client.pop(client, None)

    def _colour_for(self, user: str) -> str:
        uses = dict.fromkeys(COLOURS, 0)
        for member in self._by_client.values():
            if member.user.user == user:
                return member.colour
            uses[member.colour] += 1
        return min(COLOURS, key=uses.__getitem__)
