"""The arithmetic of waiting."""

from __future__ import annotations

import pytest

from rooms.errors import Conflict, NotLoggedIn, StoreUnavailable, TooFast
from rooms.throttle import FORGET_SECONDS, MAX_WAIT_SECONDS, Throttle, network_of, wait_after


@pytest.mark.parametrize(
    ("tries", "wait"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (16, 900), (10**9, 900)]
)
def test_waits_double_up_to_a_quarter_of_an_hour(tries: int, wait: float) -> None:
    """Five tries are free; after the fifth wrong one there is a wait of one second, and so on."""
    assert wait_after(tries) == wait


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_network_counts_as_one(ip: str, network: str) -> None:
    """Whoever has one address of 64 bits of network has them all."""
    assert network_of(ip) == network


def fail(throttle: Throttle, now: float, *keys: str) -> None:
    with pytest.raises(NotLoggedIn), throttle.trying(list(keys), now):
        raise NotLoggedIn("wrong")


def test_the_sixth_try_waits() -> None:
    """Five at once, then only when the wait is over; being refused does not count."""
    throttle = Throttle()
    for _ in range(5):
        fail(throttle, 0, "ada")
    for now in (0, 0.5, 0.999):
        with pytest.raises(TooFast, match="wait 1 s"):
            throttle.begin(["ada"], now)
    fail(throttle, 1, "ada")
    with pytest.raises(TooFast, match="wait 2 s"):
        throttle.begin(["ada"], 1)
    throttle.begin(["bob"], 1)


def test_a_refused_try_counts_for_no_key() -> None:
    """An account that has to wait does not use up the tries of its network."""
    throttle = Throttle()
    for _ in range(5):
        fail(throttle, 0, "ada")
    for _ in range(20):
        with pytest.raises(TooFast):
            throttle.begin(["network", "ada"], 0)
    throttle.begin(["network"], 0)


def test_only_wrong_tries_count() -> None:
    """What was right, and what was never checked because the database was away, is taken back."""
    throttle = Throttle()
    for _ in range(20):
        with throttle.trying(["ada"], 0):
            pass
        with pytest.raises(StoreUnavailable), throttle.trying(["ada"], 0):
            raise StoreUnavailable("away")
    for _ in range(5):
        with pytest.raises(Conflict), throttle.trying(["ada"], 0):
            raise Conflict("taken")
    with pytest.raises(TooFast):
        throttle.begin(["ada"], 0)


def test_tries_at_once_are_counted_before_they_are_checked() -> None:
    """Asking many times in parallel gains nothing."""
    throttle = Throttle()
    for _ in range(5):
        throttle.begin(["ada"], 0)
    with pytest.raises(TooFast):
        throttle.begin(["ada"], 0)


def test_it_is_forgotten() -> None:
    """At once when the right person comes, and after an hour of peace; never is an account locked for good."""
    throttle = Throttle()
    now = 0.0
    for count in range(1, 31):
        fail(throttle, now, "ada")
        last, now = now, now + wait_after(count)
    with pytest.raises(TooFast, match=f"wait {MAX_WAIT_SECONDS:.0f} s"):
        throttle.begin(["ada"], last)
    later = last + FORGET_SECONDS
    for _ in range(5):
        fail(throttle, later, "ada")
    with pytest.raises(TooFast, match="wait 1 s"):
        throttle.begin(["ada"], later)
    throttle.forget("ada")
    throttle.begin(["ada"], later)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of addresses pushes out the oldest, not everything."""
    monkeypatch.setattr("rooms.throttle.MAX_KEYS", 10)
    throttle = Throttle()
    for number in range(100):
        fail(throttle, 0, f"address {number}")
    assert list(throttle._tries) == [f"address {number}" for number in range(90, 100)]
