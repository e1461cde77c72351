"""What a bare description ("the company", "the ministry", "the official") stands for in an article."""

from __future__ import annotations

import re

from pipeline.quotes.gazetteer import MEDIA, PLACES
from pipeline.quotes.lexicon import BE, BODY_NOUNS, CLAUSE_WORDS, DETERMINERS, PREPOSITIONS, SENTENCE_OPENERS, TITLES
from pipeline.quotes.names import NameIndex
from pipeline.quotes.phrases import Mention

_NO_COMPANY_FIRST = PLACES | SENTENCE_OPENERS | TITLES
_NO_COMPANY_WORD = MEDIA | BODY_NOUNS
_WINDOW = 2500
"""Characters that a bare "the official" may reach back over."""


def company(names: NameIndex, mention: Mention) -> str | None:
    """Return the company that an article is about so far: named most often, and lately."""
    scores: dict[str, float] = {}
    forms: dict[str, dict[str, int]] = {}
    for name, places in names.others.items():
        first = name.split()[0]
        lowered = [word.strip(".").lower() for word in name.split()]
        if lowered[0] in _NO_COMPANY_FIRST or not _NO_COMPANY_WORD.isdisjoint(lowered):
            continue
        before = [at for at in places if at < mention.start]
        if not before:
            continue
        near = max(before)
        scores[first] = scores.get(first, 0.0) + len(before) + 2.0 * (mention.start - near < 400)
        forms.setdefault(first, {})[name] = len(before)
    if not scores:
        return None
    best = max(scores, key=lambda first: scores[first])
    return max(forms[best], key=lambda name: (forms[best][name], -len(name)))


def body(names: NameIndex, mention: Mention) -> str | None:
    """Return the ministry, agency or court that a bare "the ministry" means: the one of that noun named last."""
    wanted = {word.lower() for word in mention.words} - DETERMINERS
    best: str | None = None
    best_at = -1
    for name, places in names.others.items():
        if wanted <= set(name.lower().split()):
            at = max((x for x in places if x < mention.start), default=-1)
            if at > best_at:
                best, best_at = name, at
    return best


def possessive_form(text: str, mention: Mention) -> str | None:
    """Return "China’s foreign ministry" for "the Chinese foreign ministry" where both stand in the article."""
    rest = re.escape(text[mention.start : mention.end].split(None, 2)[2])
    match = re.search(rf"\b{re.escape(mention.words[1][:4])}\w*[’']s {rest}\b", text, re.IGNORECASE)
    return match[0] if match else None


def described(text: str, mention: Mention, heads: set[str]) -> str | None:
    """Return the fuller description that stood before "the official": "a senior Pentagon official"."""
    pattern = rf"\b(?:[Tt]he|[Aa]n?|[Oo]ne|[Aa]nother) ((?:[\w.’'-]+ ){{1,4}}?)(?:{'|'.join(sorted(heads))})\b"
    window = max(0, mention.start - _WINDOW)
    found = list(re.finditer(pattern, text[window : mention.start]))
    for match in reversed(found):
        words = match[1].split()
        if not any(w.lower() in PREPOSITIONS or w.lower() in CLAUSE_WORDS or w.lower() in BE for w in words):
            return match[0]
    return None
