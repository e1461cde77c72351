"""Ids that are the same in every article for the same full name."""

from __future__ import annotations

from functools import lru_cache

from pipeline.quotes.lexicon import SUFFIXES, words
from pipeline.quotes.runs import split_run
from pipeline.spelling import plain_words

_LEGAL_FORMS = words("inc ltd llc plc corp corporation co company limited gmbh ag sa nv bv ab oy as spa")


@lru_cache(maxsize=20_000)
def speaker_id(name: str, *, is_person: bool) -> str | None:
    """Return a readable id of a name; None where it is no full name.

    Case, accents, spacing, titles, suffixes, legal forms and the full stops of initials do not count:
    "Sen. J.R. Núñez Jr." and "J. R. Nunez" are one.

    Examples
    --------
    >>> speaker_id("Dr. Ann O’Lee", is_person=True)
    'ann-olee'
    >>> speaker_id("The Halden Optics Corp.", is_person=False)
    'halden-optics'
    """
    parts = plain_words(" ".join(split_run(name)[1]) if is_person and name[:1].isupper() else name)
    if is_person:
        parts = [part for part in parts if part not in SUFFIXES]
        return "-".join(parts) if len(parts) > 1 else None
    if parts[:1] == ["the"]:
        parts = parts[1:]
    while len(parts) > 1 and parts[-1] in _LEGAL_FORMS:
        parts = parts[:-1]
    return "-".join(parts) or None
