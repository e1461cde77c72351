"""What a bare description ("the company", "the ministry", "the official") stands for in an article."""

from __future__ import annotations

import re
from itertools import islice

from pipeline.quotes.lexicon import BE, CLAUSE_WORDS, DETERMINERS, PREPOSITIONS
from pipeline.quotes.names import NameIndex
from pipeline.quotes.phrases import Mention

_WINDOW = 2500
"""Characters that a bare "the official" may reach back over."""
_NEAR = 10_000
"""Characters on either side in which a fuller form is sought: any article, but not all of a book for each mention."""
_NAMES_BACK = 100
"""Names that a bare "the company" may reach back over, for the same reason."""


def company(names: NameIndex, mention: Mention) -> str | None:
    """Return the company that an article is about so far: named most often, and lately."""
    places: dict[str, list[int]] = {}
    for at, name in islice(names.companies.before(mention.start), _NAMES_BACK):
        places.setdefault(name, []).append(at)
    scores: dict[str, float] = {}
    forms: dict[str, dict[str, int]] = {}
    # Of two that are named as often, the longer name first, then the one named first.
    for name, before in sorted(places.items(), key=lambda item: (" " not in item[0], item[1][-1])):
        first = name.partition(" ")[0]
        scores[first] = scores.get(first, 0.0) + len(before) + 2.0 * (mention.start - before[0] < 400)
        forms.setdefault(first, {})[name] = len(before)
    if not scores:
        return None
    best = max(scores, key=lambda first: scores[first])
    return max(forms[best], key=lambda name: (forms[best][name], -len(name)))


def _head(name: str) -> str:
    """Return the noun that heads a name, in lower case: "ministry" of "Foreign Ministry of Tessaly"."""
    return re.split(r" (?:of|for) ", name, maxsplit=1)[0].rpartition(" ")[2].lower()


def body(names: NameIndex, mention: Mention) -> str | None:
    """Return the ministry, agency or court that a bare "the ministry" means: the one of that noun named last."""
    noun = mention.words[-1].lower()
    wanted = {word.lower() for word in mention.words} - DETERMINERS
    bodies = names.others_with.get(noun)
    if bodies is None:
        return None
    latest = [name for _, name in islice(bodies.before(mention.start), _NAMES_BACK)]
    fitting = [name for name in latest if wanted <= set(name.lower().split()) and _head(name) == noun]
    return next((name for name in fitting if " " in name), fitting[0] if fitting else None)


def possessive_form(text: str, mention: Mention) -> str | None:
    """Return "China’s foreign ministry" for "the Chinese foreign ministry" where both stand near in the article."""
    _, place, *noun = text[mention.start : mention.end].split(None, 2)
    if not noun:
        return None
    form = re.compile(rf"{re.escape(place[:4])}\w*[’']s (?i:{re.escape(noun[0])})\b")
    match = form.search(text, max(0, mention.start - _NEAR), mention.end + _NEAR)
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
