"""What an article names, in the order of its places there, so that the latest mention is found without a search."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Generic, TypeVar

T = TypeVar("T")
_offset = itemgetter(0)


class Timeline(Generic[T]):
    """Things with the offsets at which a text names them.

    Parameters
    ----------
    mentions
        (Offset, thing), in any order.
    """

    def __init__(self, mentions: Iterable[tuple[int, T]] = ()) -> None:
        self._mentions = sorted(mentions, key=_offset)

    def add(self, at: int, thing: T) -> None:
        """Add one mention."""
        insort(self._mentions, (at, thing), key=_offset)

    def before(self, at: int) -> Iterator[tuple[int, T]]:
        """Yield the mentions before an offset, latest first."""
        index = bisect_left(self._mentions, at, key=_offset)
        while index:
            index -= 1
            yield self._mentions[index]

    def between(self, start: int, end: int) -> list[T]:
        """Return what is mentioned in a stretch of text, in order."""
        low = bisect_left(self._mentions, start, key=_offset)
        high = bisect_left(self._mentions, end, key=_offset)
        return [thing for _, thing in self._mentions[low:high]]
