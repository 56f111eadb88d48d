"""Untrusted text files as arrays: which lines there are, and the numbers of a chosen set of them.

A million lines are found, chosen and parsed by a handful of numpy calls; nothing here loops over lines in Python.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from rooms.errors import MeshError
from rooms.meshes.mesh import Bools, Bytes, Floats, Ints

MAX_LINE_BYTES = 1 << 20
"""Bytes of one line. A polygon of 65,536 corners fits; a file without line ends is not a text file."""

_SPACE = 32


class Lines:
    """The non-blank lines of a text file. Line i is ``buffer[first[i]:stop[i]]``, its leading blanks left out.

    buffer: (bytes,) uint8. start, first, stop, following: (lines,) int64; ``following`` is where the next line starts.
    """

    def __init__(self, text: bytes) -> None:
        if b"\r" in text and b"\n" not in text:
            text = text.replace(b"\r", b"\n")
        if not text.endswith(b"\n"):
            text += b"\n"
        self.buffer: Bytes = np.frombuffer(text, np.uint8)
        stop = np.flatnonzero(self.buffer == 10)
        start = np.concatenate([[0], stop[:-1] + 1])
        first = start.copy()
        pending = np.flatnonzero(first < stop)
        while len(pending):
            pending = pending[self.buffer[first[pending]] <= _SPACE]
            first[pending] += 1
            pending = pending[first[pending] < stop[pending]]
        kept = np.flatnonzero(first < stop)
        self.number: Ints = kept + 1
        self.start: Ints = start[kept]
        self.first: Ints = first[kept]
        self.stop: Ints = stop[kept]
        self.following: Ints = stop[kept] + 1
        longest = int((self.stop - self.start).max(initial=0))
        if longest > MAX_LINE_BYTES:
            raise MeshError(f"A line of the file has {longest:,} bytes; at most {MAX_LINE_BYTES:,} can be read.")

    def __len__(self) -> int:
        return len(self.first)

    def byte(self, offset: int) -> Bytes:
        """(lines,) the byte ``offset`` places after each line's first; a blank where the line has ended."""
        at = self.first + offset
        return np.where(at < self.stop, self.buffer[np.minimum(at, len(self.buffer) - 1)], np.uint8(_SPACE))

    def text(self, line: int) -> bytes:
        """One line without its blanks at both ends."""
        return self.buffer[self.first[line] : self.stop[line]].tobytes().strip()


@dataclass
class Numbers:
    """The numbers of some lines. values: (k,) float64 or int64; counts: (lines,) how many each line has."""

    values: Floats
    counts: Ints

    @property
    def offsets(self) -> Ints:
        """(lines,) where each line's numbers begin in ``values``."""
        return np.cumsum(self.counts) - self.counts

    def columns(self, wanted: int, what: str) -> Floats:
        """(lines, wanted) the first numbers of each line. Raises MeshError for a line that has fewer."""
        if not len(self.counts):
            return np.empty((0, wanted))
        fewest = int(self.counts.min())
        if fewest < wanted:
            raise MeshError(f"A line for {what} has {fewest} numbers; it needs {wanted}.")
        if int(self.counts.max()) == fewest:
            return self.values.reshape(-1, fewest)[:, :wanted]
        columns: Floats = self.values[self.offsets[:, None] + np.arange(wanted)]
        return columns


def numbers(lines: Lines, chosen: Bools, skip: int, what: str, *, cut_at: int | None = None) -> Numbers:
    """The numbers of the chosen lines, without each line's first ``skip`` bytes (its keyword).

    ``cut_at`` is a byte: from it to the end of the token, text is ignored (the ``/2/3`` of an OBJ corner).
    Raises MeshError when something there is not a number.
    """
    index = np.flatnonzero(chosen)
    if not len(index):
        return Numbers(np.empty(0), np.empty(0, np.int64))
    lengths = lines.following[index] - lines.start[index]
    offsets = np.cumsum(lengths) - lengths
    if (
        index[-1] - index[0] + 1 == len(index)
        and int(lengths.sum()) == lines.following[index[-1]] - lines.start[index[0]]
    ):
        text = lines.buffer[lines.start[index[0]] : lines.following[index[-1]]].copy()
    else:
        # Blank lines belong to no line of the table: count each line's bytes and everything up to the next line.
        span = np.diff(lines.start, append=len(lines.buffer))
        keep = np.repeat(chosen, span)
        text = lines.buffer[lines.start[0] :][keep]
        lengths = span[index]
        offsets = np.cumsum(lengths) - lengths
    word = offsets + (lines.first[index] - lines.start[index])
    for k in range(skip):
        text[word + k] = _SPACE
    blank = text <= _SPACE
    if cut_at is not None and (text == cut_at).any():
        place = np.arange(len(text), dtype=np.int32)
        last_cut = np.maximum.accumulate(np.where(text == cut_at, place, np.int32(-1)))
        last_blank = np.maximum.accumulate(np.where(blank, place, np.int32(-1)))
        text[last_cut > last_blank] = _SPACE
        blank = text <= _SPACE
    begins = ~blank
    begins[1:] &= blank[:-1]
    counts = np.add.reduceat(begins, offsets, dtype=np.int64)
    total = int(counts.sum())
    if not total:
        return Numbers(np.empty(0), counts)
    return Numbers(_parse(text, total, what), counts)


def whole(values: Floats, what: str) -> Ints:
    """The values as int64. Raises MeshError when one is not a whole number (or is too large to be one)."""
    if len(values) and not (np.abs(values) < 2**53).all():
        raise MeshError(f"A line for {what} has a number that cannot be an index.")
    indices = values.astype(np.int64)
    if (indices != values).any():
        raise MeshError(f"A line for {what} has {values[indices != values][0]:g} where a whole number must be.")
    return indices


def without_comments(text: bytes) -> bytes:
    """The text with ``#`` and what follows it on a line taken out."""
    return re.sub(rb"#[^\r\n]*", b"", text) if b"#" in text else text


def _parse(text: Bytes, total: int, what: str) -> Floats:
    raw = text.tobytes()
    try:
        # Whole numbers parse six times faster as such; below 2**53 the float64 is the same number.
        is_whole = not any(mark in raw for mark in (b".", b"e", b"E", b"n", b"N"))
        values = np.fromstring(raw, np.int64 if is_whole else np.float64, sep=" ").astype(np.float64)
    except (ValueError, DeprecationWarning):
        values = np.empty(0)
    if len(values) != total:
        raise MeshError(f"A line for {what} has something that is not a number.")
    return values
