"""From spans that nest and cross to flat runs of text, each with all the spans that cover it."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Part = Literal["content", "quote", "speaker", "cue"]

_DEPTH: dict[Part, int] = {"content": 0, "quote": 1, "speaker": 2, "cue": 3}
"""Which of two equal spans is drawn outside: what is said holds who says it, not the other way round."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text that is shown in a way of its own.

    Parameters
    ----------
    part
        What the span is to its quotations: the words themselves, the clause around them, the mention, the cue.
    numbers
        The quotations that it belongs to, in order; a mention and a cue may serve several.

    Raises
    ------
    ValueError
        If the span is empty or starts before the text.
    """

    start: int
    end: int
    part: Part
    numbers: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"{self.part} {self.start}-{self.end} is no span")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that the same marks cover, the outermost mark first."""

    start: int
    end: int
    marks: tuple[Mark, ...] = ()


def _order(mark: Mark) -> tuple[int, int, int, tuple[int, ...]]:
    return mark.start, -mark.end, _DEPTH[mark.part], mark.numbers


def runs(length: int, marks: Iterable[Mark], cuts: Iterable[int] = ()) -> list[Run]:
    """Return the runs of a text, in order: without gap or overlap, cut wherever a mark begins or ends.

    Parameters
    ----------
    length
        Of the text, in characters.
    cuts
        Offsets where a run must end for another reason, such as the bounds of paragraphs.

    Raises
    ------
    ValueError
        If a mark ends behind the text.

    Examples
    --------
    >>> said = [Mark(0, 9, "content", (1,)), Mark(4, 9, "quote", (1,))]
    >>> [(run.start, run.end, [mark.part for mark in run.marks]) for run in runs(12, said)]
    [(0, 4, ['content']), (4, 9, ['content', 'quote']), (9, 12, [])]
    """
    begin: defaultdict[int, list[Mark]] = defaultdict(list)
    bounds = {0, length, *(cut for cut in cuts if 0 < cut < length)}
    for mark in marks:
        if mark.end > length:
            raise ValueError(f"{mark.part} {mark.start}-{mark.end} ends behind a text of {length} characters")
        begin[mark.start].append(mark)
        bounds |= {mark.start, mark.end}
    found: list[Run] = []
    covering: list[Mark] = []
    ordered = sorted(bounds)
    for start, end in pairwise(ordered):
        covering = [mark for mark in covering if mark.end > start]
        for mark in begin[start]:
            insort(covering, mark, key=_order)
        found.append(Run(start, end, tuple(covering)))
    return found
