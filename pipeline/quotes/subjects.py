"""The subject of a cue, before or behind it and across appositions, and the main subject of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pipeline.quotes.lexicon import (
    ADVERBS,
    AUXILIARY,
    BE,
    CLAUSE_WORDS,
    DAYS,
    DETERMINERS,
    PREPOSITIONS,
    SUFFIXES,
    TITLES,
    is_role,
)
from pipeline.quotes.phrases import (
    BREAKS,
    NOMINATIVE,
    POSTPOSED,
    Mention,
    Tokens,
    heads_phrase,
    is_adverbial,
    is_break,
    is_place,
    name_behind_role,
    parse_phrase,
    pure_name,
    run_start,
)

_SHARING = frozenset(
    ["to", "and", "but", "or", "in", "by", "of", "for", "from", "after", "while", "before", "without", "as"]
)
"""Words right before a verb whose subject stands further left."""
_ASIDES = frozenset({")", "–", "—", "--"})
"""What closes an aside between a subject and its verb."""


def _before_aside(tokens: Tokens, low: int, at: int) -> int | None:
    """Return the index of the token before an aside that a bracket or dash closes: "Ann Lee (D-Ohio) said"."""
    opening = "(" if tokens[at].text == ")" else tokens[at].text
    start = next((k for k in range(at - 1, low, -1) if tokens[k].text == opening), None)
    return start - 1 if start is not None else None


def _chunk_start(tokens: Tokens, low: int, at: int) -> int:
    while at > low and not is_break(tokens[at - 1]):
        at -= 1
    return at


def subject_before(tokens: Tokens, low: int, cue: int) -> Mention | Literal["shared"] | None:
    """Return the subject that stands before a cue; ``"shared"`` where the verb takes that of an earlier one.

    Parameters
    ----------
    low
        Index where the sentence (or the stretch after a quotation) begins.
    """
    at = cue - 1
    while at >= low and is_adverbial(tokens[at]):
        at -= 1
    if at < low:
        return None
    token = tokens[at]
    aside = _before_aside(tokens, low, at) if token.text in _ASIDES else None
    if aside is not None:
        at, token = aside, tokens[aside]
    if token.lower in _SHARING:
        return "shared"
    if token.text == "," and tokens[cue].lower.endswith("ing"):
        return "shared"
    if token.lower in {"who", "which", "that"}:
        end = at - 1 if at > low and tokens[at - 1].text == "," else at
        begin = _chunk_start(tokens, low, end)
        if begin > low and tokens[begin - 1].text == "," and tokens[begin].lower in DETERMINERS:
            return _before_apposition(tokens, low, end)  # "Ann Lee, a farmer who called"
        start = run_start(tokens, begin, end)
        if pure_name(tokens, start, end):
            return parse_phrase(tokens, start, end)  # "to Ann Lee, who called"
        return parse_phrase(tokens, _chunk_start(tokens, low, end), end) if end > low else None
    if token.text in {",", "–", "—"}:
        return _before_apposition(tokens, low, at)
    if token.quote >= 0 or is_break(token):
        return None
    begin = _chunk_start(tokens, low, at + 1)
    if begin > low and tokens[begin - 1].text == ")" and tokens[begin].lower in PREPOSITIONS:
        aside = _before_aside(tokens, low, begin - 1)  # "Ann Lee (47) of Brel"
        if aside is not None:
            at, begin = aside, _chunk_start(tokens, low, aside + 1)
    explained = _explained(tokens, low, begin, at + 1)
    if explained is not None:
        return explained
    if tokens[cue].lower.endswith("ing") and not any(t.lower in BE for t in tokens[at + 1 : cue]):
        found = parse_phrase(tokens, begin, at + 1)
        with_subject = (begin > low and tokens[begin - 1].lower in {"with", "as"}) or tokens[begin].lower == "with"
        return found if with_subject else "shared"
    return parse_phrase(tokens, begin, at + 1)


def _explained(tokens: Tokens, low: int, begin: int, end: int) -> Mention | None:
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


def _before_apposition(tokens: Tokens, low: int, at: int) -> Mention | None:
    """Return the noun phrase that an apposition explains: "Ann Lee, chair of the board, said"."""
    segments = [s for s in _segments(tokens, low, at) if s[0] < s[1]]
    if not segments:
        return None
    nearest = segments[0]
    if len(segments) > 1 and tokens[segments[1][0]].lower == "one" and all(t.capital for t in tokens[slice(*nearest)]):
        return parse_phrase(tokens, *nearest)  # "One of those companies, Halden Optics, said"
    if pure_name(tokens, *nearest) and _stands_alone(tokens, segments):
        return parse_phrase(tokens, *nearest)
    for begin, end in segments[1:]:
        stop = end - 1 if tokens[end - 1].lower in SUFFIXES and end - begin > 1 else end
        start = run_start(tokens, begin, stop)
        if start < stop and heads_phrase(tokens, begin, start) and not is_place(tokens, start, stop):
            return parse_phrase(tokens, start if is_clause(tokens, begin, start) else begin, end)
        if tokens[begin].lower in DETERMINERS and end - begin <= 14:
            explained = next((s for s in segments if s[1] == begin - 1), None)
            named = explained is not None and pure_name(tokens, *explained)
            return parse_phrase(tokens, *(explained if explained and named else (begin, end)))
        if tokens[end - 1].lower in NOMINATIVE:
            return parse_phrase(tokens, end - 1, end)
    return parse_phrase(tokens, *segments[1]) if len(segments) > 1 else None


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


def subject_after(tokens: Tokens, cue: int, high: int) -> Mention | None:
    """Return the subject that follows an inverted cue: "said retired general James Jones, who"."""
    at = cue + 1
    while at < high and tokens[at].lower in ADVERBS:
        at += 1
    if at >= high:
        return None
    if tokens[at].lower in NOMINATIVE or tokens[at].lower in {"him", "her", "them"}:
        return Mention(tokens[at].start, tokens[at].end, "pronoun", (), tokens[at].lower)
    if tokens[at].lower in PREPOSITIONS or tokens[at].lower in DAYS:
        return None
    end = at
    while end < high and not is_break(tokens[end]) and not _stops(tokens, at, end):
        end += 1
    named = name_behind_role(tokens, end, high)
    return named or (parse_phrase(tokens, at, end) if end > at else None)


def _stops(tokens: Tokens, begin: int, at: int) -> bool:
    """Tell whether a preposition ends an inverted subject; "of" and "for" go on after a role noun."""
    token = tokens[at]
    if token.lower not in PREPOSITIONS or at == begin or tokens[at - 1].lower in POSTPOSED:
        return False
    if token.lower in {"of", "for", "at", "from", "with"}:
        before = tokens[at - 1]
        return not (
            is_role(before.lower)
            or (before.capital and token.lower in {"of", "for"})
            or before.lower in {"one", "member", "some"}
        )
    return True
