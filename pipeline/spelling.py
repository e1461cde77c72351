"""Names in plain letters, so that spellings of one name compare. Any layer may use it."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h",
        "’": "", "'": "", "ʼ": "", "‘": "", "`": "",
    }
)  # fmt: skip
"""Letters that no accent is taken off, and apostrophes, which spellings leave out."""
_NOT_WORD = re.compile(r"[\W_]+")
_INITIALS = re.compile(r"\b(\w)\.\s?")


def plain_words(name: str) -> list[str]:
    """Return the words of a name in plain lower-case letters, without accents and the full stops of initials.

    Examples
    --------
    >>> plain_words("J.R. Núñez-O’Lee")
    ['j', 'r', 'nunez', 'olee']
    """
    spaced = _INITIALS.sub(r"\1 ", name).casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain).split()
