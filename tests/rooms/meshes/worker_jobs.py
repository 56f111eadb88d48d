"""Jobs that misbehave, for the tests of the worker pool. Worker processes import this file by name."""

import os
import signal
import time


def pid() -> int:
    return os.getpid()


def environment() -> dict[str, str]:
    return dict(os.environ)


def die(by: int) -> None:
    os.kill(os.getpid(), by)


def leave(code: int) -> None:
    os._exit(code)


def spin() -> None:
    while True:
        pass


def hang(mark: str) -> None:
    """Says that it has begun by making the file ``mark``, and goes on for ever."""
    with open(mark, "w") as file:
        file.write(str(os.getpid()))
    while True:
        time.sleep(60)


def hoard(size: int) -> int:
    return len(bytes(size))


def fail() -> None:
    raise ZeroDivisionError("an accident")


def echo(value: object) -> object:
    return value


def shout() -> str:
    print("noise on stdout")
    return "quiet"


SIGKILL, SIGSEGV = signal.SIGKILL, signal.SIGSEGV
