"""How much of an article is read with a quotation: its sentence, and whole sentences beside it."""

from __future__ import annotations

import re

Span = tuple[int, int]

BEFORE, AFTER = 45, 25
"""Words around a quotation within which whole sentences are added; more of them made no stance model better."""
_REACH = 12
"""Characters that are looked through for each word wanted; longer words count as several."""

_WORD = re.compile(r"\S+")
# Not behind a title or an initial; a blank line ends a sentence whatever stands before it.
_BEGINNING = re.compile(
    r"(?:\n\s*\n\s*|(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)(?<!\bSt)(?<!\b[A-Z])(?<!\bSen)(?<!\bRep)(?<!\bGov)(?<!\bGen)"
    r"[.!?…][\"'”’»)\]]*\s+)(?=[\"“„«‘'(\[A-ZÀ-Þ0-9])"
)


def widened(
    text: str, quotation: Span, sentence: Span, *, floor: int = 0, ceiling: int | None = None
) -> tuple[int, int]:
    """Return the span of a quotation's sentence together with whole sentences beside it.

    Parameters
    ----------
    text
        Of the article.
    quotation, sentence
        Half-open spans; the sentence holds the quotation and is kept whole.
    floor, ceiling
        Nothing is added from outside of them; None is the end of the text.

    Returns
    -------
    tuple
        Half-open span. Whole sentences are added as long as no more than ``BEFORE`` words stand before the quotation
        and ``AFTER`` behind it.

    Examples
    --------
    >>> text = "It rained. Lee was there. “A bad idea,” she said. It stopped."
    >>> text[slice(*widened(text, (26, 39), (26, 49), floor=11))]
    'Lee was there. “A bad idea,” she said. It stopped.'
    """
    start, end = sentence
    before = BEFORE - len(text[start : quotation[0]].split())
    after = AFTER - len(text[quotation[1] : end].split())
    return _earlier(text, start, before, floor), _later(text, end, after, len(text) if ceiling is None else ceiling)


def _earlier(text: str, start: int, allowed: int, floor: int) -> int:
    low = max(floor, start - max(allowed, 0) * _REACH)
    words = [match.start() for match in _WORD.finditer(text, low, start)]
    if allowed <= 0 or not words:
        return start
    if low == floor and len(words) <= allowed:
        return words[0]
    first = words[max(1, len(words) - allowed)] if len(words) > 1 else start  # the first may be cut
    return next((match.end() for match in _BEGINNING.finditer(text, low, start) if match.end() >= first), start)


def _later(text: str, end: int, allowed: int, ceiling: int) -> int:
    high = min(ceiling, end + max(allowed, 0) * _REACH)
    words = [match.end() for match in _WORD.finditer(text, end, high)]
    if allowed <= 0 or not words:
        return end
    if high == ceiling and len(words) <= allowed:
        return words[-1]
    last = words[min(allowed, len(words)) - 1]
    stops = (match.start() + len(match[0].rstrip()) for match in _BEGINNING.finditer(text, end, high))
    return max((stop for stop in stops if stop <= last), default=end)
