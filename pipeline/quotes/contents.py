"""The content of an attribution: the contiguous clause around quoted words, paraphrase included.

A fragment carries no stance alone; what is attributed is the clause that it stands in: Lee said *the plan is “a risk”*.
"""

from __future__ import annotations

from pipeline.quotes.cues import is_cue
from pipeline.quotes.lexicon import ADVERBS, DAYS, PREPOSITIONS, SPEECH_FORMS, words
from pipeline.quotes.phrases import NOMINATIVE, Mention, Tokens
from pipeline.quotes.sentences import Token

_COMPLEMENTISERS = words("that whether how why what if")
_ADDRESSING = words(
    """
    tell tells told telling inform informs informed informing remind reminds reminded reminding assure assures assured
    assuring warn warns warned warning urge urges urged urging ask asks asked asking advise advises advised advising
    """
)
"""Verbs whose object is the listener: "told reporters that"."""
_PUNCTUATION = frozenset(",:;.!?—–…") | {"--", "-"}
_CLAUSE_ENDS = frozenset(";:—–.!?") | {"--"}
_INTRODUCES = frozenset(",:")
_SUBORDINATES = words("though although whereas whom")
_LEAVING = words("according but which who a an") | _SUBORDINATES
"""What leaves the content behind a comma: an aside of the reporter's, another clause."""
_COORDINATORS = frozenset({"and", "but"})
_PARTING = ",?!—"
_CLOSING = "\"“”‘’'»« "
_REACH = 40
"""Tokens that a content reaches to either side of the quoted words."""
_NEAR = 20
"""Tokens between a cue and the "that" of its content: "told a town hall in Salem on Friday that"."""
_SUBJECT = 5
"""Tokens up to the reporting verb of a clause that begins."""


def content_span(text: str, tokens: Tokens, at: int, cue: Token | None, mention: Mention | None) -> tuple[int, int]:
    """Return the half-open span, in the article's offsets, of the content that a quotation belongs to.

    Parameters
    ----------
    text
        Cleaned article text.
    tokens
        Tokens of the sentence in which the quotation begins.
    at
        Index of the quotation's token.
    cue, mention
        What the attribution rests on, wherever it stands; without a cue in the sentence the content is the quotation.
    """
    quote = tokens[at]
    if cue is None or not tokens[0].start <= cue.start < tokens[-1].end:
        return quote.start, quote.end
    inner = text[quote.start + 1 : quote.end].rstrip(_CLOSING)
    if cue.start < quote.start:
        return _behind(tokens, at, cue, mention, inner)
    return _before(tokens, at, cue.start if mention is None else min(cue.start, mention.start), inner)


# --- the cue first: Lee said *it “cannot stay” in the network*


def _behind(tokens: Tokens, at: int, cue: Token, mention: Mention | None, inner: str) -> tuple[int, int]:
    """Return the content between a cue and the end of its clause; ``inner`` is the quotation inside its marks."""
    before = mention.end if mention is not None and cue.end <= mention.start < tokens[at].start else cue.end
    first = next((k for k in range(at) if tokens[k].start >= before), at)
    introduced = at > first and tokens[at - 1].text in _INTRODUCES and inner[:1].isupper()
    begin = at if introduced else _beginning(tokens, first, at, addressing=cue.lower in _ADDRESSING)
    closed = inner[-1:] == "," and _leaves(tokens, at + 1)
    return tokens[begin].start, tokens[at if closed else _ending(tokens, at)].end


def _beginning(tokens: Tokens, first: int, at: int, *, addressing: bool) -> int:
    """Return the index of the token that opens the content: past the listener, the time and the place."""
    while first < at and (tokens[first].text in _PUNCTUATION or tokens[first].lower in ADVERBS):
        first += 1
    if first >= at or tokens[first].lower in _COMPLEMENTISERS:
        return first
    if addressing or tokens[first].lower in PREPOSITIONS or tokens[first].lower in DAYS:
        for k in range(first, min(at, first + _NEAR)):
            if tokens[k].lower in _COMPLEMENTISERS or (addressing and k > first and tokens[k].lower == "to"):
                return k
    for k in range(at - 1, first, -1):
        if tokens[k].text == ":" or (tokens[k].quote >= 0 and tokens[k + 1].text == ","):
            return k + 1
    return min(first + addressing, at)


def _ending(tokens: Tokens, at: int) -> int:
    """Return the index of the token that closes the content."""
    last = at
    for k in range(at + 1, min(len(tokens), at + _REACH)):
        token = tokens[k]
        if token.text in _CLAUSE_ENDS or token.lower in _SUBORDINATES:
            break
        if token.text == "," and _leaves(tokens, k + 1):
            break
        if token.lower in _COORDINATORS and _reports_on(tokens, k + 1):
            break
        if token.quote >= 0 or token.text[0].isalnum():
            last = k
    return last


def _leaves(tokens: Tokens, at: int) -> bool:
    """Tell whether what stands behind a comma has left the content: ", adding", ", according to", ", she said"."""
    if at >= len(tokens):
        return True
    token = tokens[at]
    if token.lower in _LEAVING or (token.lower.endswith("ing") and not token.capital):
        return True
    return _reports_on(tokens, at + (token.lower in _COORDINATORS))


def _reports_on(tokens: Tokens, at: int) -> bool:
    """Tell whether a clause with a reporting verb of its own begins here."""
    for k in range(at, min(at + _SUBJECT, len(tokens))):
        if tokens[k].quote >= 0 or tokens[k].text in _PUNCTUATION:
            return False
        if tokens[k].lower in SPEECH_FORMS and is_cue(tokens, k):
            before = tokens[k - 1]
            return k == at or before.capital or before.lower in NOMINATIVE or before.lower in ADVERBS
    return False


# --- the content first: *The plan is “a risk” to all*, Lee said


def _before(tokens: Tokens, at: int, stop: int, inner: str) -> tuple[int, int]:
    """Return the content before its reporting clause, whose cue or speaker begins at the offset ``stop``."""
    return tokens[_opening(tokens, at)].start, tokens[_last_before(tokens, at, stop, inner)].end


def _last_before(tokens: Tokens, at: int, stop: int, inner: str) -> int:
    """Return the index of the last word before the comma that parts a content from its reporting clause."""
    high = next((k for k in range(at + 1, len(tokens)) if tokens[k].start >= stop), len(tokens))
    comma = next((k for k in range(high - 1, at, -1) if tokens[k].text == ","), None)
    if comma is None:  # the comma stands inside the marks: “We tried,” spokeswoman Mira Olsen said
        comma = at + 1 if inner[-1:] in _PARTING else high
    return next(k for k in range(comma - 1, at - 1, -1) if tokens[k].quote >= 0 or tokens[k].text[0].isalnum())


def _opening(tokens: Tokens, at: int) -> int:
    """Return the index of the token that opens the clause of a quotation."""
    begin = at
    while begin > max(0, at - _REACH):
        token = tokens[begin - 1]
        if token.text in _CLAUSE_ENDS or (token.lower in SPEECH_FORMS and is_cue(tokens, begin - 1)):
            break
        begin -= 1
    while begin < at and (tokens[begin].text in _PUNCTUATION or tokens[begin].lower in _COORDINATORS):
        begin += 1
    return begin
