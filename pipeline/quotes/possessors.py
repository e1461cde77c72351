"""Speakers who stand in a possessive: in Lee’s words, in her view, her remark that “…”, Lee’s “…” promise."""

from __future__ import annotations

from pipeline.quotes.lexicon import AUXILIARY, BE, DETERMINERS, SPEECH_FORMS, words
from pipeline.quotes.phrases import Mention, Tokens, is_break, parse_phrase, run_start

_OWNERS = {"his": "he", "her": "she", "their": "they", "its": "it", "my": "i"}
_SUFFIX = frozenset({"’s", "'s"})
_APOSTROPHE = frozenset({"’", "'"})
_OWN_WORDS = words("words view views opinion account phrase telling estimation parlance assessment formulation")
_IN = frozenset({"in", "by", "on"})
_SPEECH_NOUNS = words(
    """
    remark remarks comment comments claim claims statement suggestion assertion promise pledge call calls warning
    warnings insistence contention declaration vow argument announcement admission tweet tweets description
    characterization characterisation portrayal dismissal criticism denunciation plea appeal prediction quip joke boast
    response reply answer explanation observation complaint accusation allegation demand belief motto line quote words
    assessment conclusion message mantra assurance advice contradiction refrain phrase
    """
)
_ANOTHERS_VERBS = SPEECH_FORMS - _SPEECH_NOUNS
_BEFORE_CONTENT = words("that of about : ,")
_REACH = 9
"""Tokens between a possessor and what is said."""


def _owner(tokens: Tokens, low: int, at: int) -> Mention | None:
    """Return the possessor whose sign (a pronoun, or the ’s behind a name) is the token ``at``."""
    token = tokens[at]
    if token.lower in _OWNERS:
        return Mention(token.start, token.end, "pronoun", (), _OWNERS[token.lower])
    if token.text not in _SUFFIX and not (token.text in _APOSTROPHE and at > low and tokens[at - 1].lower[-1] == "s"):
        return None
    begin = run_start(tokens, low, at)
    if begin == at:
        begin = next((k for k in range(at - 1, max(low - 1, at - 5), -1) if tokens[k].lower in DETERMINERS), at)
    return parse_phrase(tokens, begin, at) if begin < at else None


def own_words(tokens: Tokens, low: int, high: int) -> Mention | None:
    """Return whose words a stretch calls them: "in Lee’s words", "in her own view", "in the words of Lee"."""
    for at in range(low + 1, high):
        if tokens[at].lower not in _OWN_WORDS:
            continue
        if at + 2 <= high - 1 and tokens[at + 1].lower == "of" and tokens[at - 1].lower == "the":
            end = at + 2
            while end < high and not is_break(tokens[end]):
                end += 1
            return parse_phrase(tokens, at + 2, end)
        for sign in (at - 1, at - 2):
            owner = _owner(tokens, low, sign) if sign > low else None
            if owner is not None and _is_adverbial(tokens, low, owner):
                return owner
    return None


def _is_adverbial(tokens: Tokens, low: int, owner: Mention) -> bool:
    """Tell whether a preposition stands before a possessor: "in Lee’s words"."""
    before = next((k for k in range(low, len(tokens)) if tokens[k].start >= owner.start), low) - 1
    while before > low and tokens[before].lower in DETERMINERS:
        before -= 1
    return before >= low and tokens[before].lower in _IN


def possessor(tokens: Tokens, at: int) -> Mention | None:
    """Return whose remark a quotation is: "her remark that “…”", "Lee’s “…” promise"."""
    low = max(0, at - _REACH - 6)
    if at and tokens[at - 1].text in _SUFFIX and at + 1 < len(tokens) and tokens[at + 1].lower in _SPEECH_NOUNS:
        return _owner(tokens, 0, at - 1)
    for noun in range(at - 1, max(0, at - _REACH), -1):
        token = tokens[noun]
        if token.quote >= 0 or token.lower in BE or token.lower in AUXILIARY or token.lower in _ANOTHERS_VERBS:
            return None
        if token.lower in _SPEECH_NOUNS and (tokens[noun + 1].lower in _BEFORE_CONTENT or noun + 1 == at):
            signs = (k for k in range(noun - 1, max(low, noun - 4) - 1, -1))
            return next((owner for k in signs if (owner := _owner(tokens, low, k)) is not None), None)
    return None
