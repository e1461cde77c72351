"""Tokens and sentences of the reporter's text; a whole quotation is one token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.quotes.lexicon import ABBREVIATIONS, SENTENCE_OPENERS, SPEECH_FORMS

QUOTE = "”"
"""Text of a token that stands for a whole quotation."""

_TOKEN = re.compile(
    r"[a-z]{2,}(?=[ ,])"  # most tokens, found without trying the rest
    r"|(?:[A-Za-z]\.){2,}"  # U.S., a.m.
    r"|(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Prof|St|Rev|Hon|Capt|Adm|Del|Maj)\.(?= )"
    r"|[A-Z]\.(?= ?[A-Z])"  # initials
    r"|\$?\d[\d.,]*\d|\d"
    r"|\w+(?:[-‑]\w+|['’](?!(?:s|re|ve|ll|d|m|t)\b)\w+)*"
    r"|['’](?:s|re|ve|ll|d|m|t)\b"
    r"|[.!?]+|…|--+|[^\w\s]"
)
_ENDS = (".", "!", "?", "…")
_LONGEST = 200
"""Tokens after which a sentence is cut: real ones are shorter, and a text without full stops stays readable."""
_MARKS = "\"“”‘’'»«)]"


class Token(NamedTuple):
    """A word, a punctuation mark or a whole quotation, with its span in the article text."""

    text: str
    start: int
    end: int
    lower: str
    quote: int = -1
    """Index of the quotation that the token stands for; -1 for all others."""

    @property
    def capital(self) -> bool:
        """True where the word starts with a capital letter."""
        return self.text[0].isupper()


def tokenize(text: str, start: int, end: int, quotes: Sequence[tuple[int, int]] = (), first: int = 0) -> list[Token]:
    """Return the tokens of ``text[start:end]``; each quotation inside is one token.

    Parameters
    ----------
    quotes
        Quotations that begin in the stretch, in order.
    first
        Index of the first of them.
    """
    tokens: list[Token] = []
    at = start
    for index, (a, b) in enumerate(quotes, start=first):
        tokens += _words(text, at, a)
        tokens.append(Token(QUOTE, a, b, QUOTE, index))
        at = b
    tokens += _words(text, at, end)
    return tokens


def _words(text: str, start: int, end: int) -> list[Token]:
    # tuple.__new__ skips the named tuple's own constructor: this line is a fifth of the time of an article.
    new, lower = tuple.__new__, str.lower
    return [new(Token, (m[0], *m.span(), lower(m[0]), -1)) for m in _TOKEN.finditer(text, start, end)]


def _attribution_follows(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a reporting clause follows a quotation that ends in a question or exclamation mark."""
    for token in tokens[at : at + 16]:
        if token.quote >= 0 or token.text in ".;:?!":
            return False
        if token.lower in SPEECH_FORMS:
            return True
    return False


def _ends_sentence(text: str, tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None:
        return True
    starts_new = following.quote >= 0 or following.capital or following.text[0].isdigit() or following.text[0] in "([•"
    if token.quote >= 0:
        last = text[token.start : token.end].rstrip(_MARKS)[-1:]
        if last == ".":
            return starts_new
        return last != "" and last in "!?…" and starts_new and not _attribution_follows(tokens, at + 1)
    if token.text[0] in "!?…":
        return starts_new
    if token.text.startswith("."):
        return starts_new and _full_stop(tokens, at)
    if token.text.endswith("."):  # U.S. and the like
        return following.quote < 0 and following.lower in SENTENCE_OPENERS and following.capital
    return False


def _full_stop(tokens: Sequence[Token], at: int) -> bool:
    """Tell a full stop from the point of an abbreviation or an initial."""
    if at == 0:
        return True
    before = tokens[at - 1]
    if before.end != tokens[at].start or before.quote >= 0:
        return True
    if len(before.text) == 1 and before.text.isupper():
        # "J. Smith" goes on; "... plan B. The ..." does not.
        return tokens[at + 1].lower in SENTENCE_OPENERS
    if before.lower in ABBREVIATIONS:
        return (
            before.lower in {"inc", "ltd", "co", "corp", "etc", "jr", "sr"} and tokens[at + 1].lower in SENTENCE_OPENERS
        )
    return True


def split_sentences(text: str, tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Return half-open token ranges, one a sentence; sentence ends inside quotations do not count."""
    ranges = []
    start = 0
    for at, token in enumerate(tokens):
        ends = (token.quote >= 0 or token.text[-1] in _ENDS) and _ends_sentence(text, tokens, at)
        if ends or at - start >= _LONGEST:
            ranges.append((start, at + 1))
            start = at + 1
    if start < len(tokens):
        ranges.append((start, len(tokens)))
    return ranges
