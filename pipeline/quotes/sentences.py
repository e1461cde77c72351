"""Sentences of the reporter's text, and their tokens; a whole quotation is one token."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate, repeat
from typing import NamedTuple

from pipeline.quotes.lexicon import ABBREVIATIONS, DAYS, SENTENCE_OPENERS, SPEECH_FORMS

QUOTE = "”"
"""Text of a token that stands for a whole quotation."""

_TOKEN = re.compile(
    r"([a-z]{2,}(?=[ ,])"  # most tokens, found without trying the rest
    r"|(?!\s)(?:"
    r"(?:[A-Za-z]\.){2,}"  # U.S., a.m.
    r"|(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Prof|St|Rev|Hon|Capt|Adm|Del|Maj)\.(?= )"
    r"|[A-Z]\.(?= ?[A-Z])"  # initials
    r"|\$?\d[\d.,]*\d|\d"
    r"|\w+(?:[-‑]\w+|['’](?!(?:s|re|ve|ll|d|m|t)\b)\w+)*"
    r"|['’](?:s|re|ve|ll|d|m|t)\b"
    r"|[.!?]+|…|--+|[^\w\s]))"
)
# The end of a sentence: its stop, what closes with it, and a beginning behind the space. The pattern begins with the
# stop, and looks back behind it, so that the engine skips to stops at once.
_END = re.compile(r"[.!?…](?<![.!?…].)[.!?…]*+[\"'”’»)\]]*+(?=\s++[\"“„«‘'(\[•0-9A-ZÀ-ÖØ-ÞĀ-Ž])")
_WORD_BEFORE = re.compile(r"[\w.]++$")
_WORD_AFTER = re.compile(r"\s+([\w.’'-]+)")
_LONGEST_ABBREVIATION = 12
_LONGEST = 1000
"""Characters of reporter's text after which a sentence is cut, so that a text without full stops stays readable."""
_OPENERS = SENTENCE_OPENERS - DAYS  # "at 9 a.m. Monday" goes on
_WEIGHT = 20
"""Characters as which a quotation counts in it, however long."""
_MAY_END = frozenset({"inc", "ltd", "co", "corp", "etc", "jr", "sr"})
_ATTRIBUTION_REACH = 90
"""Characters behind “…?” in which a reporting verb makes a reporting clause of what follows."""


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


# Skips the named tuple's own constructor.
_token: partial[Token] = partial(tuple.__new__, Token)


def tokenize(text: str, start: int, end: int, quotes: Sequence[tuple[int, int]] = (), first: int = 0) -> list[Token]:
    """Return the tokens of ``text[start:end]``; each quotation inside is one token.

    Parameters
    ----------
    quotes
        Quotations that begin in the stretch, in order.
    first
        Index of the first of them.
    """
    if not quotes:
        return _words(text, start, end)
    tokens: list[Token] = []
    at = start
    for index, (a, b) in enumerate(quotes, start=first):
        if at < a:
            tokens += _words(text, at, a)
        tokens.append(Token(QUOTE, a, b, QUOTE, index))
        at = b
    return tokens + _words(text, at, end) if at < end else tokens


def _words(text: str, start: int, end: int) -> list[Token]:
    # Much of an article's time goes here, so that nothing is done token by token: the pieces are tokens and, between
    # them, spaces, and their lengths add up to the offsets.
    pieces = _TOKEN.split(text[start:end])
    offsets = list(accumulate(map(len, pieces), initial=start))
    surfaces = pieces[1::2]
    return list(map(_token, zip(surfaces, offsets[1::2], offsets[2::2], map(str.lower, surfaces), repeat(-1))))


def sentence_spans(text: str, start: int, end: int, quotes: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Return the half-open spans of the sentences of ``text[start:end]``; ends inside quotations do not count.

    Parameters
    ----------
    quotes
        Quotations that begin in the stretch, in order; the last one may end behind it.
    """
    spans = []
    begin, index = start, 0
    for match in _END.finditer(text, start, end):
        while index < len(quotes) and quotes[index][1] <= match.start():
            index += 1
        stop = match.end()
        if index < len(quotes) and quotes[index][0] <= match.start():
            if stop < quotes[index][1] or _attribution_follows(text, match, end):
                continue
        elif match[0][0] == "." and not _is_full_stop(text, match.start()):
            continue
        spans.append((begin, stop))
        begin = stop
    if text[begin:end].strip() or begin == start:
        spans.append((begin, end))
    if end - start > _LONGEST:
        spans = [piece for low, high in spans for piece in _pieces(text, low, high, quotes)]
    return [(_past_blanks(text, a, b), b) for a, b in spans]


def _pieces(text: str, start: int, end: int, quotes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield a sentence, cut outside its quotations where it holds too much of the reporter's text."""
    begin = at = start
    room = _LONGEST
    first, last = bisect_left(quotes, (start, start)), bisect_left(quotes, (end, end))
    for a, b in [*quotes[first:last], (end, end)] if end - start > _LONGEST else ():
        while a - at > room:
            cut = text.find(" ", at + room, min(a, at + room + _LONGEST))
            if cut < 0 and a - at <= room + _LONGEST:
                break
            cut = cut if cut >= 0 else at + room + _LONGEST  # a word without end
            yield begin, cut
            begin = at = cut
            room = _LONGEST
        room -= a - at + _WEIGHT
        if room < 0 and begin < a < end:
            yield begin, a
            begin, room = a, _LONGEST
        at = b
    yield begin, end


def _past_blanks(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _attribution_follows(text: str, match: re.Match[str], end: int) -> bool:
    """Tell whether a reporting clause follows a quotation that ends in a question or exclamation mark."""
    if match[0][0] == ".":
        return False
    clause = re.split(r"[.;:?!“\"]", text[match.end() : min(end, match.end() + _ATTRIBUTION_REACH)], maxsplit=1)[0]
    return any(word in SPEECH_FORMS for word in clause.lower().split())


def _is_full_stop(text: str, at: int) -> bool:
    """Tell a full stop from the point of an abbreviation or an initial."""
    word = _WORD_BEFORE.search(text, max(0, at - _LONGEST_ABBREVIATION), at)
    if word is None:
        return True
    lowered = word[0].lower()
    initial = (len(word[0]) == 1 and word[0].isupper()) or "." in word[0]
    if not initial and lowered not in ABBREVIATIONS:  # most of them
        return True
    after = _WORD_AFTER.match(text, at + 1)
    if after is None:
        return True
    # "J. Smith" and "the U.S. Senate" go on; "... plan B. The ..." does not
    return (initial or lowered in _MAY_END) and after[1].lower() in _OPENERS
