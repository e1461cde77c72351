"""Quotation marks told from apostrophes and paired to spans, whatever is missing or doubled.

Doubles (curly, straight, guillemets, typewriter pairs) and single marks are paired apart; the article's own habit
decides which of the two holds its speech. A fault spoils its own paragraph at most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
    for match in _DOUBLE.finditer(text, start, end):
        a, b = match.span()
        # 6'2" and 15" are measures, not quotations.
        inches = match[0] == '"' and a > start and text[a - 1].isdigit() and _is_inches(text, a, marks)
        if not inches:
            marks.append(Mark(a, b, _role(text, a, b)))
    return marks


def _is_inches(text: str, at: int, marks: Sequence[Mark]) -> bool:
    """Tell a measure from a closing mark after a figure: no quotation is open, or the figure is like 6'2."""
    opened = sum(1 if mark.role == "open" else -1 if mark.role == "close" else 0 for mark in marks)
    return opened <= 0 or bool(re.search(r"\d['’]\d{1,2}$", text[max(0, at - 6) : at]))


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
    for index, mark in enumerate(marks):
        if mark.role != "either":
            settled.append(mark)
            continue
        later = next((m for m in marks[index + 1 :] if m.role != "either"), None)
        possessive = text[mark.start - 1] in "sSxz" and later is not None and later.role == "close"
        if not possessive:
            settled.append(Mark(mark.start, mark.end, "close"))
    return settled


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
        for number, (mark, opens) in enumerate(directed):
            if opens:
                if opened is None:
                    opened, depth = mark, 1
                elif self._nests(directed[number:], depth):
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

    def _nests(self, rest: Sequence[tuple[Mark, bool]], depth: int) -> bool:
        """Tell a nested quotation from one after a missing closing mark: enough closing marks follow for all open ones.

        The mark that closes the outermost quotation may stand in a later paragraph, so the nested pair is enough.
        """
        level = 0
        for _, opens in rest:
            level += 1 if opens else -1
            if level <= -depth:
                return True
        return level == 0 and not self._speech_ended(rest[0][0].start)

    def _speech_ended(self, at: int) -> bool:
        """Tell whether the text just before a mark reads as the end of a reporter's sentence (". “")."""
        head = self.text[max(0, at - 2) : at].rstrip()
        return head.endswith((".", ":"))

    def _continue(self, opened: Mark, index: int) -> tuple[int, int]:
        """Follow an unclosed quotation into the next paragraphs; each opens a mark, only the last one closes."""
        for ahead in range(index + 1, min(index + _MAX_PARAGRAPHS, len(self.paragraphs))):
            start, end = self.paragraphs[ahead]
            marks = list(self.marks[ahead])
            first = _first_visible(self.text, start, end)
            reopened = bool(marks) and marks[0].start == first and marks[0].role != "close"
            directed = _directed(marks[1:] if reopened else marks, is_open=True)
            if not reopened and (ahead > index + 1 or not directed or directed[0][1]):
                break
            depth = 1
            for mark, opens in directed:
                depth += 1 if opens else -1
                if depth == 0:
                    self.spans.append((opened.start, mark.end))
                    return ahead, mark.end
        self._close_unclosed(opened, self.paragraphs[index][1])
        return index + 1, 0

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
    outside = [d for d in doubles if not any(a < d[1] and d[0] < b for a, b in singles)]
    return sorted(singles + outside)
