"""What the acronyms of an article stand for: "the Federal Communications Commission (FCC)"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.quotes.lexicon import PREPOSITIONS

_DEFINED = re.compile(r" \((?:the )?([A-Z][A-Za-z]{0,8}[A-Z])\)")
_EXPLAINED = re.compile(r"\b([A-Z][A-Za-z]{0,8}[A-Z]) \((?:the )?([A-Z][^()\n]{5,80})\)")
_GOES_ON = re.compile(r" and [A-Z]\w+(?: [A-Z]\w+)?(?= \()")
_INSIDE = PREPOSITIONS | {"and", "&", "the"}
_WINDOW = 120
"""Characters before a bracket that may spell its acronym out."""
_TITLED = 60
"""Characters of titles that may stand between the place of a name and its first word."""
_LEAST = 3
"""Letters from which an acronym is told by its initials alone."""


def spelt_out(text: str, names: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """Return the full name for each acronym that an article spells out, in brackets or by a name of its initials.

    Parameters
    ----------
    names
        What the article names besides people, with the offsets at which it does.
    """
    found: dict[str, str] = {}
    for name, places in names.items():
        initials = _initials(name.split())
        if len(initials) >= _LEAST and initials not in found:
            start = text.find(name, places[0], places[0] + len(name) + _TITLED)
            more = _GOES_ON.match(text, start + len(name)) if start >= 0 else None
            found[initials] = name.removesuffix("’s").removesuffix("'s") + (more[0] if more else "")
    for match in _EXPLAINED.finditer(text):
        if _initials(match[2].split()) == match[1].upper():
            found[match[1].upper()] = match[2]
    for match in _DEFINED.finditer(text):
        whole = _name_before(text[max(0, match.start() - _WINDOW) : match.start()], match[1].upper())
        if whole is not None:
            found[match[1].upper()] = whole
    return found


def _initials(name: Sequence[str]) -> str:
    """Return the initials of a name; empty for words that no acronym is made of."""
    main = [word for word in name if word.lower() not in _INSIDE]
    return "".join(word[0] for word in main) if all(word[0].isupper() for word in main) else ""


def _name_before(before: str, acronym: str) -> str | None:
    """Return the name right before a bracket whose initials spell an acronym, with or without "of" and "and"."""
    left = before.rpartition("\n")[2].split()
    for start in range(len(left) - 1, max(-1, len(left) - 2 * len(acronym) - 1), -1):
        name = left[start:]
        whole = "".join(word[0] for word in name).upper()
        if name[0][0].isupper() and acronym in (_initials(name).upper(), whole):
            while start > 1 and left[start - 1] in {"of", "for"} and left[start - 2][0].isupper():
                start -= 2  # "the Department for Culture and Sport (CS)"
            return " ".join(left[start:])
    return None
