"""The subject of a cue, before or behind it and across appositions, and the main subject of a sentence."""

from __future__ import annotations

from typing import Literal

from pipeline.quotes.appositions import (
    antecedent,
    before_apposition,
    before_aside,
    chunk_start,
    explained,
    last_phrase_start,
)
from pipeline.quotes.lexicon import (
    ADVERBS,
    BE,
    DAYS,
    DETERMINERS,
    DOCUMENTS,
    PREPOSITIONS,
    TEXT_NOUNS,
    is_role,
    words,
)
from pipeline.quotes.phrases import (
    NOMINATIVE,
    POSTPOSED,
    Mention,
    Tokens,
    is_adverbial,
    is_break,
    name_behind_role,
    parse_phrase,
    relative,
    run_start,
)
from pipeline.quotes.sentences import Token

_SHARING = frozenset(
    ["to", "and", "but", "or", "in", "by", "of", "for", "from", "after", "while", "before", "without", "as"]
)
"""Words right before a verb whose subject stands further left."""
_OBJECTS = frozenset({"him", "her", "them"})
_RELATIVES = frozenset({"who", "which", "that"})
_SIGNS = words("sign signs banner banners poster posters headline placard placards t-shirt voice-over")
"""What is held up saying something: the thing speaks, and not who holds it."""
_TEXTS = TEXT_NOUNS | DOCUMENTS
_ASIDES = frozenset({")", "–", "—", "--"})
"""What closes an aside between a subject and its verb."""


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
    aside = before_aside(tokens, low, at) if token.text in _ASIDES else None
    if aside is not None:
        at, token = aside, tokens[aside]
    if token.lower in _SHARING:
        return "shared"
    if token.text == "," and tokens[cue].lower.endswith("ing"):
        return "shared"
    if token.lower in _RELATIVES:
        return _relative_at(tokens, low, at)
    if token.text in {",", "–", "—"}:
        return before_apposition(tokens, low, at)
    if token.quote >= 0 or is_break(token):
        return None
    begin = chunk_start(tokens, low, at + 1)
    if begin > low and tokens[begin - 1].text == ")" and tokens[begin].lower in PREPOSITIONS:
        aside = before_aside(tokens, low, begin - 1)  # "Ann Lee (47) of Brel"
        if aside is not None:
            at, begin = aside, chunk_start(tokens, low, aside + 1)
    if begin > low and tokens[begin - 1].lower == "who" and not _is_nominal(tokens[begin]):
        # "an official who asked not to be named said"
        end = begin - 2 if begin - 2 > low and tokens[begin - 2].text == "," else begin - 1
        return antecedent(tokens, low, chunk_start(tokens, low, end), end)
    named = explained(tokens, low, begin, at + 1)
    if named is not None:
        return named
    if tokens[cue].lower.endswith("ing") and not any(t.lower in BE for t in tokens[at + 1 : cue]):
        return _of_participle(tokens, low, begin, at)
    return parse_phrase(tokens, begin, at + 1)


def _relative_at(tokens: Tokens, low: int, at: int) -> Mention | None:
    """Return the mention that a relative pronoun is, with its antecedent."""
    end = at - 1 if at > low and tokens[at - 1].text == "," else at
    begin = chunk_start(tokens, low, end)
    start = run_start(tokens, begin, end)
    if tokens[at].lower == "which" and start < end and not _belongs_to_text(tokens, begin, start):
        return relative(tokens[at], parse_phrase(tokens, start, end))  # "at the behest of Acme, which"
    return relative(tokens[at], antecedent(tokens, low, begin, end))


def _belongs_to_text(tokens: Tokens, low: int, at: int) -> bool:
    """Tell whether the name that begins at ``at`` stands behind a text of its bearer’s: "a letter from Acme"."""
    before = at - 1
    while before > low and tokens[before].lower in DETERMINERS:
        before -= 1
    return before > low and tokens[before].lower in PREPOSITIONS and tokens[before - 1].lower in _TEXTS


def _of_participle(tokens: Tokens, low: int, begin: int, at: int) -> Mention | Literal["shared"] | None:
    """Return the subject of a verb in -ing, whose clause ends at ``at``: mostly that of an earlier verb."""
    found = parse_phrase(tokens, begin, at + 1)
    if begin > low and tokens[begin - 1].lower == "and" and all(t.capital for t in tokens[begin : at + 1]):
        return found  # "Lee calling it too late and Kim saying it was not"
    start = run_start(tokens, begin, at + 1)
    if begin < start <= at and tokens[start - 1].lower == "of":
        return parse_phrase(tokens, start, at + 1)  # "footage of Lee saying"
    first = last_phrase_start(tokens, begin, at + 1)
    if tokens[at].lower in _SIGNS and tokens[first].lower in DETERMINERS:
        return parse_phrase(tokens, first, at + 1)
    with_subject = (begin > low and tokens[begin - 1].lower in {"with", "as"}) or tokens[begin].lower == "with"
    return found if with_subject else "shared"


def _is_nominal(token: Token) -> bool:
    return token.lower in NOMINATIVE or token.lower in DETERMINERS or token.capital


def subject_after(tokens: Tokens, cue: int, high: int) -> Mention | None:
    """Return the subject that follows an inverted cue: "said retired general James Jones, who"."""
    at = cue + 1
    while at < high and tokens[at].lower in ADVERBS:
        at += 1
    if at >= high:
        return None
    if tokens[at].lower in NOMINATIVE or tokens[at].lower in _OBJECTS or tokens[at].text == "I":
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


def mention_in(tokens: Tokens, within: Tokens = ()) -> Mention | None:
    """Return the mention that a stretch of text holds, past its appositions and relative clauses.

    "Ann Lee, the company’s chief", "the prime minister, Ann Lee," and "one official who asked not to be named".

    Parameters
    ----------
    within
        The sentence around it, in which a relative pronoun has its antecedent.
    """
    if len(tokens) == 1 and tokens[0].lower in _RELATIVES:
        at = next((k for k, token in enumerate(within) if token.start == tokens[0].start), 0)
        return _relative_at(within, 0, at) if at else None
    low = 0
    while low < len(tokens) and (is_break(tokens[low]) or tokens[low].lower in ADVERBS):
        low += 1
    end = low
    while end < len(tokens) and not is_break(tokens[end]):
        end += 1
    return name_behind_role(tokens, end, len(tokens)) or (parse_phrase(tokens, low, end) if low < end else None)
