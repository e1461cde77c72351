"""Appositions, asides and relative clauses between a subject and its verb."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.quotes.lexicon import (
    AUXILIARY,
    BE,
    CLAUSE_WORDS,
    DETERMINERS,
    PREPOSITIONS,
    SPEECH_FORMS,
    SUFFIXES,
    TITLES,
    is_role,
)
from pipeline.quotes.phrases import (
    BREAKS,
    NOMINATIVE,
    Mention,
    Tokens,
    heads_phrase,
    is_break,
    is_place,
    parse_phrase,
    pure_name,
    run_start,
)
from pipeline.quotes.sentences import Token

_OF = frozenset({"of", "for", "from", "at"})
"""Prepositions that may join what belongs to a noun phrase."""


def before_aside(tokens: Tokens, low: int, at: int) -> int | None:
    """Return the index of the token before an aside that a bracket or dash closes: "Ann Lee (D-Ohio) said"."""
    opening = "(" if tokens[at].text == ")" else tokens[at].text
    start = next((k for k in range(at - 1, low, -1) if tokens[k].text == opening), None)
    return start - 1 if start is not None else None


def chunk_start(tokens: Tokens, low: int, at: int) -> int:
    """Return where the stretch without a break that ends at ``at`` begins."""
    while at > low and not is_break(tokens[at - 1]):
        at -= 1
    return at


def antecedent(tokens: Tokens, low: int, begin: int, end: int) -> Mention | None:
    """Return what a relative pronoun behind ``tokens[begin:end]`` stands for."""
    explains = begin - 1 > low and tokens[begin - 1].text == "," and tokens[begin - 2].capital
    if explains and tokens[begin].lower in DETERMINERS:
        return before_apposition(tokens, low, end)  # "Ann Lee, a farmer who called"
    start = run_start(tokens, begin, end)
    if pure_name(tokens, start, end):
        return parse_phrase(tokens, start, end)  # "to Ann Lee, who called"
    if end <= low:
        return None
    first = last_phrase_start(tokens, begin, end)
    if first > begin and tokens[first - 1].lower in BE and tokens[first].lower in DETERMINERS:
        return parse_phrase(tokens, begin, first - 1)  # "Lee is the one who called"
    return parse_phrase(tokens, first, end) or parse_phrase(tokens, begin, end)


def last_phrase_start(tokens: Tokens, low: int, end: int) -> int:
    """Return where the last noun phrase of a clause begins: "a letter from the board" of "Lee sent a letter from …"."""
    at = end - 1
    while at >= low:
        token = tokens[at]
        if _ends_before(token) and at < end - 1:
            return at + 1
        if token.lower in DETERMINERS:
            if at - 2 < low or tokens[at - 1].lower not in _OF:
                return at
            at -= 1
        at -= 1
    return low


def _ends_before(token: Token) -> bool:
    """Tell a verb or preposition, behind which a noun phrase begins."""
    if token.capital:
        return False
    prepositional = token.lower in PREPOSITIONS and token.lower not in _OF
    verb = token.lower in BE or token.lower in AUXILIARY or token.lower in SPEECH_FORMS
    return prepositional or verb or token.lower == "to" or (token.lower.endswith("ed") and len(token.text) > 4)


def explained(tokens: Tokens, low: int, begin: int, end: int) -> Mention | None:
    """Return the name before an apposition that no comma closes: "Ann Lee, the founder of the board said"."""
    if begin <= low + 2 or tokens[begin - 1].text != "," or tokens[begin].lower not in DETERMINERS:
        return None
    start = begin - 1
    while start > low and not is_break(tokens[start - 1]):
        start -= 1
    if any(is_role(token.lower) for token in tokens[begin:end]) and pure_name(tokens, start, begin - 1):
        return parse_phrase(tokens, start, begin - 1)
    return None


def _segments(tokens: Tokens, low: int, at: int) -> list[tuple[int, int]]:
    """Return the comma-separated stretches before a comma, nearest first."""
    segments, end = [], at
    bracket: int | None = None
    for k in range(at - 1, low - 1, -1):
        if tokens[k].text == ")" and bracket is None:
            bracket = end if end != k + 1 else -1
        if bracket is not None:
            if tokens[k].text == "(":
                end = k if bracket == -1 else bracket
                bracket = None
            continue
        if tokens[k].text in BREAKS or tokens[k].quote >= 0:
            segments.append((k + 1, end))
            end = k
            if tokens[k].text not in {",", "(", ")"} or len(segments) > 8:
                return segments
    segments.append((low, end))
    return segments


def before_apposition(tokens: Tokens, low: int, at: int) -> Mention | None:
    """Return the noun phrase that an apposition explains: "Ann Lee, chair of the board, said"."""
    stretches = [s for s in _segments(tokens, low, at) if s[0] < s[1]]
    if not stretches:
        return None
    nearest = stretches[0]
    if (
        len(stretches) > 1
        and tokens[stretches[1][0]].lower == "one"
        and all(t.capital for t in tokens[slice(*nearest)])
    ):
        return parse_phrase(tokens, *nearest)  # "One of those companies, Halden Optics, said"
    if pure_name(tokens, *nearest) and _stands_alone(tokens, stretches):
        return parse_phrase(tokens, *nearest)
    for begin, end in stretches[1:]:
        stop = end - 1 if tokens[end - 1].lower in SUFFIXES and end - begin > 1 else end
        start = run_start(tokens, begin, stop)
        if start < stop and heads_phrase(tokens, begin, start) and not is_place(tokens, start, stop):
            return parse_phrase(tokens, start if is_clause(tokens, begin, start) else begin, end)
        if tokens[begin].lower in DETERMINERS and end - begin <= 14:
            explained = next((s for s in stretches if s[1] == begin - 1), None)
            named = explained is not None and pure_name(tokens, *explained)
            return parse_phrase(tokens, *(explained if explained and named else (begin, end)))
        if tokens[end - 1].lower in NOMINATIVE:
            return parse_phrase(tokens, end - 1, end)
    return parse_phrase(tokens, *stretches[1]) if len(stretches) > 1 else None


def is_clause(tokens: Tokens, begin: int, end: int) -> bool:
    """Tell whether a stretch before a name is a clause of its own rather than the name's titles."""
    return any(
        t.lower in CLAUSE_WORDS or t.lower in PREPOSITIONS or t.lower in AUXILIARY or t.lower in BE
        for t in tokens[begin:end]
    )


def _stands_alone(tokens: Tokens, segments: Sequence[tuple[int, int]]) -> bool:
    """Tell whether the name nearest the verb is its subject, and not part of an aside about somebody else."""
    if len(segments) == 1 or tokens[segments[0][0]].lower.rstrip(".") in TITLES:
        return True
    begin, end = segments[1]
    return tokens[begin].lower not in PREPOSITIONS and not pure_name(tokens, begin, end)
