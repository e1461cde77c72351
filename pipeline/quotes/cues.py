"""Cues: reporting verbs told from nouns and participles of the same form."""

from __future__ import annotations

from pipeline.quotes.lexicon import (
    ADVERBS,
    AUXILIARY,
    BE,
    DETERMINERS,
    LY_NOUNS,
    NOUN_LIKE,
    PARTICIPLES,
    PRONOUNS,
    SPEECH_FORMS,
    is_role,
)
from pipeline.quotes.phrases import FIRST_PERSON, NOMINATIVE, Tokens
from pipeline.quotes.sentences import Token

_PRONOMINAL = frozenset({"one", "another", "most", "others", "several", "all", "both"})
_BEFORE_NOUN = DETERMINERS - _PRONOMINAL - {"that", "this", "some", "many"}


def is_cue(tokens: Tokens, at: int) -> bool:
    """Tell whether a token is a reporting verb here, and no noun or passive participle."""
    token = tokens[at]
    if token.lower not in SPEECH_FORMS or (token.capital and at > 0 and token.lower in NOUN_LIKE):
        return False
    back = at - 1
    while back > 0 and (tokens[back].lower in ADVERBS or _stands_in_passive(tokens, back)):
        back -= 1
    before = tokens[back] if back >= 0 else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if before is not None and before.lower in BE and (token.lower.endswith("ed") or token.lower in PARTICIPLES):
        return False  # "was accused of": said about its subject
    if back > 0 and before is not None and before.text in {"’s", "'s"} and tokens[back - 1].lower not in PRONOUNS:
        return False  # "the journalist’s reporting"
    if before is not None and (before.lower in _BEFORE_NOUN or before.text in "’'"):
        return False
    if token.lower in NOUN_LIKE:
        return before is not None and _takes_verb(before, token) and after is not None and _takes_object(after)
    return True


def _stands_in_passive(tokens: Tokens, at: int) -> bool:
    """Tell the adverb of "was widely described" (and not the noun of "the family said")."""
    adverb = tokens[at].text.endswith("ly") and not tokens[at].capital and tokens[at].text not in LY_NOUNS
    return adverb and tokens[at - 1].lower in BE


def _takes_object(token: Token) -> bool:
    """Tell whether what a reporting verb reports can begin with this token."""
    return (
        token.quote >= 0
        or token.capital
        or token.text in {":", ","}
        or token.lower in {"that", "how", "whether", "why", "what"}
        or token.lower in DETERMINERS
        or token.lower in PRONOUNS
        or token.lower in FIRST_PERSON
    )


def _takes_verb(token: Token, verb: Token) -> bool:
    """Tell whether a noun-like form after this token can be a verb that agrees with it."""
    if not verb.lower.endswith(("s", "d", "g")) and token.quote < 0:
        return token.lower in {"to", "they", "who", "and"} or token.lower in AUXILIARY or token.lower.endswith("s")
    if token.quote >= 0 or token.lower in NOMINATIVE or token.lower in {"who", "to", "and", "which", ","}:
        return True
    return token.capital or is_role(token.lower) or token.lower in AUXILIARY or token.lower.endswith(("s", "y", "e"))
