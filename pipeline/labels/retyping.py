"""Where a quotation stands that somebody typed anew, and spans whose ends are moved word by word."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal

Span = tuple[int, int]
Edge = Literal["start", "end"]

_WORD = re.compile(r"\w+")
_CHUNK = re.compile(r"\S+")
_LEFT_OUT = re.compile(r"\s*(?:…|\.\.\.)\s*")
_OPENING = "\"“„«‹‘'‚‛‟"
_CLOSING = "\"”“»›’'"
_STOPS = ",.;:!?…"


def _plain(word: str) -> str:
    """Return a word without case and accents: people leave them out."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def find_typed(text: str, typed: str, near: Span) -> Span | None:
    """Return the span of typed words that lies nearest to another span; None where they do not stand in the text.

    Marks, punctuation, spaces, case and accents do not count. Three full stops stand for words left out. The span takes
    in the quotation marks around the words, and the punctuation before a closing mark.

    Examples
    --------
    >>> text = "“It will cost us,” Ruiz said. “It will cost us more than the road,” she said."
    >>> start, end = find_typed(text, "it will ... the road", (0, 18))
    >>> text[start:end]
    '“It will cost us,” Ruiz said. “It will cost us more than the road,”'
    >>> start, end = find_typed(text, "it will cost us more", (30, 40))
    >>> text[start:end]
    '“It will cost us more'
    """
    places = [match.span() for match in _WORD.finditer(text)]
    words = [_plain(text[a:b]) for a, b in places]
    parts = [[_plain(word) for word in _WORD.findall(part)] for part in _LEFT_OUT.split(typed)]
    parts = [part for part in parts if part]
    if not parts:
        return None
    spans = [
        (places[first][0], places[last][1])
        for first in _places(words, parts[0])
        if (last := _last(words, first, parts)) is not None
    ]
    if not spans:
        return None
    start, end = min(spans, key=lambda span: (_distance(span, near), span))
    return _opened(text, start), _closed(text, end)


def _places(words: Sequence[str], part: Sequence[str], start: int = 0) -> list[int]:
    """Return the indices at which a run of words begins."""
    size = len(part)
    return [i for i in range(start, len(words) - size + 1) if words[i] == part[0] and words[i : i + size] == part]


def _last(words: Sequence[str], first: int, parts: Sequence[Sequence[str]]) -> int | None:
    """Return the index of the last word where the parts follow each other from an index on; None where they do not."""
    last = first + len(parts[0]) - 1
    for part in parts[1:]:
        found = _places(words, part, last + 1)
        if not found:
            return None
        last = found[0] + len(part) - 1
    return last


def _distance(span: Span, other: Span) -> int:
    return abs(span[0] - other[0]) + abs(span[1] - other[1])


def _opened(text: str, start: int) -> int:
    return start - 1 if start and text[start - 1] in _OPENING else start


def _closed(text: str, end: int) -> int:
    """Return the end behind a closing mark, where only punctuation stands before it."""
    stop = end
    while stop < len(text) and text[stop] in _STOPS:
        stop += 1
    return stop + 1 if stop < len(text) and text[stop] in _CLOSING else end


def _chunks(text: str) -> list[Span]:
    """Return what stands between spaces, without what stands outside of quotation marks there: ``(“so”).``."""
    found = []
    for match in _CHUNK.finditer(text):
        surface = match[0]
        inner, outer = surface.lstrip("(["), surface.rstrip(f"{_STOPS})]")
        start = match.end() - len(inner) if inner[:1] in _OPENING else match.start()
        end = match.start() + len(outer) if outer[-1:] in _CLOSING else match.end()
        found.append((start, end) if start < end else match.span())
    return found


def moved(text: str, span: Span, edge: Edge, words: int) -> Span:
    """Return a span with one end moved by so many words, forwards where positive; at least one word stays.

    Words are what stands between spaces, marks and punctuation included.

    Examples
    --------
    >>> text = "He called it “a slow road” again."
    >>> start, end = moved(text, (13, 26), "start", -1)
    >>> text[start:end]
    'it “a slow road”'
    >>> moved(text, (13, 26), "end", -9) == (13, 15)
    True
    >>> moved(text, (3, 9), "end", 4) == (3, 26)
    True
    """
    chunks = _chunks(text)
    if not text[slice(*span)].strip():
        return span
    # An end within a word is taken for the word's own.
    first = min(bisect_right([b for _, b in chunks], span[0]), len(chunks) - 1)
    last = max(bisect_left([a for a, _ in chunks], span[1]) - 1, first)
    if edge == "start":
        low, high = chunks[min(max(first + words, 0), last)][0], span[1]
    else:
        low, high = span[0], chunks[max(min(last + words, len(chunks) - 1), first)][1]
    return (low, high) if low < high else span
