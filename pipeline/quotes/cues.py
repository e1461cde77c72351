"""Cues: reporting verbs told from nouns and participles of the same form."""

from __future__ import annotations

from pipeline.quotes.lexicon import (
    ADVERBS,
    AUXILIARY,
    BE,
    BODY_NOUNS,
    DETERMINERS,
    LY_NOUNS,
    NOUN_LIKE,
    PARTICIPLES,
    PHRASAL_VERBS,
    PREPOSITIONS,
    PRONOUNS,
    SPEECH_FORMS,
    TEXT_NOUNS,
    is_role,
)
from pipeline.quotes.phrases import FIRST_PERSON, NOMINATIVE, Tokens, is_break
from pipeline.quotes.sentences import Token

_PRONOMINAL = frozenset({"one", "another", "most", "others", "several", "all", "both"})
_BEFORE_NOUN = DETERMINERS - _PRONOMINAL - {"that", "this", "some", "many"}


def is_cue(tokens: Tokens, at: int) -> bool:
    """Tell whether a token is a reporting verb here, and no noun or passive participle."""
    token = tokens[at]
    if token.lower not in SPEECH_FORMS and not is_phrasal(tokens, at):
        return False
    if token.capital and at > 0 and token.lower in NOUN_LIKE:
        return False
    if token.lower.startswith("continu") and at + 1 < len(tokens) and tokens[at + 1].lower == "to":
        return False  # "will continue to be"
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


def is_phrasal(tokens: Tokens, at: int) -> bool:
    """Tell the first word of a reporting verb of two words: "pointed out", "shot back"."""
    second = PHRASAL_VERBS.get(tokens[at].lower)
    if second is None or at + 1 >= len(tokens) or tokens[at + 1].lower != second:
        return False
    after = tokens[at + 2] if at + 2 < len(tokens) else None
    # "went on, “…”" and not "goes on recess"
    return second not in {"on", "in"} or after is None or is_break(after) or after.lower in {"to", "with"}


def closes(tokens: Tokens, begin: int, at: int) -> bool:
    """Tell a noun-like form that is the verb of a clause behind a quotation: “…,” Lee notes; “…,” the letter read.

    Parameters
    ----------
    begin
        Index where the clause begins.
    """
    token = tokens[at]
    if token.lower not in NOUN_LIKE or token.capital or not 0 < at - begin <= 6:
        return False
    if any(is_break(between) for between in tokens[begin:at]):
        return False
    before, after = tokens[at - 1], tokens[at + 1] if at + 1 < len(tokens) else None
    if not (after is None or is_break(after) or after.lower in PREPOSITIONS or after.lower in ADVERBS):
        return False
    if before.lower in NOMINATIVE or (before.capital and before.text not in {"’s", "'s"}):
        return True
    opens = tokens[begin].lower in DETERMINERS or tokens[begin].capital
    agrees = token.lower == "read" or (token.lower.endswith("s") and not before.lower.endswith("s"))
    return opens and agrees and before.text[0].isalpha() and before.lower not in DETERMINERS


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
    if token.lower in TEXT_NOUNS or token.lower in BODY_NOUNS:
        return True
    return token.capital or is_role(token.lower) or token.lower in AUXILIARY or token.lower.endswith(("s", "y", "e"))
