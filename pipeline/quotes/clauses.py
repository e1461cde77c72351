"""Reporting clauses beside a quotation: “…,” Lee said; Lee said “…”; It is “…” as things stand, Lee said.."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from pipeline.quotes.cues import closes, is_cue
from pipeline.quotes.lexicon import (
    ADVERBS,
    ATTITUDE_FORMS,
    BE,
    CUE_WORDS,
    DETERMINERS,
    NOUN_LIKE,
    PARTICIPLES,
    PHRASAL,
    PREPOSITIONS,
    PRONOUNS,
    SAY_FORMS,
    SPEECH_FORMS,
)
from pipeline.quotes.openings import leading_subject
from pipeline.quotes.phrases import NOMINATIVE, Mention, Tokens, is_break, parse_phrase
from pipeline.quotes.sentences import Token
from pipeline.quotes.subjects import subject_after, subject_before

_REACH = 28
"""Tokens between a quotation and the verb of a reporting clause that follows it."""
_CUES = CUE_WORDS | {"according"}
_BEFORE_NOUN = DETERMINERS | PREPOSITIONS
_DASHES = frozenset({"—", "―", "–", "-", "--"})
_SUBORDINATE = frozenset({"that", "which", "when", "because"})
_SUBORDINATING = frozenset({"as", "while", "although", "though", "when", "after", "before", "whereas", "since"})
_BEFORE_SUBORDINATE = frozenset({"but", "and", "yet", "even", "just", "so"})
_QUOTING = frozenset({"quoted", "quotes", "cited"})
_CLOSING = "\"“”‘’'»« "


class Clause(NamedTuple):
    """A speaker's mention, and the cue where there is one."""

    mention: Mention
    cue: Token | None


def clause_of(mention: Mention | None, cue: Token | None) -> Clause | None:
    """Return the clause of a mention and its cue; None without a mention."""
    return Clause(mention, cue) if mention is not None else None


def last_inner_character(text: str) -> str:
    """Return the last character of a quotation inside its marks; empty where there is none."""
    return text.rstrip(_CLOSING)[-1:]


def following(tokens: Tokens, at: int, inner: str) -> Clause | None:
    """Return the reporting clause right behind a quotation.

    Parameters
    ----------
    at
        Index of the quotation's token.
    inner
        Last character of the quotation inside its marks: after a full stop no reporting clause follows.
    """
    begin = at + 1
    comma = begin < len(tokens) and (tokens[begin].text == "," or tokens[begin].text in _DASHES)
    begin += comma
    if begin >= len(tokens) or (inner == "." and not comma):
        return None
    if not (comma or inner in ",?!…—–-" or _verb_first(tokens[begin]) or _says_at_once(tokens, begin)):
        return None
    high, last = begin, min(len(tokens), begin + _REACH)
    while high < last and tokens[high].quote < 0 and tokens[high].text not in {";", ":"}:
        high += 1
    return _inverted(tokens, begin, high) or _plain(tokens, begin, high) or _any_verb(tokens, begin, high)


def _says_at_once(tokens: Tokens, begin: int) -> bool:
    """Tell a reporting clause whose comma was forgotten: “…” Lee said."""
    end = begin
    while end < min(len(tokens), begin + 4) and tokens[end].capital and tokens[end].quote < 0:
        end += 1
    if end == begin and tokens[begin].lower in NOMINATIVE:
        end += 1
    return begin < end < len(tokens) and tokens[end].lower in SAY_FORMS and not tokens[end].capital


def _verb_first(verb: Token) -> bool:
    return verb.lower in SPEECH_FORMS and not verb.lower.endswith("ing") and not verb.capital


def _inverted(tokens: Tokens, begin: int, high: int) -> Clause | None:
    """“…,” said Lee; “…,” according to Lee."""
    if tokens[begin].lower in {"according", "per"} and begin + 1 < high:
        source = begin + (tokens[begin].lower == "according")
        return clause_of(subject_after(tokens, source, high), tokens[begin])
    cue = begin
    while cue < high and tokens[cue].lower in ADVERBS:
        cue += 1
    if cue >= high or not _verb_first(tokens[cue]):
        return None
    noun = tokens[cue].lower in NOUN_LIKE and not tokens[cue].lower.endswith("ed")
    if noun and cue + 1 < high and not (tokens[cue + 1].capital or tokens[cue + 1].lower in DETERMINERS):
        return None  # "Lee’s “…” promise came to nothing"
    return clause_of(subject_after(tokens, cue, high), tokens[cue])


def quotes_somebody(tokens: Tokens, cue: int, high: int) -> bool:
    """Tell whether a cue's object is the speaker: "the Times quoted her", "the Times quoted Ann Lee as saying"."""
    if tokens[cue].lower not in _QUOTING or cue + 1 >= high:
        return False
    near = [token.lower for token in tokens[cue + 1 : min(high, cue + 16)]]
    return near[0] in PRONOUNS or ("as", "saying") in pairwise(near)


def is_asked(tokens: Tokens, cue: int, at: int) -> bool:
    """Tell "Lee was asked, “…?”" and "was asked by Kim, “…?”", where the subject does not speak."""
    if tokens[cue].lower != "asked" or cue == 0 or tokens[cue - 1].lower not in BE:
        return False
    return tokens[cue + 1].lower == "by" or all(not token.text[0].isalnum() for token in tokens[cue + 1 : at])


def leads_on(tokens: Tokens, at: int, clause: Clause, inner: str) -> bool:
    """Tell a clause behind a quotation that leads on to something else: “Why now?” Kim writes back, “…”."""
    if clause.cue is None or at == 0:
        return False
    if tokens[at + 1].lower in {"and", "but", "while", "although"} or _is_subordinate(tokens, at):
        return True
    if inner not in "?!":
        return False
    behind = [token for token in tokens[at + 1 :] if token.start >= clause.cue.end][:3]
    return any(a.text in {",", ":"} and b.quote >= 0 for a, b in pairwise(behind))


def _is_subordinate(tokens: Tokens, at: int) -> bool:
    """Tell a quotation inside the clause that opens its sentence: "While Lee called it “…,” Kim said it was fine"."""
    opener = 0
    while opener < at and tokens[opener].lower in _BEFORE_SUBORDINATE:
        opener += 1
    if tokens[opener].lower not in _SUBORDINATING or any(token.text == "," for token in tokens[opener:at]):
        return False
    return any(is_cue(tokens, cue) for cue in range(opener + 1, at) if tokens[cue].lower in CUE_WORDS)


def is_passive(tokens: Tokens, cue: int) -> bool:
    """Tell a participle whose speaker follows it: "described by Lee as “…”"; but not "asked by Lee"."""
    verb, after = tokens[cue].lower, tokens[cue + 1].lower
    return after == "by" and verb != "asked" and (verb.endswith("ed") or verb in PARTICIPLES)


def _plain(tokens: Tokens, begin: int, high: int) -> Clause | None:
    """“…,” Lee said."""
    cues = [
        cue
        for cue in range(begin, high)
        if tokens[cue].lower in CUE_WORDS and (is_cue(tokens, cue) or closes(tokens, begin, cue))
    ]
    # "an official, who asked not to be named, said": the relative clause comes last.
    for cue in sorted(cues, key=lambda cue: tokens[cue - 1].lower == "who"):
        if tokens[cue].lower.endswith("ing") and any(t.lower in DETERMINERS for t in tokens[max(begin, cue - 2) : cue]):
            continue  # "part of a verbal lashing"
        if quotes_somebody(tokens, cue, high):
            return clause_of(subject_after(tokens, cue, high), tokens[cue])
        mention = subject_before(tokens, begin, cue)
        if mention == "shared":
            if any(token.lower in _SUBORDINATE for token in tokens[begin:cue]):
                continue
            mention = leading_subject(tokens, begin, cue)
        if mention is None or (mention.kind == "phrase" and mention.start > tokens[begin].start + 60):
            continue
        if any(token.lower in _SUBORDINATE for token in tokens[begin:cue] if token.end <= mention.start):
            return None
        return Clause(mention, tokens[cue])
    return None


def _any_verb(tokens: Tokens, begin: int, high: int) -> Clause | None:
    """“…,” Lee shot back; “…,” beamed Ann Lee: any verb will do right behind a comma and beside a name."""
    if begin + 1 < high and tokens[begin].lower in NOMINATIVE and _past_verb(tokens[begin + 1]):
        return clause_of(parse_phrase(tokens, begin, begin + 1), tokens[begin + 1])
    if begin + 1 < high and _past_verb(tokens[begin]) and tokens[begin + 1].capital:
        return clause_of(subject_after(tokens, begin, high), tokens[begin])
    end = begin
    while end < high and (tokens[end].capital or tokens[end].text == "."):
        end += 1
    if begin < end < high and _past_verb(tokens[end]):
        return clause_of(parse_phrase(tokens, begin, end), tokens[end])
    return None


def _past_verb(token: Token) -> bool:
    return not token.capital and (token.lower in PHRASAL or (token.lower.endswith("ed") and len(token.text) > 3))


def trailing(tokens: Tokens, at: int) -> Clause | None:
    """Return the reporting clause that closes a quotation's sentence behind a comma."""
    for cue in range(at + 2, len(tokens)):
        token = tokens[cue]
        if token.lower not in _CUES:
            continue
        before = tokens[cue - 1]
        if token.lower == "according" and before.text == ",":
            return clause_of(subject_after(tokens, cue + 1, len(tokens)), token)
        if token.lower not in CUE_WORDS or not is_cue(tokens, cue):
            continue
        if before.text == ",":
            return None if token.lower.endswith("ing") else clause_of(subject_after(tokens, cue, len(tokens)), token)
        mention = subject_before(tokens, at + 1, cue)
        if isinstance(mention, Mention) and _opens_clause(tokens, at, cue, mention):
            return Clause(mention, token)
    return None


def _opens_clause(tokens: Tokens, at: int, cue: int, mention: Mention) -> bool:
    """Tell whether a mention stands in the stretch right behind a comma."""
    begin = cue
    while begin > at + 1 and (tokens[begin - 1].start >= mention.start or not is_break(tokens[begin - 1])):
        begin -= 1
    return tokens[begin - 1].text == "," and tokens[begin].lower not in PREPOSITIONS


def before_colon(tokens: Tokens, at: int) -> Clause | None:
    """Return whoever a clause that ends in a colon right before a quotation is about."""
    if at < 2 or tokens[at - 1].text != ":":
        return None
    return clause_of(leading_subject(tokens, 0, at - 1), None)


def is_interrupted(tokens: Tokens, quote: int, at: int) -> bool:
    """Tell whether nobody else's verb stands between two pieces of one sentence."""
    return at - quote <= 8 and all(token.lower not in SPEECH_FORMS for token in tokens[quote + 1 : at])


def _is_noun(tokens: Tokens, at: int) -> bool:
    """Tell a noun ("in his view") from a verb of the same form."""
    before = tokens[at - 1] if at else None
    return tokens[at].lower in NOUN_LIKE and before is not None and before.lower in _BEFORE_NOUN


def attitude(tokens: Tokens, at: int) -> Clause | None:
    """Return the holder of the attitude verb left of a quotation: "Lee wants a “…”"."""
    for cue in range(at - 1, -1, -1):
        if tokens[cue].lower in ATTITUDE_FORMS and not _is_noun(tokens, cue):
            mention = subject_before(tokens, 0, cue)
            if isinstance(mention, Mention):
                return Clause(mention, tokens[cue])
    return None
