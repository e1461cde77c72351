"""Quotation marks told from apostrophes and paired to spans, whatever is missing or doubled.

Doubles (curly, straight, guillemets, typewriter pairs) and single marks are paired apart; the article's own habit
decides which of the two holds its speech. A fault spoils its own paragraph at most.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

Paragraph = tuple[int, int]
"""Half-open span of one paragraph of body text."""

_DOUBLE = re.compile("[“”„«»\"]|``|''")
_SINGLE = re.compile("[‘’‚']")
_OPENING = "“„«``‘‚"
_CLOSING = "”»''’"
_BEFORE_OPENING = " \t\n\u00a0([{—–-―/‘“\"'‹…"
_AFTER_CLOSING = " \t\n\u00a0)]}—–-―/,.;:!?…’”'\""
# A mark after these ends speech; after a letter it may as well be a possessive.
_SPEECH_END = ",.!?…—–-"
_CLIPPED = re.compile(r"(?:\d\ds?|em|til|tis|twas|cause|bout|round|n)\b", re.IGNORECASE)
_FEET = re.compile(r"\d['’]\d{1,2}$")
_MAX_PARAGRAPHS = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """One quotation mark and what its neighbours say about its direction."""

    start: int
    end: int
    role: Literal["open", "close", "either"]


def _role(text: str, start: int, end: int) -> Literal["open", "close", "either"]:
    """Return the direction of a double mark from its shape, corrected by its neighbours."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    can_open = before in _BEFORE_OPENING and after not in " \t\n\u00a0"
    can_close = before not in " \t\n\u00a0" and after in _AFTER_CLOSING
    shape = text[start:end]
    if shape in ('"', "''"):
        if can_open != can_close:
            return "open" if can_open else "close"
        return "either"
    opens = shape in _OPENING
    if opens and can_close and not can_open:
        return "close"
    if not opens and can_open and not can_close:
        return "open"
    return "open" if opens else "close"


def _double_marks(text: str, start: int, end: int) -> list[Mark]:
    marks: list[Mark] = []
    opened = 0
    for match in _DOUBLE.finditer(text, start, end):
        a, b = match.span()
        # 6'2" and 15" are measures, not quotations.
        if match[0] == '"' and a > start and text[a - 1].isdigit() and (opened <= 0 or _FEET.search(text, a - 5, a)):
            continue
        mark = Mark(a, b, _role(text, a, b))
        opened += {"open": 1, "close": -1, "either": 0}[mark.role]
        marks.append(mark)
    return marks


def _single_marks(text: str, start: int, end: int) -> list[Mark]:
    """Return the single marks that are no apostrophes; a possessive or closing mark is ``either``."""
    marks: list[Mark] = []
    for match in _SINGLE.finditer(text, start, end):
        a, b = match.span()
        before = text[a - 1] if a > start else " "
        after = text[b] if b < end else " "
        if before.isalnum() and after.isalnum():
            continue
        if before in _BEFORE_OPENING and (after.isalnum() or after in '“"[($£€…'):
            if not (_CLIPPED.match(text, b) and match[0] != "‘"):
                marks.append(Mark(a, b, "open"))
        elif before not in " \t\n\u00a0" and match[0] != "‘" and after in _AFTER_CLOSING:
            certain = before in _SPEECH_END or after in ',.;:!?)—–”"' or not before.isalpha()
            marks.append(Mark(a, b, "close" if certain else "either"))
    return _settle_possessives(text, marks)


def _settle_possessives(text: str, marks: list[Mark]) -> list[Mark]:
    """Decide each doubtful single mark: a possessive where a surer closing mark follows before the next opening one."""
    settled: list[Mark] = []
    later = ""
    for mark in reversed(marks):
        if mark.role != "either":
            later = mark.role
            settled.append(mark)
        elif later != "close" or text[mark.start - 1] not in "sSxz":
            settled.append(Mark(mark.start, mark.end, "close"))
    return settled[::-1]


def _directed(marks: Sequence[Mark], *, is_open: bool) -> list[tuple[Mark, bool]]:
    """Return each mark with True where it opens; undecided marks alternate."""
    depth = int(is_open)
    directed = []
    for mark in marks:
        opens = mark.role == "open" or (mark.role == "either" and depth <= 0)
        depth = max(depth + (1 if opens else -1), 0)
        directed.append((mark, opens))
    return directed


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
        directed = _directed([mark for mark in self.marks[index] if mark.start >= after], is_open=False)
        levels = list(accumulate(1 if opens else -1 for _, opens in directed))
        lowest = list(accumulate(reversed(levels), min))[::-1]
        for number, (mark, opens) in enumerate(directed):
            if opens:
                if opened is None:
                    opened, depth = mark, 1
                elif self._nests(mark, depth, levels[number] - 1, lowest[number], levels[-1]):
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

    def _nests(self, mark: Mark, depth: int, before: int, lowest: int, last: int) -> bool:
        """Tell a nested quotation from one after a missing closing mark: enough closing marks follow for all open ones.

        The mark that closes the outermost quotation may stand in a later paragraph, so the nested pair is enough.
        ``before``, ``lowest`` and ``last`` are the balance of marks before this one, its least from here on, and its
        last in the paragraph.
        """
        return lowest <= before - depth or (last == before and not self._speech_ended(mark.start))

    def _speech_ended(self, at: int) -> bool:
        """Tell whether the text just before a mark reads as the end of a reporter's sentence (". “")."""
        head = self.text[max(0, at - 2) : at].rstrip()
        return head.endswith((".", ":"))

    def _continue(self, opened: Mark, index: int) -> tuple[int, int]:
        """Follow an unclosed quotation into the next paragraphs; each opens a mark, only the last one closes."""
        for ahead in range(index + 1, min(index + _MAX_PARAGRAPHS, len(self.paragraphs))):
            reopened, end = self._entry(ahead)
            if end is not None and (reopened or ahead == index + 1):
                self.spans.append((opened.start, end))
                return ahead, end
            if not reopened:
                break
        self._close_unclosed(opened, self.paragraphs[index][1])
        return index + 1, 0

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
        for mark, opens in _directed(marks[1:] if reopened else marks, is_open=True):
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
        if ends_paragraph and len(body.split()) >= 4 and body[-1:] in ".!?…" and not _REPORTED.search(body):
            self.spans.append((opened.start, opened.end + len(body)))


_REPORTED = re.compile(r",\s+(?:\w+\s+){0,3}(?:said|says|told|added|asked|wrote)\b")


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
    doubles = _Pairing(text, paragraphs, [_double_marks(text, a, b) for a, b in paragraphs]).run()
    if not _SINGLE.search(text):
        return doubles
    singles = _Pairing(text, paragraphs, [_single_marks(text, a, b) for a, b in paragraphs]).run()
    if _words(text, singles) <= _words(text, doubles):
        return doubles
    return sorted(singles + [double for double in doubles if not _overlaps(double, singles)])


def _overlaps(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a span overlaps one of some spans in order."""
    index = bisect_right(others, span[0], key=lambda other: other[1])
    return index < len(others) and others[index][0] < span[1]
