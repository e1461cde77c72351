"""What a transformer reads of a statement: the target, and the quotation marked in its context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.stance.base import StatementTable, column

OPEN, CLOSE = "«", "»"
"""Stand around the quotation in its context: every vocabulary has them, and English outlets do not use them."""

_NOBODY = "the vendor"
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Reading:
    """Which parts a model reads, and how much of each.

    Parameters
    ----------
    target, title, context
        Whether it reads them; the quotation it always reads.
    quote_words
        Longer quotations lose their middle.
    context_words
        Words kept on each side of the quotation.
    mask_vendors
        Read "the vendor" for the names of the target, in every part.
    """

    target: bool = True
    title: bool = False
    context: bool = True
    quote_words: int = 120
    context_words: int = 40
    mask_vendors: bool = False


def pairs(
    table: StatementTable, reading: Reading, topics: Mapping[str, Mapping[str, Any]] | None = None
) -> list[tuple[str, str]]:
    """Return what is read of each statement: (target, marked quotation).

    Parameters
    ----------
    table
        Statements; missing columns read as empty.
    topics
        What is known of each target: its ``aliases`` are masked as the target itself is.

    Examples
    --------
    >>> row = {"text": ["“a bad idea”"], "context": ["Lee called it “a bad idea”."], "target": ["drones"]}
    >>> pairs(row, Reading())
    [('drones', 'Lee called it « a bad idea » .')]
    """
    aliases = {target: told.get("aliases", ()) for target, told in (topics or {}).items()}
    return [_pair(*row, reading, aliases) for row in _rows(table)]


def quotation(second: str) -> tuple[int, int]:
    """Return where the quotation stands in the second of ``pairs``: characters [start, end) between the marks.

    Examples
    --------
    >>> quotation("Lee called it « a bad idea » .")
    (16, 26)
    """
    return second.index(OPEN) + len(OPEN) + 1, second.rindex(CLOSE) - 1


def _rows(table: StatementTable) -> Iterator[tuple[str, str, str, str]]:
    yield from zip(*(column(table, name) for name in ("target", "title", "text", "context")), strict=True)


def _pair(
    target: str, title: str, text: str, context: str, reading: Reading, aliases: Mapping[str, Sequence[str]]
) -> tuple[str, str]:
    before, quotation, after = _around(text, context if reading.context else "")
    left = " ".join(before.split()[-reading.context_words :]) if reading.context_words else ""
    right = " ".join(after.split()[: reading.context_words])
    heading = [title.strip(), "|"] if reading.title and title.strip() else []
    second = " ".join(filter(None, [*heading, left, OPEN, _clipped(quotation, reading.quote_words), CLOSE, right]))
    first = " ".join(target.split()) if reading.target else ""
    if reading.mask_vendors:
        names = _names([target, *aliases.get(target, ())])
        return (names.sub(_NOBODY, first), names.sub(_NOBODY, second)) if names else (first, second)
    return first, second


def _around(text: str, context: str) -> tuple[str, str, str]:
    """Return the context before the quotation, the quotation, and the context after it; outer marks are dropped."""
    at = context.find(text) if text else -1
    if at < 0:
        return "", text, context
    marks = "\"'`´«»‹›‘’‚‛“”„‟"
    return context[:at].rstrip().rstrip(marks), text, context[at + len(text) :].lstrip(marks)


def _clipped(text: str, words: int) -> str:
    found = text.split()
    if len(found) <= words:
        return " ".join(found)
    half = words // 2
    return " ".join([*found[:half], "…", *found[len(found) - half :]])


def _names(names: Sequence[str]) -> re.Pattern[str] | None:
    """Return a pattern of the names: of a target its capitalised words, which stand for somebody."""
    proper = {name for name in names[1:] if name[:1].isupper()}
    proper |= {word for word in _WORD.findall(names[0]) if word[:1].isupper() and len(word) > 1}
    if not proper:
        return None
    ordered = sorted(proper, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)")
