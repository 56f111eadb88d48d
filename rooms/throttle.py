"""Slowing down whoever guesses: a few free tries, then waits that double. Pure arithmetic over a given time."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rooms.errors import Conflict, NotLoggedIn, TooFast

#: Wrong tries before the first wait: people mistype, and forget which of their passwords it was.
FREE_TRIES = 5
#: Seconds of the longest wait. No account is ever locked for good, or anybody could lock it.
MAX_WAIT_SECONDS = 15 * 60.0
#: Seconds after the last wrong try when it is all forgotten.
FORGET_SECONDS = 60 * 60.0
#: Keys remembered at once, about 20 MB; beyond it the one that tried the longest time ago is forgotten.
MAX_KEYS = 100_000


@dataclass(slots=True)
class _Tries:
    count: int
    last: float


def wait_after(tries: int) -> float:
    """Seconds to wait after so many wrong tries: 0 for the first four, then 1, 2, 4, … 900."""
    if tries < FREE_TRIES:
        return 0.0
    return float(min(2.0 ** min(tries - FREE_TRIES, 20), MAX_WAIT_SECONDS))


def network_of(ip: str) -> str:
    """What one person can hold of addresses: one IPv4 address, or an IPv6 network of 64 bits."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)


class Throttle:
    """Counts tries by key. A try is counted before it is checked, so that many at once gain nothing."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    @contextmanager
    def trying(self, keys: list[str], now: float) -> Iterator[None]:
        """Around a check. It counts as a wrong try if it ends in ``NotLoggedIn`` or ``Conflict``, and not otherwise."""
        self.begin(keys, now)
        try:
            yield
        except (NotLoggedIn, Conflict):
            raise
        except BaseException:
            self._refund(keys)
            raise
        else:
            self._refund(keys)

    def begin(self, keys: list[str], now: float) -> None:
        """Count a try for every key, or raise ``TooFast`` and count none. ``now`` in seconds of any steady clock."""
        wait = max(self._wait(key, now) for key in keys)
        if wait > 0:
            raise TooFast(f"too many tries; wait {-int(-wait // 1)} s")
        for key in keys:
            tries = self._tries.pop(key, None)
            count = tries.count if tries is not None and now - tries.last < FORGET_SECONDS else 0
            self._tries[key] = _Tries(count + 1, now)
        while len(self._tries) > MAX_KEYS:
            self._tries.popitem(last=False)

    def forget(self, key: str) -> None:
        """The right person has come: all tries for this key are forgiven."""
        self._tries.pop(key, None)

    def _refund(self, keys: list[str]) -> None:
        for key in keys:
            tries = self._tries.get(key)
            if tries is not None:
                tries.count -= 1
                if tries.count <= 0:
                    del self._tries[key]

    def _wait(self, key: str, now: float) -> float:
        tries = self._tries.get(key)
        return 0.0 if tries is None else tries.last + wait_after(tries.count) - now
