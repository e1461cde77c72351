"""Quotation marks told from apostrophes and measures, and opening ones from closing ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

_LONGEST_MARK = 2
# Nobody nests quotations so deep: a rule of marks is taken as a whole, and passed over.
_RULE = "[“”„«»‹›「」『』\"`'‘’‚]{8,}+"
# “ ” „ « » " `` '': the pattern begins with a single class, so that the engine skips to marks at once.
_DOUBLE = re.compile(f"[“”„«»‹›「」『』\"`'](?:{_RULE}|(?<=[^`'])|(?<=`)`|(?<=')')")
# Not the apostrophes inside words, which most of them are.
SINGLE = re.compile(f"[‘’‚'](?!(?<=[^\\W_].)[^\\W_])(?:{_RULE})?")
_OPENING = "“„«‹「『``‘‚"
_CLOSING = "”»›」』''’"
_BLANK = " \t\n\u00a0"
_BEFORE_OPENING = " \t\n\u00a0([{—–-―/‘“\"'‹…"
_AFTER_CLOSING = " \t\n\u00a0)]}—–-―/,.;:!?…’”'\""
# A mark after these ends speech; after a letter it may as well be a possessive.
_SPEECH_END = ",.!?…—–-"
_CLIPPED = re.compile(r"(?:\d\ds?(?![\w-])|(?:em|til|tis|twas|cause|bout|round|n)\b)", re.IGNORECASE)
# Word processors turn these the opening way: "‘em", "rock ‘n’ roll", "the ‘90s".
_CLIPPED_TURNED = re.compile(r"(?:\d0s|em|n)\b", re.IGNORECASE)
_AFTER_OPENING = '“"[($£€…#@'
_FEET = re.compile(r"\d['’]\d{1,2}$")


Role = Literal["open", "close", "either"]
_DEPTH: dict[Role, int] = {"open": 1, "close": -1, "either": 0}


class Mark(NamedTuple):
    """One quotation mark and what its neighbours say about its direction."""

    start: int
    end: int
    role: Role


@lru_cache(maxsize=1_000)
def _role(before: str, shape: str, after: str) -> Role:
    """Return the direction of a double mark from its shape, corrected by its neighbours (spaces at the ends)."""
    can_open = before in _BEFORE_OPENING and after not in _BLANK
    can_close = before not in _BLANK and after in _AFTER_CLOSING
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
        if b - a > _LONGEST_MARK:
            continue
        # 6'2" and 15" are measures, not quotations.
        if match[0] == '"' and a > start and text[a - 1].isdigit() and (opened <= 0 or _FEET.search(text, a - 5, a)):
            continue
        role = _role(text[a - 1] if a else " ", match[0], text[b] if b < len(text) else " ")
        opened += _DEPTH[role]
        marks.append(Mark(a, b, role))
    return marks


def single_marks(text: str, start: int, end: int) -> list[Mark]:
    """Return the single marks that are no apostrophes."""
    marks: list[Mark] = []
    for match in SINGLE.finditer(text, start, end):
        a, b = match.span()
        if b - a > _LONGEST_MARK:
            continue
        before = text[a - 1] if a > start else " "
        after = text[b] if b < end else " "
        if before.isalnum() and after.isalnum():
            continue
        role = _single_role(text, (a, b), before, after)
        if role is not None:
            marks.append(Mark(a, b, role))
    return _settle_doubtful(text, marks) if marks else marks


def _single_role(text: str, span: tuple[int, int], before: str, after: str) -> Role | None:
    """Return the direction of a single mark; ``either`` where it closes or is an apostrophe, None for an apostrophe."""
    start, end = span
    turned = text[start] in "‘‚"
    begins = after.isalnum() or after in _AFTER_OPENING or text.startswith("..", end)
    if text[start] == "’" and not after.isupper():
        begins = False  # "’specially"
    if begins and (before in _BEFORE_OPENING or (before in ":;.,!?" and (turned or before == ":"))):
        return None if (_CLIPPED_TURNED if turned else _CLIPPED).match(text, end) else "open"
    if before in _BLANK and after in _BLANK and not turned:
        return "close" if text[start - 2 : start - 1] in set(',.!?…”"') else None  # "…, ’ he said"
    if before in _BLANK or turned or text[start - 2 : start].lower() in {"'n", "’n", "‘n"}:
        return None
    if after in _AFTER_CLOSING:
        return "close" if before in _SPEECH_END or after in ',.;:!?)—–”"' or not before.isalpha() else "either"
    return "either" if before in ",.!?…" and after.isupper() else None


def _settle_doubtful(text: str, marks: list[Mark]) -> list[Mark]:
    """Keep the doubtful single marks that close a quotation.

    They are apostrophes where none is open ("the firms’ plan"), and where a surer closing mark follows before the next
    opening one.
    """
    surer = [False] * len(marks)
    later = False
    for at in range(len(marks) - 1, -1, -1):
        surer[at] = later
        if marks[at].role != "either":
            later = marks[at].role == "close"
        elif not _may_be_apostrophe(text, marks[at].start):
            later = True
    settled: list[Mark] = []
    for mark, followed in zip(marks, surer, strict=True):
        if mark.role != "either":
            settled.append(mark)
        elif settled and settled[-1].role == "open" and not (followed and _may_be_apostrophe(text, mark.start)):
            settled.append(Mark(mark.start, mark.end, "close"))
    return settled


def _may_be_apostrophe(text: str, at: int) -> bool:
    """Tell the end of a possessive ("firms’", "Felix’") or of a clipped word ("nothin’") by its letters."""
    return text[at - 1] in "sSxz" or text[at - 2 : at] == "in"


def directed_marks(marks: Sequence[Mark], *, is_open: bool) -> list[tuple[Mark, bool]]:
    """Return each mark with True where it opens; undecided marks alternate."""
    depth = int(is_open)
    directed = []
    for mark in marks:
        opens = mark.role == "open" or (mark.role == "either" and depth <= 0)
        depth = max(depth + (1 if opens else -1), 0)
        directed.append((mark, opens))
    return directed
