"""Names of persons who speak, left out of what they say and of what is told of it."""

from __future__ import annotations

import re
from functools import lru_cache

NOBODY = "the speaker"
"""What stands in the place of such a name."""

_INNER = re.compile(r"[A-ZÀ-Þ].*|al|bin|da|del?|den|der|di|dos|du|el|la|le|ten|van|von|y")
_BODY = re.compile(
    """
    administration|agency|alliance|army|association|authority|bank|board|bureau|cabinet|campaign|cent(?:er|re)|coalition
    |college|commission|committee|company|congress|corp|corporation|council|court|department|directorate|federation
    |foundation|government|group|house|inc|institute|international|league|ltd|ministry|network|news|office|organi[sz]ation
    |parliament|party|police|post|press|senate|service|society|team|times|union|university|watch
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Last words of what has several capitalised words and is no person."""
_MOST = 4


def unnamed(text: str, speaker: str) -> str:
    """Return the text without the name of a person, in full or the last word of it alone.

    What does not look like one stays: "Huawei" speaks, and is spoken of.

    Examples
    --------
    >>> unnamed("“A bad idea,” Dana Lee said. Mr Lee was angry.", "Dana Lee")
    '“A bad idea,” the speaker said. Mr the speaker was angry.'
    """
    pattern = _pattern(speaker)
    return pattern.sub(NOBODY, text) if pattern else text


@lru_cache(maxsize=4096)
def _pattern(speaker: str) -> re.Pattern[str] | None:
    words = speaker.split()
    if not 2 <= len(words) <= _MOST or not (words[0][:1].isupper() and words[-1][:1].isupper()):
        return None
    if _BODY.fullmatch(words[-1]) or not all(map(_INNER.fullmatch, words[1:-1])):
        return None
    return re.compile(rf"(?<!\w)(?:{re.escape(speaker)}|{re.escape(words[-1])})(?!\w)")
