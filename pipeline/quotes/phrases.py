"""Noun phrases that name a speaker, in a tokenised sentence of reporter's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.quotes.gazetteer import ORG_TOKENS, PLACES
from pipeline.quotes.lexicon import (
    ADVERBS,
    AUXILIARY,
    BE,
    CLAUSE_WORDS,
    DETERMINERS,
    EPITHETS,
    LY_NOUNS,
    PARTICLES,
    PREPOSITIONS,
    ROLE_NOUNS,
    SENTENCE_OPENERS,
    SUFFIXES,
    TITLES,
    is_role,
    words,
)
from pipeline.quotes.sentences import Token

Tokens = Sequence[Token]
BREAKS = frozenset(",;:()[]–—―…") | {"--"}
_ENDS_CLAUSE = BREAKS | CLAUSE_WORDS | {".", "?", "!"}
_ADVERBIAL = ADVERBS | AUXILIARY | BE
NOMINATIVE = frozenset({"he", "she", "they", "it"})
FIRST_PERSON = frozenset({"i", "we", "you", "there"})
POSTPOSED = frozenset({"familiar", "close", "briefed", "involved", "aware", "present"})
"""What stands behind a role noun and before the rest of its phrase: "a person familiar with the talks"."""
_POSTPOSED_REACH = 8
_APOSTROPHES = frozenset("’'")
_LEADING_PARTICLES = words("van von der den de del della di da dos du bin ibn")
_PLACE_PARTS = words("new north south east west central san los las saint st port fort d.c washington . mexico")
_INDEFINITE = frozenset({"a", "an", "one", "another"})
_JOINS_NAME = frozenset({"of", "for", "and", "&", "the", "at"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A noun phrase that names a speaker, as it stands in the text."""

    start: int
    end: int
    kind: Literal["name", "pronoun", "phrase"]
    words: tuple[str, ...]
    head: str = ""
    """The head noun of a phrase, or the pronoun, in lower case."""
    antecedent: Mention | None = None
    """What a relative pronoun stands for."""


def relative(token: Token, antecedent: Mention | None) -> Mention | None:
    """Return the mention that a relative pronoun is; None where it stands for nothing that a mention could be."""
    return Mention(token.start, token.end, "pronoun", (), token.lower, antecedent) if antecedent is not None else None


def is_break(token: Token) -> bool:
    """Tell whether a token ends a noun phrase or clause."""
    return token.lower in _ENDS_CLAUSE or token.quote >= 0


def is_adverbial(token: Token) -> bool:
    """Tell an adverb or auxiliary, which may stand between a subject and its verb."""
    text = token.text
    if token.lower in _ADVERBIAL:
        return text != "May"
    return text.endswith("ly") and len(text) > 4 and not token.capital and text not in LY_NOUNS


def run_start(tokens: Tokens, low: int, end: int) -> int:
    """Return where the capitalised run that ends at ``end`` begins."""
    at = end
    while at > low:
        token = tokens[at - 1]
        if (
            (token.capital and token.quote < 0 and token.text != "I")
            or (
                at > low + 1
                and at < end
                and (token.lower in PARTICLES or token.lower in _JOINS_NAME)
                and tokens[at - 2].capital
                and tokens[at - 2].quote < 0
            )
            or _is_plural_possessive(tokens, at - 1, low, end)
            or (token.text == "." and at < end and len(tokens[at - 2].text) <= 4 and tokens[at - 2].capital)
        ):
            at -= 1
        else:
            break
    while low < at < end and tokens[at - 1].text in _LEADING_PARTICLES:
        at -= 1  # "van der Zande"
    while at < end and tokens[at].lower in SENTENCE_OPENERS and tokens[at].lower not in {"may", "will", "mark"}:
        at += 1
    return at


def _is_plural_possessive(tokens: Tokens, at: int, low: int, end: int) -> bool:
    """Tell the apostrophe inside the name of a body: "the Traders’ League"."""
    if tokens[at].text not in _APOSTROPHES or not low < at < end - 1:
        return False
    before = tokens[at - 1]
    return (
        before.capital
        and before.lower.endswith("s")
        and before.end == tokens[at].start
        and (tokens[at + 1].lower in ORG_TOKENS and tokens[at + 1].capital)
    )


def parse_phrase(tokens: Tokens, low: int, high: int) -> Mention | None:
    """Return the speaker mention that the noun phrase ``tokens[low:high]`` holds, or None."""
    while low < high and (is_adverbial(tokens[low]) or is_break(tokens[low])) and tokens[low].lower not in NOMINATIVE:
        low += 1
    while low < high and (is_adverbial(tokens[high - 1]) or is_break(tokens[high - 1])):
        high -= 1
    if low >= high:
        return None
    if tokens[low].lower in NOMINATIVE:
        high = low + 1
    last = tokens[high - 1]
    if last.lower in NOMINATIVE:
        return Mention(last.start, last.end, "pronoun", (), last.lower)
    if last.lower in FIRST_PERSON:
        return Mention(last.start, last.end, "pronoun", (), "i") if last.text == "I" else None
    first = low
    while first < high and (tokens[first].capital or (first > low and tokens[first].lower in PARTICLES)):
        first += 1
    if low + 1 < first < high and tokens[first].lower in PREPOSITIONS and pure_name(tokens, low, first):
        return _name(tokens, low, first)  # "Ann Lee of the Writers’ Guild"
    if tokens[low].lower in PREPOSITIONS and tokens[low].lower not in {"last", "next"}:
        low = _last_phrase(tokens, low, high)
        if low >= high:
            return None
    end = high - 1 if last.lower in SUFFIXES and last.capital and high - low > 1 else high
    begin = run_start(tokens, low, end)
    if begin < end and heads_phrase(tokens, low, begin):
        if begin > low and tokens[begin - 1].lower in _INDEFINITE and tokens[end - 1].lower in EPITHETS:
            return _common(tokens, begin - 1, high)  # "another New Hampshire Democrat"
        return _name(tokens, begin, end)
    return _common(tokens, low, high)


def _last_phrase(tokens: Tokens, low: int, high: int) -> int:
    """Return where the last noun phrase of a stretch begins ("In a statement the ministry")."""
    begin = run_start(tokens, low, high)
    if begin < high:
        while (
            begin - 1 > low
            and tokens[begin - 1].lower not in PREPOSITIONS
            and tokens[begin - 1].lower not in DETERMINERS
        ):
            begin -= 1
        return begin
    for at in range(high - 1, low, -1):
        if tokens[at].lower in DETERMINERS:
            return at
    return low + 1


def heads_phrase(tokens: Tokens, low: int, begin: int) -> bool:
    """Tell whether a capitalised run heads its phrase: "chairman Liang Hua", but not "a spokesman for Huawei"."""
    if begin == low:
        return True
    at = begin - 1
    while at > low and tokens[at].lower in DETERMINERS:
        at -= 1
    return tokens[at].lower not in PREPOSITIONS or tokens[at].lower in CLAUSE_WORDS or at == low


def _name(tokens: Tokens, begin: int, end: int) -> Mention:
    words: list[str] = []
    for token in tokens[begin:end]:
        if token.text in _APOSTROPHES:
            words[-1] += token.text
        elif token.text != ".":
            words.append(token.text)
    return Mention(tokens[begin].start, tokens[end - 1].end, "name", tuple(words))


def _common(tokens: Tokens, low: int, high: int) -> Mention | None:
    """Return a phrase headed by a common noun ("a senior Australian source", "China’s foreign ministry")."""
    end = high
    for at in range(low + 1, high):
        inside_name = tokens[at - 1].capital and at + 1 < high and tokens[at + 1].capital
        if tokens[at].lower in {"who", "which"} or (tokens[at].lower in PREPOSITIONS and not inside_name):
            end = at
            break
    head = tokens[end - 1].lower
    if head in POSTPOSED and end - low > 1 and is_role(tokens[end - 2].lower):
        head = tokens[end - 2].lower
    if not tokens[end - 1].text[0].isalpha():
        return None
    full = high if head in ROLE_NOUNS or head in {"one", "member", "members", "some"} else end
    if tokens[low].lower in FIRST_PERSON:
        return None
    return Mention(tokens[low].start, tokens[full - 1].end, "phrase", tuple(t.text for t in tokens[low:full]), head)


def pure_name(tokens: Tokens, begin: int, end: int) -> bool:
    """Tell whether a stretch is a person's name of two words or more and nothing else."""
    words = [t for t in tokens[begin:end] if t.text != "."]
    while len(words) > 2 and words[0].lower.rstrip(".") in TITLES:
        words = words[1:]
    return (
        1 < len(words) <= 5
        and all(t.capital or t.lower in PARTICLES for t in words)
        and not any(t.lower in ORG_TOKENS or t.lower in PLACES for t in words)
    )


def is_place(tokens: Tokens, begin: int, end: int) -> bool:
    """Tell whether every word of a stretch belongs to the name of a place."""
    known = [token.lower in PLACES for token in tokens[begin:end]]
    return any(known) and all(k or t.lower in _PLACE_PARTS for k, t in zip(known, tokens[begin:end], strict=True))


def name_behind_role(tokens: Tokens, end: int, high: int) -> Mention | None:
    """Return the name behind a role and a comma: "the prime minister, Ann Lee,"."""
    begin = end
    while end < min(high, begin + _POSTPOSED_REACH) and tokens[end].lower in PREPOSITIONS:
        end += 1
        while (
            end < min(high, begin + _POSTPOSED_REACH)
            and not is_break(tokens[end])
            and tokens[end].lower not in PREPOSITIONS
        ):
            end += 1
    if end == 0 or end + 1 >= high or tokens[end].text != ",":
        return None
    if not any(is_role(token.lower) for token in tokens[max(0, begin - 6) : end]):
        return None
    stop = end + 1
    while stop < high and not is_break(tokens[stop]):
        stop += 1
    closed = stop == high or tokens[stop].text in {",", ".", "("}
    return parse_phrase(tokens, end + 1, stop) if closed and pure_name(tokens, end + 1, stop) else None
