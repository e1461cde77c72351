"""Quotation marks told from apostrophes and measures, and opening ones from closing ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_DOUBLE = re.compile("[“”„«»\"]|``|''")
SINGLE = re.compile("[‘’‚']")
_OPENING = "“„«``‘‚"
_CLOSING = "”»''’"
_BEFORE_OPENING = " \t\n\u00a0([{—–-―/‘“\"'‹…"
_AFTER_CLOSING = " \t\n\u00a0)]}—–-―/,.;:!?…’”'\""
# A mark after these ends speech; after a letter it may as well be a possessive.
_SPEECH_END = ",.!?…—–-"
_CLIPPED = re.compile(r"(?:\d\ds?|em|til|tis|twas|cause|bout|round|n)\b", re.IGNORECASE)
_FEET = re.compile(r"\d['’]\d{1,2}$")


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


def double_marks(text: str, start: int, end: int) -> list[Mark]:
    """Return the double marks of a paragraph that are no measures."""
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


def single_marks(text: str, start: int, end: int) -> list[Mark]:
    """Return the single marks that are no apostrophes; a possessive or closing mark is ``either``."""
    marks: list[Mark] = []
    for match in SINGLE.finditer(text, start, end):
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


def directed_marks(marks: Sequence[Mark], *, is_open: bool) -> list[tuple[Mark, bool]]:
    """Return each mark with True where it opens; undecided marks alternate."""
    depth = int(is_open)
    directed = []
    for mark in marks:
        opens = mark.role == "open" or (mark.role == "either" and depth <= 0)
        depth = max(depth + (1 if opens else -1), 0)
        directed.append((mark, opens))
    return directed
