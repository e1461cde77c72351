"""What a token tagger reads: one sentence, its long quotations cut short, and the way back to the article."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

_LONG = 160
"""Characters from which a quotation is cut short: what stands in it is found without a tagger."""
_HEAD, _TAIL = 80, 40
_GAP = " … "


class Window(NamedTuple):
    """A sentence as a tagger reads it.

    Parameters
    ----------
    start, end
        Where the sentence stands in the article.
    text
        The sentence with the middle of each long quotation cut out.
    pieces
        ``(offset in text, offset in the article)`` of each run that was kept.
    quoted
        Half-open spans of ``text`` that stand in quotation marks, in order.
    """

    start: int
    end: int
    text: str
    pieces: tuple[tuple[int, int], ...]
    quoted: tuple[tuple[int, int], ...]

    def article_offset(self, offset: int) -> int:
        """Return where a character of ``text`` stands in the article."""
        at, origin = self.pieces[max(bisect_right(self.pieces, (offset, 1 << 60)) - 1, 0)]
        return origin + offset - at


def window_of(text: str, start: int, end: int, quotes: Sequence[tuple[int, int]]) -> Window:
    """Return the window of the sentence ``text[start:end]``.

    Parameters
    ----------
    quotes
        Quotations that begin in the sentence, in order; the last one may end behind it.
    """
    kept: list[str] = []
    pieces: list[tuple[int, int]] = []
    quoted: list[tuple[int, int]] = []
    length = 0

    def keep(low: int, high: int) -> None:
        nonlocal length
        if low < high:
            pieces.append((length, low))
            kept.append(text[low:high])
            length += high - low

    at = start
    for low, high in quotes:
        keep(at, low)
        begin = length
        if high - low > _LONG:
            head, tail = _word_end(text, low + _HEAD, low), _word_start(text, high - _TAIL, high)
            keep(low, head)
            kept.append(_GAP)
            length += len(_GAP)
            keep(tail, high)
        else:
            keep(low, high)
        quoted.append((begin, length))
        at = max(at, high)
    keep(at, end)
    return Window(start, max(end, at), "".join(kept), tuple(pieces), tuple(quoted))


def _word_end(text: str, at: int, low: int) -> int:
    """Return the end of the last word before an offset, or the offset inside a word without end."""
    cut = text.rfind(" ", low + 1, at)
    return cut if cut > 0 else at


def _word_start(text: str, at: int, high: int) -> int:
    cut = text.find(" ", at, high)
    return cut + 1 if cut > 0 else at
