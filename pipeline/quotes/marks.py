"""Quotation marks paired to spans, whatever is missing or doubled.

Doubles (curly, straight, guillemets, typewriter pairs) and single marks are paired apart; the article's own habit
decides which of the two holds its speech. A fault spoils its own paragraph at most.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from pipeline.quotes.directions import SINGLE, Mark, directed_marks, double_marks, single_marks

Paragraph = tuple[int, int]
"""Half-open span of one paragraph of body text."""

_MAX_PARAGRAPHS = 40
_SAID = "(?:said|says|told|added|asked|wrote)"
_REPORTED = re.compile(rf",\s+(?:\w+\s+){{0,3}}{_SAID}\b")
_REPORTED_LAST = re.compile(rf",\s+(?:{_SAID}(?:\s+[\w’'-]+){{1,4}}|(?:[\w’'-]+\s+){{1,4}}{_SAID})[.\s]*$")


def _first_visible(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


class _Pairing:
    """Pairs the marks of consecutive paragraphs; a quotation may run over several of them."""

    def __init__(self, text: str, paragraphs: Sequence[Paragraph], marks: Sequence[Sequence[Mark]]) -> None:
        self.text, self.paragraphs, self.marks = text, paragraphs, marks
        self.spans: list[tuple[int, int]] = []
        self._entries: dict[int, tuple[bool, int | None]] = {}

    def run(self) -> list[tuple[int, int]]:
        index, after = 0, 0
        while index < len(self.paragraphs):
            index, after = self._paragraph(index, after)
        return self.spans

    def _paragraph(self, index: int, after: int) -> tuple[int, int]:
        """Pair one paragraph's marks from an offset on; return the paragraph and the offset to go on from."""
        opened: Mark | None = None
        depth = 0
        directed = directed_marks([mark for mark in self.marks[index] if mark.start >= after], is_open=False)
        levels = list(accumulate(1 if opens else -1 for _, opens in directed))
        lowest = list(accumulate(reversed(levels), min))[::-1]
        for number, (mark, opens) in enumerate(directed):
            if opens:
                if opened is None:
                    opened, depth = mark, 1
                elif lowest[number] < levels[number] - depth or (
                    levels[-1] < levels[number] and self._may_nest(opened, mark)
                ):
                    depth += 1
                else:
                    self._close_unclosed(opened, mark.start)
                    opened, depth = mark, 1
            elif opened is not None:
                depth -= 1
                if depth == 0:
                    self.spans.append((opened.start, mark.end))
                    opened = None
        return (index + 1, 0) if opened is None else self._continue(opened, index)

    def _may_nest(self, opened: Mark, mark: Mark) -> bool:
        """Tell a nested quotation, where only the outer one is not closed here, from one after a missing closing mark.

        The mark is not doubled, and the text just before it does not read as the end of a reporter's sentence (". “").
        """
        head = self.text[max(0, mark.start - 2) : mark.start].rstrip()
        return mark.start > opened.end and not head.endswith((".", ":"))

    def _continue(self, opened: Mark, index: int) -> tuple[int, int]:
        """Follow an unclosed quotation into the next paragraphs; each opens a mark, only the last one closes."""
        last = min(index + _MAX_PARAGRAPHS, len(self.paragraphs)) if self._may_go_on(opened, index) else 0
        for ahead in range(index + 1, last):
            reopened, end = self._entry(ahead)
            if end is not None and (reopened or ahead == index + 1):
                self.spans.append((opened.start, end))
                return ahead, end
            if not reopened:
                break
        self._close_unclosed(opened, self.paragraphs[index][1])
        return index + 1, 0

    def _may_go_on(self, opened: Mark, index: int) -> bool:
        """Tell a quotation that may go on in the next paragraph from one whose closing mark is missing."""
        end = self.paragraphs[index][1]
        # "…, said Lee." ends the paragraph: the closing mark was left out before it.
        reported = _REPORTED_LAST.search(self.text, max(opened.end, end - 80), end)
        return opened.role == "open" and reported is None

    def _entry(self, number: int) -> tuple[bool, int | None]:
        """Return whether a paragraph begins with a mark that goes on with a quotation, and where that closes in it."""
        if number not in self._entries:
            self._entries[number] = self._read_entry(number)
        return self._entries[number]

    def _read_entry(self, number: int) -> tuple[bool, int | None]:
        marks = self.marks[number]
        reopened = (
            bool(marks)
            and marks[0].role != "close"
            and marks[0].start == _first_visible(self.text, *self.paragraphs[number])
        )
        depth = 1
        for mark, opens in directed_marks(marks[1:] if reopened else marks, is_open=True):
            depth += 1 if opens else -1
            if depth == 0:
                return reopened, mark.end
            if not reopened:
                break  # the first mark opens a quotation of its own
        return reopened, None

    def _close_unclosed(self, opened: Mark, limit: int) -> None:
        """Keep an unclosed quotation where it plainly fills the rest of its paragraph; drop it otherwise."""
        body = self.text[opened.end : limit].rstrip()
        ends_paragraph = limit == len(self.text) or self.text[limit : limit + 1] == "\n"
        # A short run from a small letter on is likelier what is left of a fragment.
        words = body.count(" ") + 1
        whole = words >= 4 and (words >= 12 or not body[0].islower()) and body[-1] in ".!?…"
        if ends_paragraph and whole and not _REPORTED.search(body):
            self.spans.append((opened.start, opened.end + len(body)))


def _words(text: str, spans: Sequence[tuple[int, int]]) -> int:
    return sum(text.count(" ", start, end) for start, end in spans)


def pair_marks(text: str, paragraphs: Sequence[Paragraph]) -> list[tuple[int, int]]:
    """Return the outermost quotations of a text, marks included, in order.

    Parameters
    ----------
    paragraphs
        Spans of body paragraphs in order; a quotation may run on over several.

    Returns
    -------
    list
        Half-open spans that do not overlap. Nested quotations belong to the outer one. Where both double and single
        marks occur, single marks count only if more words stand in them than in doubles: else they nest or decorate.
    """
    doubles = _Pairing(text, paragraphs, [double_marks(text, a, b) for a, b in paragraphs]).run()
    if not SINGLE.search(text):
        return doubles
    singles = _Pairing(text, paragraphs, [single_marks(text, a, b) for a, b in paragraphs]).run()
    if _words(text, singles) <= _words(text, doubles):
        return doubles
    return sorted(singles + [double for double in doubles if not _overlaps(double, singles)])


def _overlaps(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a span overlaps one of some spans in order."""
    index = bisect_right(others, span[0], key=lambda other: other[1])
    return index < len(others) and others[index][0] < span[1]
