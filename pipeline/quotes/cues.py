"""Cues ("said") and their subjects in one tokenised sentence of reporter's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.quotes.lexicon import (
    ADVERBS,
    ATTITUDE_FORMS,
    AUXILIARY,
    BE,
    BODY_NOUNS,
    CLAUSE_WORDS,
    DETERMINERS,
    NOUN_LIKE,
    ORG_TOKENS,
    PARTICIPLES,
    PARTICLES,
    PLACES,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_NOUNS,
    SENTENCE_OPENERS,
    SPEECH_FORMS,
    SUFFIXES,
    TITLES,
    is_role,
)
from pipeline.quotes.sentences import Token

Tokens = Sequence[Token]
_BREAKS = frozenset(",;:()[]–—―…") | {"--"}
NOMINATIVE = frozenset({"he", "she", "they", "it"})
_FIRST_PERSON = frozenset({"i", "we", "you", "there"})
_BEFORE_NOUN = DETERMINERS - {"that", "this", "some", "many", "both"}
_AFTER_ROLE = ROLE_NOUNS | {"’s", "'s"}
_NOT_SUBJECTS = DETERMINERS | PLACES
_TITLE_HEADS = ROLE_NOUNS | BODY_NOUNS
_PRONOMINAL = frozenset({"one", "another", "most", "others", "several", "all", "both"})
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


def is_break(token: Token) -> bool:
    """Tell whether a token ends a noun phrase or clause."""
    return token.quote >= 0 or token.text in _BREAKS or token.lower in CLAUSE_WORDS or token.text in {".", "?", "!"}


def is_cue(tokens: Tokens, at: int) -> bool:
    """Tell whether a token is a reporting verb here, and no noun or passive participle."""
    token = tokens[at]
    if token.lower not in SPEECH_FORMS or token.capital and at > 0 and token.lower in NOUN_LIKE:
        return False
    back = at - 1
    while back > 0 and tokens[back].lower in ADVERBS:
        back -= 1
    before = tokens[back] if back >= 0 else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if before is not None and before.lower in BE and (token.lower.endswith("ed") or token.lower in PARTICIPLES):
        return False  # "was accused of": said about its subject
    if before is not None and (before.lower in _BEFORE_NOUN or before.text in "’'"):
        return before.quote >= 0 or before.lower in _PRONOMINAL
    if token.lower in NOUN_LIKE:
        return before is not None and _takes_verb(before, token) and after is not None and _takes_object(after)
    return True


def _takes_object(token: Token) -> bool:
    """Tell whether what a reporting verb reports can begin with this token."""
    return (
        token.quote >= 0
        or token.capital
        or token.text in {":", ","}
        or token.lower in {"that", "how", "whether", "why", "what"}
        or token.lower in DETERMINERS
        or token.lower in PRONOUNS
        or token.lower in _FIRST_PERSON
    )


def _takes_verb(token: Token, verb: Token) -> bool:
    """Tell whether a noun-like form after this token can be a verb that agrees with it."""
    if not verb.lower.endswith(("s", "d", "g")) and token.quote < 0:
        return token.lower in {"to", "they", "who", "and"} or token.lower in AUXILIARY or token.lower.endswith("s")
    if token.quote >= 0 or token.lower in NOMINATIVE or token.lower in {"who", "to", "and", "which", ","}:
        return True
    return token.capital or is_role(token.lower) or token.lower in AUXILIARY or token.lower.endswith(("s", "y", "e"))


def _adverbial(token: Token) -> bool:
    return (
        token.lower in ADVERBS
        or token.lower in AUXILIARY
        or token.lower in BE
        or (token.lower.endswith("ly") and len(token.text) > 4 and not token.capital)
    )


def _run_start(tokens: Tokens, low: int, end: int) -> int:
    """Return where the capitalised run that ends at ``end`` begins."""
    at = end
    while at > low:
        token = tokens[at - 1]
        if token.capital and token.quote < 0 and token.text != "I":
            at -= 1
        elif (
            at > low + 1
            and at < end
            and (token.lower in PARTICLES or token.lower in _JOINS_NAME)
            and tokens[at - 2].capital
            and tokens[at - 2].quote < 0
        ) or (token.text == "." and at < end and len(tokens[at - 2].text) <= 4 and tokens[at - 2].capital):
            at -= 1
        elif token.text in {"’s", "'s", "&"} and at < end and tokens[at - 2].capital:
            break
        else:
            break
    while at < end and tokens[at].lower in SENTENCE_OPENERS and tokens[at].lower not in {"may", "will", "mark"}:
        at += 1
    return at


def parse_phrase(tokens: Tokens, low: int, high: int) -> Mention | None:
    """Return the speaker mention that the noun phrase ``tokens[low:high]`` holds, or None."""
    while low < high and (_adverbial(tokens[low]) or is_break(tokens[low])) and tokens[low].lower not in NOMINATIVE:
        low += 1
    while low < high and (_adverbial(tokens[high - 1]) or is_break(tokens[high - 1])):
        high -= 1
    if low >= high:
        return None
    last = tokens[high - 1]
    if last.lower in NOMINATIVE:
        return Mention(last.start, last.end, "pronoun", (), last.lower)
    if last.lower in _FIRST_PERSON:
        return None
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
    begin = _run_start(tokens, low, end)
    if begin < end and _is_head(tokens, low, begin):
        return _name(tokens, begin, end)
    return _common(tokens, low, high)


def _last_phrase(tokens: Tokens, low: int, high: int) -> int:
    """Return where the last noun phrase of a stretch begins ("In a statement the ministry")."""
    begin = _run_start(tokens, low, high)
    if begin < high:
        while begin - 1 > low and not tokens[begin - 1].lower in PREPOSITIONS and tokens[begin - 1].lower not in DETERMINERS:
            begin -= 1
        return begin
    for at in range(high - 1, low, -1):
        if tokens[at].lower in DETERMINERS:
            return at
    return low + 1


def _is_head(tokens: Tokens, low: int, begin: int) -> bool:
    """Tell whether a capitalised run heads its phrase: "chairman Liang Hua", but not "a spokesman for Huawei"."""
    if begin == low:
        return True
    at = begin - 1
    while at > low and tokens[at].lower in DETERMINERS:
        at -= 1
    return tokens[at].lower not in PREPOSITIONS or tokens[at].lower in CLAUSE_WORDS or at == low


def _name(tokens: Tokens, begin: int, end: int) -> Mention:
    words = tuple(t.text for t in tokens[begin:end] if t.text not in {"."})
    return Mention(tokens[begin].start, tokens[end - 1].end, "name", words)


def _common(tokens: Tokens, low: int, high: int) -> Mention | None:
    """Return a phrase headed by a common noun ("a senior Australian source", "China’s foreign ministry")."""
    end = high
    for at in range(low + 1, high):
        inside_name = tokens[at - 1].capital and at + 1 < high and tokens[at + 1].capital
        if tokens[at].lower in {"who", "which"} or tokens[at].lower in PREPOSITIONS and not inside_name:
            end = at
            break
    head = tokens[end - 1].lower
    if not tokens[end - 1].text[0].isalpha():
        return None
    full = high if head in ROLE_NOUNS or head in {"one", "member", "members", "some"} else end
    if tokens[low].lower in _FIRST_PERSON:
        return None
    return Mention(tokens[low].start, tokens[full - 1].end, "phrase", tuple(t.text for t in tokens[low:full]), head)


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
    while at >= low and _adverbial(tokens[at]):
        at -= 1
    if at < low:
        return None
    token = tokens[at]
    if token.lower in {"to", "and", "but", "or", "in", "by", "of", "for", "from", "after", "while", "before", "without", "as"}:
        return "shared"
    if token.text == "," and tokens[cue].lower.endswith("ing"):
        return "shared"
    if token.lower in {"who", "which", "that"}:
        end = at - 1 if at > low and tokens[at - 1].text == "," else at
        begin = _chunk_start(tokens, low, end)
        if begin > low and tokens[begin - 1].text == "," and tokens[begin].lower in DETERMINERS:
            return _before_apposition(tokens, low, end)  # "Ann Lee, a farmer who called"
        return parse_phrase(tokens, _chunk_start(tokens, low, end), end) if end > low else None
    if token.text in {",", "–", "—", ")"}:
        return _before_apposition(tokens, low, at)
    if token.quote >= 0 or is_break(token):
        return None
    begin = _chunk_start(tokens, low, at + 1)
    if tokens[cue].lower.endswith("ing") and not any(t.lower in BE for t in tokens[at + 1 : cue]):
        found = parse_phrase(tokens, begin, at + 1)
        with_subject = begin > low and tokens[begin - 1].lower in {"with", "as"} or tokens[begin].lower == "with"
        return found if with_subject else "shared"
    return parse_phrase(tokens, begin, at + 1)


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
        if tokens[k].text in _BREAKS or tokens[k].quote >= 0:
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
        start = _run_start(tokens, begin, stop)
        if start < stop and _is_head(tokens, begin, start) and not _place(tokens, start, stop):
            return parse_phrase(tokens, start if is_clause(tokens, begin, start) else begin, end)
        if tokens[begin].lower in DETERMINERS and end - begin <= 14:
            return parse_phrase(tokens, begin, end)
        if tokens[end - 1].lower in NOMINATIVE:
            return parse_phrase(tokens, end - 1, end)
    return parse_phrase(tokens, *segments[1]) if len(segments) > 1 else None


def is_clause(tokens: Tokens, begin: int, end: int) -> bool:
    """Tell whether a stretch before a name is a clause of its own rather than the name's titles."""
    return any(t.lower in CLAUSE_WORDS or t.lower in PREPOSITIONS or t.lower in AUXILIARY or t.lower in BE for t in tokens[begin:end])


def _stands_alone(tokens: Tokens, segments: Sequence[tuple[int, int]]) -> bool:
    """Tell whether the name nearest the verb is its subject, and not part of an aside about somebody else."""
    if len(segments) == 1 or tokens[segments[0][0]].lower.rstrip(".") in TITLES:
        return True
    begin, end = segments[1]
    return tokens[begin].lower not in PREPOSITIONS and not pure_name(tokens, begin, end)


def pure_name(tokens: Tokens, begin: int, end: int) -> bool:
    words = [t for t in tokens[begin:end] if t.text != "."]
    while len(words) > 2 and words[0].lower.rstrip(".") in TITLES:
        words = words[1:]
    return (
        1 < len(words) <= 5
        and all(t.capital or t.lower in PARTICLES for t in words)
        and not any(t.lower in ORG_TOKENS or t.lower in PLACES for t in words)
    )


def _place(tokens: Tokens, begin: int, end: int) -> bool:
    return all(token.lower in PLACES for token in tokens[begin:end])


def subject_after(tokens: Tokens, cue: int, high: int) -> Mention | None:
    """Return the subject that follows an inverted cue: "said retired general James Jones, who"."""
    at = cue + 1
    while at < high and tokens[at].lower in ADVERBS:
        at += 1
    if at >= high:
        return None
    if tokens[at].lower in NOMINATIVE or tokens[at].lower in {"him", "her", "them"}:
        return Mention(tokens[at].start, tokens[at].end, "pronoun", (), tokens[at].lower)
    if tokens[at].lower in PREPOSITIONS:
        return None
    end = at
    while end < high and not is_break(tokens[end]) and not _stops(tokens, at, end):
        end += 1
    named = _name_behind(tokens, end, high)
    return named or (parse_phrase(tokens, at, end) if end > at else None)


def _name_behind(tokens: Tokens, end: int, high: int) -> Mention | None:
    """Return the name behind a role and a comma: "the prime minister, Ann Lee,"."""
    if end == 0 or end + 1 >= high or tokens[end].text != ",":
        return None
    if not any(is_role(token.lower) for token in tokens[max(0, end - 6) : end]):
        return None
    stop = end + 1
    while stop < high and not is_break(tokens[stop]):
        stop += 1
    closed = stop == high or tokens[stop].text in {",", ".", "("}
    return parse_phrase(tokens, end + 1, stop) if closed and pure_name(tokens, end + 1, stop) else None


def _stops(tokens: Tokens, begin: int, at: int) -> bool:
    """Tell whether a preposition ends an inverted subject; "of" and "for" go on after a role noun."""
    token = tokens[at]
    if token.lower not in PREPOSITIONS or at == begin:
        return False
    if token.lower in {"of", "for", "at", "from", "with"}:
        before = tokens[at - 1]
        return not (is_role(before.lower) or before.capital and token.lower in {"of", "for"} or before.lower in {"one", "member", "some"})
    return True


def leading_subject(tokens: Tokens, low: int, high: int) -> Mention | None:
    """Return the main subject of a sentence, past its opening adverbial."""
    at = low
    while at < high and (tokens[at].lower in ADVERBS or tokens[at].text == "," or tokens[at].lower in {"but", "and", "so"}):
        at += 1
    if at >= high:
        return None
    opener = tokens[at]
    if opener.lower in NOMINATIVE:
        return Mention(opener.start, opener.end, "pronoun", (), opener.lower)
    subordinate = (
        opener.lower in PREPOSITIONS
        or opener.lower in CLAUSE_WORDS
        or (opener.lower.endswith(("ing", "ed")) and at + 1 < high and not tokens[at + 1].capital)
        or opener.lower in {"told", "given"}
    )
    if not subordinate:
        end = _phrase_end(tokens, at, high)
        named = _name_behind(tokens, end, high)
        if named is not None:
            return named
        return parse_phrase(tokens, at, end) if end > at else None
    commas = [k for k in range(at, high - 1) if tokens[k].text == ","]
    for order, k in enumerate(commas):
        end = _phrase_end(tokens, k + 1, high)
        if order and end < high and tokens[end].text in {",", "and", "or"} and not pure_name(tokens, k + 1, end):
            continue  # an item of a list
        found = parse_phrase(tokens, k + 1, end) if end > k + 1 else None
        if found is not None and (found.kind != "phrase" or tokens[k + 1].lower in DETERMINERS or order == 0):
            return found
    return None


def _phrase_end(tokens: Tokens, low: int, high: int) -> int:
    end = low
    while end < high and not is_break(tokens[end]) and not (end > low and _verb_like(tokens, low, end)):
        end += 1
    return end


def _verb_like(tokens: Tokens, low: int, at: int) -> bool:
    """Tell whether a noun phrase that began at ``low`` has ended before this token."""
    token = tokens[at]
    if token.lower in AUXILIARY or token.lower in BE - {"'s", "’s"} or token.lower in ADVERBS:
        return True
    if token.lower in PREPOSITIONS:
        return token.lower not in {"of", "for"}
    if token.capital or token.quote >= 0:
        return False
    before = tokens[at - 1]
    if is_role(before.lower) and not before.capital and token.lower not in _AFTER_ROLE:
        return True
    if token.lower in NOUN_LIKE and not before.capital and not before.lower.endswith("s"):
        return False
    form = token.lower in SPEECH_FORMS or token.lower in ATTITUDE_FORMS or token.lower.endswith(("ed", "ies"))
    return form and before.lower not in DETERMINERS or _after_name(tokens, low, at)


def _after_name(tokens: Tokens, low: int, at: int) -> bool:
    """Tell a verb after a name ("Huawei denounced") from a noun of the same phrase ("a Huawei spokesman")."""
    before = tokens[at - 1]
    return before.capital and before.lower not in _NOT_SUBJECTS and tokens[at].lower not in _TITLE_HEADS
