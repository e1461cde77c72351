"""The main subject of a sentence, past whatever opens it."""

from __future__ import annotations

from pipeline.quotes.gazetteer import FIRST_NAMES, PLACES
from pipeline.quotes.lexicon import (
    ADVERBS,
    ATTITUDE_FORMS,
    AUXILIARY,
    BE,
    BODY_NOUNS,
    CLAUSE_WORDS,
    DAYS,
    DETERMINERS,
    NOUN_LIKE,
    ORGANISATION_NOUNS,
    PREPOSITIONS,
    ROLE_NOUNS,
    SPEECH_FORMS,
    is_role,
    words,
)
from pipeline.quotes.phrases import (
    NOMINATIVE,
    Mention,
    Tokens,
    is_break,
    is_place,
    name_behind_role,
    parse_phrase,
    pure_name,
)

_OPENERS = DAYS | {
    "but",
    "and",
    "so",
    "late",
    "early",
    "soon",
    "yes",
    "no",
    "here",
    "moreover",
    "besides",
    "indeed",
    "furthermore",
    "nevertheless",
    "likewise",
    "elsewhere",
    "afterward",
    "afterwards",
    "overall",
    "next",
    "earlier",
    "later",
    "now",
    "perhaps",
    "maybe",
    "still",
}
_AFTER_ROLE = ROLE_NOUNS | {"’s", "'s"}
_NOT_SUBJECTS = (
    DETERMINERS
    | PLACES
    | words(
        "republican democratic democrat conservative labour liberal federal small large local public young top senior"
    )
)
_ENDS_SUBJECT = AUXILIARY | (BE - {"'s", "’s"}) | ADVERBS
_TITLE_HEADS = ROLE_NOUNS | BODY_NOUNS | ORGANISATION_NOUNS
_SPANS_OF_TIME = words(
    """
    second seconds minute minutes hour hours day days week weeks month months year years decade decades morning
    afternoon evening night moment moments weekend summer autumn fall winter spring
    """
)
_TIME_AFTER = words("later ago earlier before after on")
_TIME_BEFORE = words(
    "last next that this earlier later one a an some several many two three four five six seven eight nine ten"
)


def _past_time(tokens: Tokens, at: int, high: int) -> int:
    """Return where a sentence goes on behind an opening time: "Hours later,", "Earlier this week,", "Two years ago"."""
    end = at
    while end < min(high, at + 4) and tokens[end].lower not in _SPANS_OF_TIME:
        timely = tokens[end].lower in _TIME_BEFORE or tokens[end].lower in ADVERBS or tokens[end].text[0].isdigit()
        # "Thirteen years earlier"
        if not timely and (end > at or end + 2 >= high or tokens[end + 2].lower not in _TIME_AFTER):
            return at
        end += 1
    if end >= min(high, at + 4):
        return at
    end += 1
    closed = end < high and (tokens[end].text == "," or tokens[end].lower in _TIME_AFTER)
    if not closed and not (end < high and (tokens[end].capital or tokens[end].lower in NOMINATIVE)):
        return at
    while end < high and (tokens[end].text == "," or tokens[end].lower in _TIME_AFTER):
        end += 1
    return end


def leading_subject(tokens: Tokens, low: int, high: int) -> Mention | None:
    """Return the main subject of a sentence, past its opening adverbial."""
    at = low
    while at < high and (
        tokens[at].lower in ADVERBS
        or tokens[at].lower in _OPENERS
        or tokens[at].text == ","
        or (tokens[at].lower.endswith("ly") and tokens[at].lower not in FIRST_NAMES)
    ):
        at += 1
    if at >= high:
        return None
    at = _past_time(tokens, at, high)
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
        named = name_behind_role(tokens, end, high)
        if named is not None:
            return named
        return parse_phrase(tokens, at, end) if end > at else None
    commas = [k for k in range(at, high - 1) if tokens[k].text == ","]
    for order, k in enumerate(commas):
        end = _phrase_end(tokens, k + 1, high)
        if order and end < high and tokens[end].text in {",", "and", "or"} and not pure_name(tokens, k + 1, end):
            continue  # an item of a list
        if end < high and tokens[end].text == "," and is_place(tokens, k + 1, end):
            continue  # "in Salem, New Hampshire, Lee"
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
    if token.lower in _ENDS_SUBJECT:
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
    return (form and before.lower not in DETERMINERS) or _after_name(tokens, low, at)


def _after_name(tokens: Tokens, low: int, at: int) -> bool:
    """Tell a verb after a name ("Huawei denounced") from a noun of the same phrase ("a Huawei spokesman")."""
    before = tokens[at - 1]
    return before.capital and before.lower not in _NOT_SUBJECTS and tokens[at].lower not in _TITLE_HEADS
