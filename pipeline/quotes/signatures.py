"""Names that sign a quotation or label it without a verb: “…” — Ann Lee; Ann Lee: “…”; “LEE: …” (transcripts)."""

from __future__ import annotations

import re

from pipeline.quotes.clauses import Clause
from pipeline.quotes.gazetteer import PLACES
from pipeline.quotes.lexicon import DAYS, ROLE_NOUNS, SPEECH_FORMS
from pipeline.quotes.phrases import Mention, Tokens, is_break, parse_phrase, pure_name, run_start
from pipeline.quotes.sentences import tokenize

_DASHES = frozenset({"—", "―", "–", "-", "--"})
_BELOW = re.compile(r"[ \t]*+\n\s*+(?:[-–—―]{1,3}|~)\s*(?=[^\W\d_])([^\n]{3,100})(?=\n|$)")
_LAST_LINE = re.compile(r"\n\s*(?:[-–—―]{1,3}\s*)?([A-Z][^\n]{3,90})$")
_TURN = re.compile(r"[\"“«]\s?([A-Z][A-Z’'-]+(?: [A-Z][A-Z’'-]+){0,2}):\s")
_CLOSING = "\"“”‘’'»«. "
_LINE = 110
"""Characters of a quotation's end in which its signature may stand."""
_LONGEST = 7
"""Tokens of a name with its titles."""
_LABELS = frozenset({"from", "by", "’s", "'s", "and"})


def _end(tokens: Tokens, at: int) -> int:
    while at < len(tokens) and not is_break(tokens[at]):
        at += 1
    return at


def _signed(tokens: Tokens, at: int) -> Mention | None:
    """Return the name that a stretch behind a dash begins with, if nobody says anything there."""
    end = _end(tokens, at)
    if not 0 < end - at <= _LONGEST or any(token.lower in SPEECH_FORMS for token in tokens[at:end]):
        return None
    mention = parse_phrase(tokens, at, end)
    return mention if mention is not None and mention.kind == "name" and mention.end == tokens[end - 1].end else None


def signature(tokens: Tokens, at: int) -> Clause | None:
    """Return the name behind a dash right after a quotation: “…” — Commissioner Ann Lee."""
    if at + 2 >= len(tokens) or tokens[at + 1].text not in _DASHES or not tokens[at + 2].capital:
        return None
    mention = _signed(tokens, at + 2)
    return Clause(mention, None) if mention is not None else None


def signature_below(text: str, start: int, end: int) -> Clause | None:
    """Return the name that signs a quotation on a line of its own, below it or as its last line inside the marks."""
    match, offset = _BELOW.match(text, end), 0
    if match is None and "\n" in text[start:end]:
        match = _LAST_LINE.search(text[max(start, end - _LINE) : end].rstrip(_CLOSING))
        offset = max(start, end - _LINE)
    if match is None:
        return None
    tokens = tokenize(text, offset + match.start(1), offset + match.end(1))
    named = match.re is _BELOW or (bool(tokens) and pure_name(tokens, 0, _end(tokens, 0)))
    mention = _signed(tokens, 0) if named else None
    return Clause(mention, None) if mention is not None else None


def label_inside(text: str, start: int, end: int) -> Clause | None:
    """Return the name in capitals with which a transcript’s turn begins inside the marks."""
    match = _TURN.match(text, start, end)
    if match is None:
        return None
    words = tuple(word.title() for word in match[1].split())
    return Clause(Mention(*match.span(1), "name", words), None)


def label(tokens: Tokens, at: int) -> Clause | None:
    """Return the name that labels a quotation: "Ann Lee: “…”", "Ann Lee, farmer: “…”" and the like."""
    if at < 2 or tokens[at - 1].text != ":":
        return None
    end = at - 1
    if tokens[0].lower == "from" and end <= _LONGEST and not any(is_break(token) for token in tokens[:end]):
        return Clause(mention, None) if (mention := parse_phrase(tokens, 1, end)) is not None else None
    dash = max((k for k in range(end) if tokens[k].text in _DASHES), default=-1)
    comma = next((k for k in range(dash + 1, end) if tokens[k].text == ","), end)
    described = comma < end and end - comma <= _LONGEST and not any(t.lower in SPEECH_FORMS for t in tokens[comma:end])
    if described and pure_name(tokens, dash + 1, comma):
        mention = parse_phrase(tokens, dash + 1, comma)
        return Clause(mention, None) if mention is not None else None
    begin = run_start(tokens, 0, end)
    if begin == end or tokens[begin].lower in PLACES or tokens[begin].lower in DAYS:
        return None
    before = tokens[begin - 1] if begin else None
    if (
        before is None
        or is_break(before)
        or before.text in _DASHES
        or (begin <= 3 and before.lower in _LABELS)
        or _is_role(tokens, begin)
    ):
        mention = parse_phrase(tokens, begin, end)
        return Clause(mention, None) if mention is not None and mention.kind == "name" else None
    return None


def _is_role(tokens: Tokens, begin: int) -> bool:
    """Tell whether a role at the head of the sentence is all that stands before a name: "Farmer Ann Lee:"."""
    return begin <= 2 and tokens[begin - 1].lower in ROLE_NOUNS


def name_before_colon(tokens: Tokens, at: int) -> Clause | None:
    """Return a person's name right before a colon: "The surge is no surprise to Ann Lee: “…”"."""
    if at < 2 or tokens[at - 1].text != ":":
        return None
    begin = max((k + 1 for k in range(at - 1) if not (tokens[k].capital or tokens[k].text == ".")), default=0)
    if not pure_name(tokens, begin, at - 1):
        return None
    mention = parse_phrase(tokens, begin, at - 1)
    return Clause(mention, None) if mention is not None else None
