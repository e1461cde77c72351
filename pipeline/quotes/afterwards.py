"""Speakers named in the paragraph below their quotation: “…”⏎That was how Ann Lee put it; “…”⏎Ann Lee, 43, is a …."""

from __future__ import annotations

import re

from pipeline.quotes.clauses import Clause, clause_of
from pipeline.quotes.lexicon import is_role
from pipeline.quotes.openings import leading_subject
from pipeline.quotes.phrases import parse_phrase, pure_name
from pipeline.quotes.sentences import tokenize
from pipeline.quotes.signatures import signature_below

_POINTS_BACK = ("Thus", "This", "That", "Those", "These", "The ", "So ", "Such", "With")
_PUT_SO = re.compile(
    r"(?:(?:That|This) (?:was|is) (?:how|the (?:verdict|view|message|assessment|reaction|warning|conclusion|motto) of)"
    r"|(?:So|Thus) (?:said|says|wrote|writes|spoke|declared)|(?:Those|These) (?:were|are) the words of"
    r"|The words (?:are|were) (?:those of|from)|The words (?:belong to|come from|came from)"
    r"|Such (?:was|is) the \w+ of|With (?:those|these) words,?) (?=\w)"
)
_FIRST = re.compile(r"[ \t]*\n\s*")
_REACH = 200
"""Characters of the paragraph below that are read."""
_ARTICLES = frozenset({"a", "an", "the", "one", "who"})


def named_below(text: str, start: int, end: int) -> Clause | None:
    """Return who signs a quotation that is a paragraph of its own, or is said below to have put it so."""
    signed = signature_below(text, start, end)
    if signed is not None:
        return signed
    begin = _FIRST.match(text, end)
    if begin is None or not text.startswith(_POINTS_BACK, begin.end()):
        return None
    lead = _PUT_SO.match(text, begin.end())
    if lead is None:
        return None
    tokens = tokenize(text, lead.end(), _line_end(text, lead.end()))
    mention = leading_subject(tokens, 0, len(tokens))
    speaks = mention is not None and (mention.kind != "phrase" or is_role(mention.head))
    return clause_of(mention, None) if speaks else None


def introduced_below(text: str, end: int) -> Clause | None:
    """Return the person whom the paragraph below introduces with its first words: "Ann Lee, 43, is a farmer"."""
    begin = _FIRST.match(text, end)
    if begin is None:
        return None
    tokens = tokenize(text, begin.end(), _line_end(text, begin.end()))
    stop = 0
    while stop < len(tokens) and (tokens[stop].capital or tokens[stop].text == "."):
        stop += 1
    if stop + 2 >= len(tokens) or not pure_name(tokens, 0, stop) or tokens[stop].lower not in {",", "is", "was"}:
        return None
    described = tokens[stop + 1].lower in _ARTICLES or tokens[stop + 1].text.isdigit()
    return clause_of(parse_phrase(tokens, 0, stop), None) if described else None


def _line_end(text: str, start: int) -> int:
    """Return where a line ends, or its part that is read."""
    end = text.find("\n", start, start + _REACH)
    return end if end >= 0 else min(len(text), start + _REACH)
