"""Quotation marks paired to spans, whatever is missing or doubled.

Doubles (curly, straight, guillemets, corner brackets, typewriter pairs) and single marks are paired apart; then the
outer of the two is kept, by what stands there and never by the article as a whole. So a fault spoils its own paragraph
at most, and the paragraphs beside it that begin with a mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from pipeline.quotes.directions import Mark, directed_marks, double_marks, single_marks

Paragraph = tuple[int, int]
"""Half-open span of one paragraph of body text."""

_MAX_PARAGRAPHS = 40
_LONG = 2000
_FULL_NAME = r"[A-Z][\w’'.-]*\s(?:(?:[A-Z][\w’'.-]*|van|von|der|den|de|la|al|bin)\s){0,3}(?:[\w]*[’'-])*([A-Z]\w+)"
_SAID_BY = re.compile(rf"\s*(?:(?:said|says|added|argued|warned)\s{_FULL_NAME}|{_FULL_NAME},?\s(?:said|says|added)\b)")
_ANY_MARK = re.compile(r"[“”„«»‹›「」『』\"‘‚`]|(?<!\w)['’]|['’](?!\w)")
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
            index, after = self._paragraph(index, after) if self.marks[index] else (index + 1, 0)
        return self.spans

    def _paragraph(self, index: int, after: int) -> tuple[int, int]:
        """Pair one paragraph's marks from an offset on; return the paragraph and the offset to go on from."""
        marks = [mark for mark in self.marks[index] if mark.start >= after]
        if [mark.role for mark in marks] == ["open", "close"] * (len(marks) // 2):  # most paragraphs
            self.spans += [(left.start, right.end) for left, right in zip(marks[::2], marks[1::2], strict=True)]
            return index + 1, 0
        opened: Mark | None = None
        depth = 0
        directed = directed_marks(marks, is_open=False)
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
            if end is not None and (reopened or (ahead == index + 1 and self._breaks(index))):
                if reopened and self._is_anothers(index, opened, end):
                    break
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

    def _is_anothers(self, index: int, opened: Mark, end: int) -> bool:
        """Tell what a speaker says who was not named before the quotation opened: its closing mark is missing."""
        said = _SAID_BY.match(self.text, end)
        if said is None:
            return False
        start = self.paragraphs[max(0, index - 1)][0]
        return (said[1] or said[2]) not in self.text[start : opened.start]

    def _breaks(self, index: int) -> bool:
        """Tell whether a paragraph breaks off amid a sentence, which the next one goes on with."""
        start, end = self.paragraphs[index]
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return self.text[end - 1] not in ".!?…:”’\"'"

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
        if not reopened:
            # The first mark of any kind closes it; else there are quotations of the paragraph's own.
            closes = bool(marks) and marks[0].role == "close"
            start = self.paragraphs[number][0]
            return False, marks[0].end if closes and not _ANY_MARK.search(self.text, start, marks[0].start) else None
        depth = 1
        for mark, opens in directed_marks(marks[1:], is_open=True):
            depth += 1 if opens else -1
            if depth == 0:
                return True, mark.end
        return True, None

    def _close_unclosed(self, opened: Mark, limit: int) -> None:
        """Keep an unclosed quotation where it plainly fills the rest of its paragraph; drop it otherwise."""
        body = self.text[opened.end : limit].rstrip()
        ends_paragraph = limit == len(self.text) or self.text[limit : limit + 1] == "\n"
        # A short run from a small letter on is likelier what is left of a fragment.
        words = body.count(" ") + 1
        whole = words >= 4 and (words >= 12 or not body[0].islower()) and body[-1] in ".!?…"
        if ends_paragraph and whole and not _REPORTED.search(body):
            self.spans.append((opened.start, opened.end + len(body)))


def pair_marks(text: str, paragraphs: Sequence[Paragraph]) -> list[tuple[int, int]]:
    """Return the outermost quotations of a text, marks included, in order.

    Parameters
    ----------
    paragraphs
        Spans of body paragraphs in order; a quotation may run on over several.

    Returns
    -------
    list
        Half-open spans that do not overlap, in double or in single marks. Nested quotations belong to the outer one.
    """
    prose = [span if _is_prose(text, *span) else (span[0], span[0]) for span in paragraphs]
    doubles = _Pairing(text, paragraphs, [double_marks(text, a, b) for a, b in prose]).run()
    marks = [single_marks(text, a, b) for a, b in prose]
    if not any(marks):
        return doubles
    singles = _Pairing(text, paragraphs, marks).run()
    return _outermost(text, singles, doubles) if singles and doubles else singles or doubles


def _is_prose(text: str, start: int, end: int) -> bool:
    """Tell a paragraph from a long run of little else than marks, in which nothing is quoted."""
    size = end - start
    return size < _LONG or 3 * sum(text.count(mark, start, end) for mark in "“”‘’\"'«»") < size


def _outermost(
    text: str, singles: Sequence[tuple[int, int]], doubles: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return the quotations that lie in no other; of two that cross, the one in double marks."""
    kept: list[tuple[int, int]] = []
    dropped: set[tuple[int, int]] = set()
    at = 0
    for single in singles:
        while at < len(doubles) and doubles[at][1] <= single[0]:
            at += 1
        stop = at
        while stop < len(doubles) and doubles[stop][0] < single[1]:
            stop += 1
        inner = doubles[at:stop]
        if not inner:
            kept.append(single)
        elif single[0] < inner[0][0] and inner[-1][1] < single[1] and _holds(text, single, inner):
            kept.append(single)
            dropped.update(inner)
    return sorted([*kept, *(double for double in doubles if double not in dropped)])


def _holds(text: str, single: tuple[int, int], inner: Sequence[tuple[int, int]]) -> bool:
    """Tell a quotation in single marks that holds some in doubles from two apostrophes around them."""
    closed = text[single[1] - 2] in ',.!?…”"' or text[single[1] : single[1] + 1] in {",", ".", ";", ":", "!", "?", ""}
    own = text.count(" ", *single)
    return closed or own > 2 * sum(text.count(" ", *span) for span in inner)
