"""Where an annotated quotation stands now, in an article that has changed since."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from pipeline.labels.corrected import spans_in
from pipeline.labels.filled_tables import MARKS
from pipeline.records import Article

ALIKE = 0.5
"""The likeness from which on words count as the same quotation, edited."""

_WORD = re.compile(r"[^\W_]+")
_CLOSED = re.compile(rf"[^\w\s]*?[{MARKS}]")
_STOPS = re.compile(rf"[^\w\s{MARKS}]*")
_WIDEST = 8  # characters of marks and stops in a row
_MOST = 20  # stretches of one article that are compared word by word: those with the most words in common

Row = Mapping[str, Any]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Near:
    """A place that may be meant.

    Parameters
    ----------
    start, end
        In the text that gold names: the decoded source text, or the extracted text of a page.
    likeness
        Twice the words that both have, in their order, by the words of both (Ratcliff and Metzener 1988): 1 where the
        words are the same; None where the annotated words are not known, and it is only the nearest quotation.
    """

    start: int
    end: int
    text: str
    likeness: float | None = None


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A label whose span does not fit its article.

    Parameters
    ----------
    reason
        ``no-article``, ``article-changed``, ``extracted-text-changed``, ``text-dropped`` or ``beyond-text``.
    span
        Source and offsets.
    near
        Where its words stand now; without its words, the nearest quotation of its source. None where there is none.
    """

    where: str
    reason: str
    span: str
    near: Near | None


def nearest(rows: Iterable[Row], start: int, end: int) -> Near | None:
    """Return the quotation that lies nearest to a span, of the rows of its source; its words are not looked at."""

    def distance(row: Row) -> int:
        return abs(int(row["raw_start"]) - start) + abs(int(row["raw_end"]) - end)

    found = min((row for row in rows if row["raw_start"] is not None), key=distance, default=None)
    return Near(found["raw_start"], found["raw_end"], found["text"]) if found else None


def found_again(articles: Iterable[Article], rows: Sequence[Row], quote: str, start: int) -> Near | None:
    """Return the place at which the words of a quotation stand, or words most alike, in the articles of its source.

    Where the words were edited, the extracted quotation that holds them is taken as a whole.

    Parameters
    ----------
    rows
        Quotations of these articles.
    start
        Where it stood: of several places alike the nearest is taken.

    Returns
    -------
    Near or None
        None where nothing is as alike as ``ALIKE``.
    """
    wanted = _words(quote)
    places = []
    for article in articles if wanted else ():
        own = [(row["start"], row["end"]) for row in rows if row["article_id"] == article.article_id]
        for likeness, span in _alike(article.text, wanted, start):
            low, high = span = _with_marks(article.text, span, quote)
            around = next(((a, b) for a, b in own if a <= low and high <= b), span)
            whole = likeness if likeness == 1 else _likeness(wanted, _words(article.text[slice(*around)]))
            if around != span and likeness < 1 and whole >= ALIKE:
                likeness, (low, high) = whole, around
            a, b = spans_in(article).raw_span(low, high) or (low, high)
            places.append(Near(a, b, article.text[low:high], round(likeness, 4)))
    return min(places, key=lambda near: (-(near.likeness or 0), abs(near.start - start)), default=None)


def _words(text: str) -> list[str]:
    return [match[0].casefold() for match in _WORD.finditer(text)]


def _likeness(wanted: Sequence[str], words: Sequence[str]) -> float:
    return SequenceMatcher(None, wanted, words, autojunk=False).ratio()


def _alike(text: str, wanted: Sequence[str], start: int) -> Iterator[tuple[float, Span]]:
    """Yield how alike stretches of a text are to the words wanted, and where they stand."""
    spans = [match.span() for match in _WORD.finditer(text)]
    words = _words(text)
    found = [(-shared, abs(spans[at][0] - start), at) for shared, at in _promising(words, wanted)]
    for _, _, at in sorted(found)[:_MOST]:
        likeness, first, last = _best_stretch(words, wanted, at)
        if likeness >= ALIKE:
            yield likeness, (spans[first][0], spans[last - 1][1])


def _promising(words: Sequence[str], wanted: Sequence[str]) -> Iterator[Span]:
    """Yield stretches as long as a quotation that share some of its words: how many, in any order, and the first."""
    size, left, shared = len(wanted), Counter(wanted), 0
    for index, word in enumerate(words):
        shared += left[word] > 0
        left[word] -= 1
        if index >= size:
            gone = words[index - size]
            left[gone] += 1
            shared -= left[gone] > 0
        if shared >= ALIKE * size / 2:
            yield shared, max(index - size + 1, 0)


def _best_stretch(words: Sequence[str], wanted: Sequence[str], at: int) -> tuple[float, int, int]:
    """Return likeness, first word and the one behind the last of the words around a place that are most alike."""
    spare = len(wanted) // 2 + 1
    low = max(at - spare, 0)
    around = words[low : at + len(wanted) + spare]
    blocks = [
        block for block in SequenceMatcher(None, wanted, around, autojunk=False).get_matching_blocks() if block.size
    ]
    # A word in common far before or behind the others is chance: from which block to which is chosen, too.
    stretches = [
        (2 * sum(block.size for block in blocks[i:j]) / (len(wanted) + last - first), low + first, low + last)
        for i in range(len(blocks))
        for j in range(i + 1, len(blocks) + 1)
        for first, last in [(blocks[i].b, blocks[j - 1].b + blocks[j - 1].size)]
    ]
    return max(stretches, default=(0.0, 0, 0))


def _with_marks(text: str, span: Span, quote: str) -> Span:
    """Return a span of words with the marks around them, where the quotation has some."""
    start, end = span
    found = [match.span() for match in _WORD.finditer(quote)]
    before = text[max(start - _WIDEST, 0) : start][::-1]
    return start - _marked(before, quote[: found[0][0]]), end + _marked(
        text[end : end + _WIDEST], quote[found[-1][1] :]
    )


def _marked(beside: str, own: str) -> int:
    """Return how many characters beside words go with them, for what the quotation has there."""
    match = (_CLOSED if set(MARKS) & set(own) else _STOPS).match(beside) if own else None
    return match.end() if match else 0
