"""Statements told from terms: scare quotes, titles of works and laws, names, nicknames, technical terms.

Long quotations are statements unless they look like a title. Short ones are weighed by a logistic rule over signs
that a reader would name: is somebody said to say it, does it judge or predicate, does it read like a title or qualify
a noun.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from pipeline.quotes.lexicon import (
    ADVERBS,
    AUXILIARY,
    BE,
    CLAUSE_WORDS,
    DETERMINERS,
    MODALS,
    NAMING,
    PREPOSITIONS,
    SPEECH_FORMS,
    words,
)
from pipeline.quotes.phrases import Tokens
from pipeline.quotes.speakers import Attribution

SHORT = 6
"""Quotations of at most so many words are weighed."""
THRESHOLD = 0.6
SINGLE_WORD_THRESHOLD = 0.95
"""The codebook calls single neutral words terms: one word must plainly judge to be a statement."""

# Fitted by benchmarks/term_weights.py (logistic regression, C = 1) on the train part of annotated real quotations.
WEIGHTS: Mapping[str, float] = {
    "after_colon": -1.29,
    "after_definite": -0.14,
    "after_ing": -0.61,
    "after_preposition": -0.62,
    "called_near": 0.77,
    "capital_word": -0.37,
    "finite": 1.02,
    "judging_first": 0.49,
    "judging_last": 0.42,
    "named": -0.73,
    "naming_near": -0.80,
    "no_speaker": -1.06,
    "other_cue": 0.50,
    "person": 0.78,
    "plural_last": -0.20,
    "predicate": 0.39,
    "pronoun": 0.27,
    "qualifies": -1.01,
    "small_words": 1.73,
    "speech_cue": 1.35,
    "title": -3.39,
    "words_1": -0.65,
    "words_2": -0.32,
    "words_3": -0.46,
    "words_4": 0.34,
    "words_5": 0.24,
    "words_6": 0.74,
}
INTERCEPT = -0.56

_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*")
_MARKS = "\"“”‘’'`«»„‚ ,.;:!?…"
_FINITE = re.compile(
    r"\b(?:is|are|was|were|be|been|am|has|have|had|do|does|did|will|would|can|could|shall|should|must|may|might|cannot|let"
    r"|\w+n['’]t|\w+['’](?:re|ve|ll|d|m))\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:I|we|you|he|she|they|it|my|our|your|us|me|them|who|there|[Tt]his|[Tt]hat|[Ii]t)(?:['’]\w+)?\b"
)
_JUDGING = re.compile(r"(?:able|ible|ful|ous|ive|al|ic|less|ant|ent|ed|ing|ly|est|er)$")
_LIGHT = PREPOSITIONS | DETERMINERS | CLAUSE_WORDS
_SMALL = _LIGHT | BE | AUXILIARY
_NOT_QUALIFIED = _SMALL | ADVERBS | SPEECH_FORMS
_FINITE_VERBS = (BE | AUXILIARY | MODALS) - {"to", "'s", "’s", "'d", "’d"}
_POINTING = frozenset({"the", "this", "these", "those"})
_VERSE = re.compile(r"[^\W\d_]{2,}\.?\d{1,3}:\d{1,3}(?:[-–]\d{1,3})?$")
_NEWSPAPERS = words(
    "times telegraph guardian mail express sun mirror metro independent ft herald star post journal gazette tribune "
    "courier chronicle observer standard i scotsman"
)
_SHOWING = words("says reads has leads goes splashes runs carries declares asks reports repeats")
_SELF = frozenset({"he", "she", "they", "i", "we"})
_CALLED = frozenset(
    ["called", "calls", "calling", "described", "describes", "describing", "dubbed", "labeled", "labelled"]
)  # fmt: skip


def inner_words(text: str) -> list[str]:
    """Return the words of a quotation."""
    return _WORD.findall(text.strip(_MARKS))


def is_clause(text: str) -> bool:
    """Tell whether a quotation holds at least a clause of speech (``direct``) or less (``mixed``)."""
    inner = text.strip(_MARKS)
    words = inner.count(" ") + 1
    if words < 4:
        return False
    starts = inner[:1].isupper() or inner[:1] in "[("
    if starts or _PRONOUN.search(inner):
        return True
    return words >= 9 and bool(_FINITE.search(inner))


def is_judging(word: str) -> bool:
    """Tell a word that may judge, by its ending: "harmful", "unlawful", "reckless"."""
    return bool(_JUDGING.search(word))


def is_title(words: Sequence[str]) -> bool:
    """Tell a title or name by its words: each of weight begins with a capital or a figure."""
    weighty = [word for word in words if word.lower() not in _LIGHT]
    return 1 < len(words) <= 14 and bool(weighty) and all(word[0].isupper() or word[0].isdigit() for word in weighty)


def _is_named(near: Sequence[str]) -> bool:
    """Tell whether the words before a quotation introduce a name: "the so-called “…”", "known as “…”"."""
    return bool(near) and (near[-1] in NAMING or (near[-1] == "as" and near[-2:-1] == ["known"]))


def _is_predicate(tokens: Tokens, at: int) -> bool:
    """Tell whether a quotation is what the reporter's clause says of its subject: "is in a “fantastic place”"."""
    for token in reversed(tokens[max(0, at - 3) : at]):
        if token.lower in BE or token.lower in {"as", "remains", "remained", "called", "seems"}:
            return True
        if token.lower not in DETERMINERS and token.lower not in {"in", "not", "at", "of"}:
            return False
    return False


def _qualifies(tokens: Tokens, at: int, inner: str) -> bool:
    """Tell whether a quotation qualifies the noun that follows it: "“non-core” elements"."""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or following.quote >= 0 or not following.text[0].isalpha() or inner[-1] in ",.?!":
        return False
    return following.lower not in _NOT_QUALIFIED


def term_features(text: str, tokens: Tokens, at: int, attribution: Attribution) -> dict[str, float]:
    """Return the signs by which a short quotation is weighed, each 0 or 1.

    Parameters
    ----------
    text
        The quotation, marks included.
    tokens, at
        The sentence that it stands in, and its place there.
    """
    words = inner_words(text)
    inner = text.strip("\"“”‘’'`«»„‚ ")
    lowered = [word.lower() for word in words]
    near = [token.lower for token in tokens[max(0, at - 8) : at]]
    before = near[-1] if near else ""
    cue = attribution.cue.lower if attribution.cue else ""
    signs = {
        f"words_{min(len(words), SHORT)}": True,
        "title": is_title(words),
        "capital_word": len(words) == 1 and words[0][0].isupper() and at > 0,
        "named": _is_named(near),
        "naming_near": any(word in NAMING for word in near[-4:]),
        "predicate": _is_predicate(tokens, at),
        "finite": bool(_FINITE.search(inner)),
        "pronoun": bool(_PRONOUN.search(inner)),
        "small_words": any(word in _SMALL or word.endswith("ly") for word in lowered),
        "speech_cue": cue in SPEECH_FORMS,
        "other_cue": bool(cue) and cue not in SPEECH_FORMS,
        "no_speaker": attribution.speaker is None,
        "person": attribution.speaker is not None and attribution.speaker.kind == "person",
        "qualifies": _qualifies(tokens, at, inner),
        "after_definite": before in {"the", "this", "that", "its", "their", "his", "her"},
        "after_preposition": before in PREPOSITIONS and before != "of",
        "after_colon": before == ":",
        "after_ing": before.endswith("ing"),
        "called_near": any(word in _CALLED for word in near),
        "judging_first": is_judging(lowered[0]),
        "judging_last": is_judging(lowered[-1]),
        "plural_last": lowered[-1].endswith("s"),
    }
    return {name: 1.0 for name, present in signs.items() if present}


def is_statement(text: str, tokens: Tokens, at: int, attribution: Attribution) -> bool:
    """Tell a statement from a term; the parameters are those of ``term_features``."""
    if _is_verse(tokens, at, attribution):
        return False
    if text.count(" ") > 3 * SHORT:
        return True
    words = inner_words(text)
    if _is_press_headline(text, words, attribution):
        return False
    if len(words) > SHORT:
        titled = at > 0 and is_title(words) and text.strip("\"“”‘’'`«»„‚ ")[-1:] not in ".!?"
        return not titled and not (_is_named([t.lower for t in tokens[max(0, at - 2) : at]]) and len(words) <= 12)
    inner = text.strip("\"“”‘’'`«»„‚ ")
    if at == 0 and attribution.speaker is not None and len(words) > 1 and inner[0].isupper() and inner[-1] in ".!?":
        return True  # a sentence of its own
    if _is_topic(tokens, at, words, inner):
        return False
    signs = term_features(text, tokens, at, attribution)
    score = INTERCEPT + sum(WEIGHTS.get(name, 0.0) for name in signs)
    probability = 1 / (1 + math.exp(-score))
    neutral = len(words) == 1 and not _judges(tokens, at, words[0], signs)
    return probability >= (SINGLE_WORD_THRESHOLD if neutral else THRESHOLD)


def _judges(tokens: Tokens, at: int, word: str, signs: Mapping[str, float]) -> bool:
    """Tell a word by which a speaker judges something: "she called the order “a joke”", "said that it was “unlawful”".

    What speakers say of themselves ("she was “confident”") is no judgement, and a noun behind "is" may only name.
    """
    if "speech_cue" not in signs or "capital_word" in signs:
        return False
    near = [token.lower for token in tokens[max(0, at - 8) : at]]
    verb = max((k for k, near_word in enumerate(near) if near_word in BE), default=None)
    called = max((k for k, near_word in enumerate(near) if near_word in _CALLED), default=None)
    if called is not None and (verb is None or verb < called):
        return True
    said_of_others = verb is not None and near[max(0, verb - 1)] not in _SELF
    return "predicate" in signs and said_of_others and is_judging(word)


def _is_verse(tokens: Tokens, at: int, attribution: Attribution) -> bool:
    """Tell words of scripture by chapter and verse before them: "Isaiah 2:4 “…”"."""
    if attribution.cue is not None or at < 4 or not tokens[at - 1].text.isdigit():
        return False
    place = "".join(token.text for token in tokens[max(0, at - 6) : at])
    return bool(_VERSE.search(place))


def _is_press_headline(text: str, words: Sequence[str], attribution: Attribution) -> bool:
    """Tell the headline of a newspaper in a review of the papers: "The Courier has “Ministers weigh ban”"."""
    if not 3 <= len(words) <= 14 or not words[0][0].isupper() or text[-2] in ".,!?…":
        return False
    speaker, cue = attribution.speaker, attribution.cue
    if speaker is None or (cue is not None and cue.lower not in _SHOWING):
        return False
    return speaker.name.rpartition(" ")[2].lower() in _NEWSPAPERS


def _is_topic(tokens: Tokens, at: int, words: Sequence[str], inner: str) -> bool:
    """Tell a bare noun phrase that names what a clause is about, and does not say anything of it.

    It is a plural that examples follow ("replace “risky vendors” such as Halden"), or a definite subject ("the “long
    friendship” between the two is").
    """
    small = any(word.lower() in _SMALL or word.lower().endswith("ly") for word in words)
    if small or len(words) > 4 or at == 0 or inner[-1] in ",.?!" or _FINITE.search(inner) or _PRONOUN.search(inner):
        return False
    after = [token.lower for token in tokens[at + 1 : at + 10]]
    before = tokens[at - 1].lower
    exemplified = after[:1] in (["like"], ["including"]) or after[:2] == ["such", "as"]
    if exemplified and words[-1].endswith("s"):
        return before != "to" and before not in MODALS
    if before not in _POINTING or not after or after[0] not in PREPOSITIONS:
        return False
    end = next((k for k, word in enumerate(after) if word in _FINITE_VERBS), None)
    return end is not None and not any(word in SPEECH_FORMS or not word[0].isalnum() for word in after[:end])
