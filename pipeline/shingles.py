"""Texts as sets of word runs, and how much of one set stands in another."""

from __future__ import annotations

import copy
import re
import tempfile
import weakref
import zlib
from array import array
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

# Containment that makes a copy under any discount: of the pool's pairs alike by an outlet's appeal alone, the closest
# have 0.52.
_COPY = 0.65
# What more texts than this have in common is some outlet's standing text, never a story.
_STANDING = 1000
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))

_WORD = re.compile(r"\w+(?:'\w+)*")

_IN_MEMORY = 4 << 20  # bytes of lists that need no file
_SLICE = 1_000_000  # shingles counted at a time

Shingles = NDArray[np.uint32]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("’", "'"))


def count_words(text: str) -> int:
    """Return the number of words."""
    return len(_words(text))


def shingles(text: str, size: int) -> Shingles:
    """Return the sorted 32-bit hashes of every run of ``size`` words; a shorter text is one run; no words, none.

    Examples
    --------
    >>> len(shingles("a ban, they said, would cost us all", size=3))
    6
    >>> bool((shingles("“Don’t wait”", 3) == shingles("don't wait", 3)).all())
    True
    """
    words = [zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in _words(text)]
    if not words:
        return np.empty(0, dtype=np.uint32)
    codes = np.array(words, dtype=np.uint64)
    runs = max(len(codes) - size + 1, 1)
    mixed = np.zeros(runs, dtype=np.uint64)
    for offset in range(min(size, len(codes))):
        mixed = (mixed + codes[offset : offset + runs] + np.uint64(1)) * _MIX[0]
        mixed ^= mixed >> np.uint64(29)
    return np.unique(((mixed * _MIX[1]) >> np.uint64(32)).astype(np.uint32))


class NumberLists:
    """Arrays of 32-bit numbers on disk, in a file without a name; in memory, eight bytes for each.

    A view of some of them (``only``) reads from the same file.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed below
        self._ends = array("q", [0])
        self._chosen: NDArray[np.int64] | None = None
        self._whole: Self | None = None
        """What a view is of: the file closes with it."""
        self._close = weakref.finalize(self, self._file.close)

    def append(self, numbers: NDArray[np.uint32]) -> None:
        """Add one array."""
        self._file.seek(self._ends[-1])
        self._file.write(numbers.tobytes())
        self._ends.append(self._ends[-1] + numbers.nbytes)

    def only(self, chosen: NDArray[np.int64]) -> Self:
        """Return a view of the arrays of these numbers."""
        view = copy.copy(self)
        view._chosen, view._whole = chosen, self
        return view

    def lengths(self) -> NDArray[np.int64]:
        """Return the lengths of all arrays."""
        return np.diff(np.array(self._ends)) // 4

    def __len__(self) -> int:
        return len(self._ends) - 1 if self._chosen is None else len(self._chosen)

    def __getitem__(self, number: int) -> NDArray[np.uint32]:
        at = number if self._chosen is None else int(self._chosen[number])
        start, end = self._ends[at], self._ends[at + 1]
        self._file.seek(start)
        return np.frombuffer(self._file.read(end - start), dtype=np.uint32)

    def __iter__(self) -> Iterator[NDArray[np.uint32]]:
        return map(self.__getitem__, range(len(self)))


class Containment:
    """Says whether two sets hold a threshold's share of the smaller one in common.

    Parameters
    ----------
    sets
        Every text's shingles.
    threshold
        Least containment, in (0, 1].
    discount
        Weigh a shingle found in ``n`` >= 3 sets by 1 / (n - 1).
    """

    def __init__(self, sets: NumberLists, threshold: float, *, discount: bool) -> None:
        self.sets, self._threshold, self._discount = sets, threshold, discount
        self._common, counts = _common(sets) if discount else (np.empty(0, np.uint32), np.empty(0, np.int64))
        self._weights = 1.0 / (counts - 1)
        self._standing = self._common[counts > _STANDING]
        self._totals = np.fromiter((self._weight(found) for found in sets if discount), dtype=np.float64)

    def __call__(self, a: int, b: int) -> bool:
        """Say whether the sets of these two numbers are near-duplicates."""
        one, two = self.sets[a], self.sets[b]
        shared = np.intersect1d(one, two, assume_unique=True)
        if len(shared) >= max(self._threshold, _COPY if self._discount else 0) * min(len(one), len(two)):
            return True
        least = self._threshold * min(self._totals[a], self._totals[b]) if self._discount else np.inf
        return bool(len(shared) >= least and self._weight(shared) >= least)

    def without_standing_text(self, found: Shingles) -> Shingles:
        """Return a set without what makes too many texts candidates of one another."""
        return np.setdiff1d(found, self._standing, assume_unique=True) if len(self._standing) else found

    def _weight(self, found: Shingles) -> float:
        if not len(self._common):
            return float(len(found))
        where = np.minimum(np.searchsorted(self._common, found), len(self._common) - 1)
        hit = self._common[where] == found
        return float(len(found) - hit.sum() + self._weights[where[hit]].sum())


def _common(sets: NumberLists) -> tuple[Shingles, NDArray[np.int64]]:
    """Return the shingles of three sets or more, sorted, and in how many they are; a slice of them at a time."""
    hashes: list[Shingles] = [np.empty(0, np.uint32)]
    numbers: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    slices = max(1, int(sets.lengths().sum()) // _SLICE)
    bounds = np.linspace(0, 2**32, slices + 1).astype(np.uint64)
    for low, high in pairwise(bounds):
        parts = [s[np.searchsorted(s, low) : np.searchsorted(s, high)] for s in sets]
        values, counts = np.unique(np.concatenate([np.empty(0, np.uint32), *parts]), return_counts=True)
        hashes.append(values[counts >= 3])
        numbers.append(counts[counts >= 3])
    return np.concatenate(hashes), np.concatenate(numbers)
