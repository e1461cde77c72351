"""Paragraphs as lines of a page: what is kept of each, where it stood, and which step gave it its role.

A line never copies text it cannot point back to: it is a list of pieces of the normalised text, and cutting a line only
shortens pieces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from pipeline.records import Region

_WRAP_COLUMNS = range(50, 101)  # typewriter, e-mail and teletype widths
_WRAP_PAIRS = 5  # fewer full lines than this prove nothing
_WRAP_SHARE = 0.75
_SPACES = 8  # runs of spaces were collapsed before; a few may meet where something was cut
_FIRST_WORD = re.compile(r"\S+")
_BROKEN_COMPOUND = re.compile(r"[a-z]-$")


class Piece(NamedTuple):
    """A span of the normalised text; ``glue`` is what joins it to the piece before ("" or a space)."""

    start: int
    end: int
    glue: str = ""


class Dropped(NamedTuple):
    """A span of the normalised text that a step dropped."""

    step: str
    start: int
    end: int


@dataclass(slots=True)
class Line:
    """One paragraph of the page.

    Parameters
    ----------
    gap
        Whether a blank line stood before it.
    bullet
        The list mark that was cut from its start, if any.
    region
        Where its text goes; None once a step has dropped it.
    step
        The name of the step that gave it its role; "" for plain text.
    """

    text: str
    pieces: list[Piece]
    gap: bool = False
    bullet: str = ""
    region: Region | None = "body"
    step: str = ""


@dataclass(slots=True)
class Page:
    """The lines of one source text, and the spans that were dropped from it so far."""

    normal: str
    lines: list[Line]
    title: str | None = None
    outlet: str | None = None
    dropped: list[Dropped] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, step: str, number: int = 1) -> None:
        """Count one firing of a step."""
        self.counts[step] = self.counts.get(step, 0) + number

    def drop(self, line: Line, step: str) -> None:
        """Drop a whole line."""
        self.dropped += [Dropped(step, piece.start, piece.end) for piece in line.pieces]
        line.region, line.step = None, step
        self.count(step)

    def mark(self, line: Line, region: Region, step: str) -> None:
        """Keep a line as a paragraph of another region."""
        line.region, line.step = region, step
        self.count(step)

    def cut(self, line: Line, start: int, end: int, step: str) -> bool:
        """Cut ``line.text[start:end]`` out of a line; return False where that would change the characters beside it."""
        return self.cut_all(line, [(start, end)], step)

    def cut_all(self, line: Line, spans: Sequence[tuple[int, int]], step: str) -> bool:
        """Cut several spans, in order, out of a line with the spaces that they leave over; all of them or none."""
        cuts = _widened(line.text, spans)
        kept = [(a, b) for a, b in _between(cuts, len(line.text)) if a < b]
        text = "".join(line.text[a:b] for a, b in kept)
        if not text.isascii() and not unicodedata.is_normalized("NFC", text):
            return False
        pieces = [piece for a, b in kept for piece in slice_pieces(line.pieces, a, b)]
        if pieces:
            pieces[0] = pieces[0]._replace(glue="")
        dropped = [piece for a, b in cuts for piece in slice_pieces(line.pieces, a, b)]
        self.dropped += [Dropped(step, piece.start, piece.end) for piece in dropped]
        self.count(step, len(spans))
        line.pieces, line.text = pieces, text
        if not text:
            line.region, line.step = None, step
        return True


def _widened(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans with one of the two spaces around each, so that words stay one space apart."""
    cuts: list[tuple[int, int]] = []
    before = ""  # the last character kept so far
    done = 0
    for start, end in spans:
        start, end = max(start, done), max(end, done)
        before = text[start - 1] if start > done else before
        if before in ("", " "):
            end += len(text[end : end + _SPACES]) - len(text[end : end + _SPACES].lstrip(" "))
        if end == len(text):
            start = max(done, len(text[:start].rstrip(" ")))
        cuts.append((start, end))
        done = end
    return cuts


def _between(cuts: Sequence[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """Yield what is left between cuts."""
    done = 0
    for start, end in cuts:
        yield done, start
        done = end
    yield done, length


def slice_pieces(pieces: list[Piece], start: int, end: int) -> list[Piece]:
    """Return the pieces of ``text[start:end]`` of a line with these pieces."""
    found: list[Piece] = []
    at = 0
    for piece in pieces:
        body = at + len(piece.glue)
        stop = body + piece.end - piece.start
        a, b = max(start, body), min(end, stop)
        if a < b:
            glue = piece.glue if start <= at else ""
            found.append(Piece(piece.start + a - body, piece.start + b - body, glue))
        at = stop
    return found


def _raw_lines(normal: str) -> list[Line]:
    """Return the lines that hold text, stripped, each knowing whether a blank line stood before it."""
    lines: list[Line] = []
    at, gap = 0, False
    for full in normal.split("\n"):
        text = full.strip(" ")
        if text:
            start = at + len(full) - len(full.lstrip(" "))
            lines.append(Line(text, [Piece(start, start + len(text))], gap))
        gap = not text
        at += len(full) + 1
    return lines


def _full(line: Line, following: Line, width: int) -> bool:
    """Whether a line is full: the next line's first word would not have fitted on it."""
    word = _FIRST_WORD.match(following.text)
    return not following.gap and len(line.text) + 1 + (word.end() if word else 0) > width


def _wrap_width(lines: list[Line]) -> int | None:
    """Return the column at which a text was hard-wrapped; None for a text with a paragraph a line."""
    pairs = [(a, b) for a, b in pairwise(lines) if not b.gap]
    if len(pairs) < _WRAP_PAIRS:
        return None
    width = max(len(line.text) for line in lines)
    if width not in _WRAP_COLUMNS:
        return None
    full = sum(_full(a, b, width) for a, b in pairs)
    return width if full >= max(_WRAP_PAIRS, _WRAP_SHARE * len(pairs)) else None


def _paragraph(lines: list[Line]) -> Line:
    """Return one line for several; a compound broken at its hyphen is joined without a space."""
    texts, pieces = [lines[0].text], list(lines[0].pieces)
    for previous, line in pairwise(lines):
        glue = "" if _BROKEN_COMPOUND.search(previous.text) and line.text[0].islower() else " "
        texts += [glue, line.text]
        pieces.append(line.pieces[0]._replace(glue=glue))
    return Line("".join(texts), pieces, lines[0].gap)


def _joined(lines: list[Line], width: int) -> list[Line]:
    """Return paragraphs: each full line takes in the one after it."""
    groups = [lines[:1]]
    for previous, line in pairwise(lines):
        if _full(previous, line, width):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_paragraph(group) for group in groups]


def split_page(normal: str, *, title: str | None = None, outlet: str | None = None) -> Page:
    """Return the page of a normalised text: one line a paragraph, hard-wrapped lines joined."""
    lines = _raw_lines(normal)
    page = Page(normal, lines, title, outlet)
    width = _wrap_width(lines)
    if width is not None:
        page.lines = _joined(lines, width)
        page.count("wrapped-lines", len(lines) - len(page.lines))
    return page
