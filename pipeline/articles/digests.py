"""Digests: several articles on one page, cut apart where one has ended and another begins.

Two signs are needed: an end (the desk's closing note, or the link to the full story) or a complete head (title, byline,
dateline), and after it a title with running text below. An ordinary article ends once, with nothing below.
"""

from __future__ import annotations

import re
from itertools import accumulate, pairwise

from pipeline.articles.bylines import byline_of, dateline_end
from pipeline.articles.headlines import is_body, title_like
from pipeline.articles.lines import Line, Page

_LOOK_AHEAD = 7  # title, deck, byline, caption, list lead: then the text must begin
_PART_TEXT = 120  # characters of running text that make a part
_PREFACE_TEXT = 260  # a masthead with more text than this is an article of its own
_STORY_LINK = re.compile(
    r"(?:(?:please )?click here to )?(?:read|see|view)(?: more of)? (?:the |this )?(?:full|original"
    r"|whole|complete|entire|rest of the) (?:article|story|report|piece|post|text)\b.{0,60}",
    re.IGNORECASE,
)


def _ends_article(line: Line) -> str | None:
    """Return how strongly a dropped line says that an article ends here."""
    if line.step == "reporter-notes" and line.region is None:
        return "note"
    return "link" if line.step == "read-more" and _STORY_LINK.fullmatch(line.text) else None


def _can_be_title(line: Line) -> bool:
    """Whether a line can open a part of a digest."""
    return (
        line.region == "body"
        and line.bullet in ("", "#")
        and line.text.count(" ") >= 2
        and title_like(line.text)
        and byline_of(line.text) is None
    )


def _head(lines: list[Line], start: int) -> tuple[bool, bool, bool]:
    """Return whether text, a byline and a dateline follow a title; a byline under a later title is not its own."""
    byline = titled = False
    for line in lines[start + 1 : start + 1 + _LOOK_AHEAD]:
        if line.region != "body":
            continue
        if byline_of(line.text) is not None:
            byline = not titled
        elif is_body(line) or line.bullet:
            return True, byline, dateline_end(line.text) > 0
        titled = titled or _can_be_title(line)
    return False, byline, False


def _sizes(lines: list[Line]) -> list[int]:
    """Return the running total of the characters of running text before each line, and after the last."""
    return list(accumulate((len(line.text) if is_body(line) else 0 for line in lines), initial=0))


def _starts(lines: list[Line], sizes: list[int]) -> list[int]:
    """Return where articles begin, by the two signs."""
    ends = [_ends_article(line) for line in lines]
    closed = sum(end is not None for end in ends)
    if not closed and not any(byline_of(line.text) for line in lines if line.region == "body"):
        return []
    starts: list[int] = []
    ended: str | None = None
    for index, line in enumerate(lines):
        ended = ends[index] or ended
        if line.region != "body":
            continue
        if _can_be_title(line):
            text, byline, dateline = _head(lines, index)
            by_end = ended == "note" or (ended == "link" and (closed > 1 or byline or dateline))
            long_enough = not starts or ended or sizes[index] - sizes[starts[-1]] >= _PART_TEXT
            if text and long_enough and (by_end or (byline and dateline)) and sizes[-1] - sizes[index] >= _PART_TEXT:
                starts.append(index)
        ended = None
    return starts


def cut_digest(page: Page) -> list[list[Line]]:
    """Return the lines of each article of a page; a page that is no digest is one article."""
    lines = page.lines
    sizes = _sizes(lines)
    starts = _starts(lines, sizes)
    if not starts or (len(starts) == 1 and sizes[starts[0]] < _PART_TEXT):
        return [lines]
    preface = lines[: starts[0]]
    if sizes[starts[0]] < _PREFACE_TEXT and not any(mark in line.text for line in preface for mark in '“”"'):
        for line in preface:
            if line.region:
                page.drop(line, "digest-preface")
        bounds = [*starts, len(lines)]
    else:
        bounds = [0, *starts, len(lines)]
    page.count("digest-cuts", len(bounds) - 2)
    return [lines[a:b] for a, b in pairwise(bounds)]
