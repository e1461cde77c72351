"""Phrases looked for in a text, and whether the words before them deny them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_REACH = 5
"""Words before a phrase within which a negation is taken to be its own."""

_NEGATION = re.compile(
    r"\b(?:no|not(?! (?:only|just|merely))|never|nothing|nobody|none|neither|nor|without|hardly|cannot|far from"
    r"|rather than|instead of)\b|n't\b"
)
_CLAUSE_END = re.compile(r"[.,;:!?—–()…]|\s-\s|\b(?:but|because|although|though|while|unless|whereas)\b")
_TYPOGRAPHY = str.maketrans("’‘“”", "''\"\"")


def plain(text: str) -> str:
    """Return the text in lower case, with straight marks and single spaces: what phrases are looked for in.

    Examples
    --------
    >>> plain("It’s  TIME")
    "it's time"
    """
    return " ".join(text.lower().translate(_TYPOGRAPHY).split())


@dataclass(frozen=True, slots=True)
class Found:
    """How often phrases stand in a text, said and denied."""

    said: int
    denied: int


class Phrases:
    """A lexicon: alternatives as regular expressions over ``plain`` text, each a whole word or several.

    A phrase is denied where a negation stands at most five words before it in the same clause, which commas, dashes and
    words such as "but" end. Negation behind a phrase is for the phrases themselves to spell out.

    Examples
    --------
    >>> Phrases("threats?", "dangerous").found("it is no threat to us, but it is dangerous")
    Found(said=1, denied=1)
    """

    def __init__(self, *alternatives: str) -> None:
        self._pattern = re.compile(rf"\b(?:{'|'.join(alternatives)})(?!\w)")

    def found(self, text: str) -> Found:
        """Return how often the phrases are said and denied in a ``plain`` text."""
        starts = [match.start() for match in self._pattern.finditer(text)]
        if not starts:
            return Found(0, 0)
        clauses = [0, *(match.end() for match in _CLAUSE_END.finditer(text))]
        denied = sum(self._is_denied(text, clauses[bisect_right(clauses, start) - 1], start) for start in starts)
        return Found(len(starts) - denied, denied)

    @staticmethod
    def _is_denied(text: str, clause: int, start: int) -> bool:
        return _NEGATION.search(" ".join(text[clause:start].split()[-_REACH:])) is not None

    def __contains__(self, text: str) -> bool:
        """Return whether a phrase stands in a ``plain`` text, denied or not."""
        return self._pattern.search(text) is not None
