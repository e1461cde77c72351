"""The same remark in several articles: near-same words within some days, clipped versions included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipeline.findings.dates import Published
from pipeline.findings.scored import ScoredRow
from pipeline.shingles import count_words, shingles
from pipeline.similarity import QUOTE_MIN_WORDS, near_duplicates

WINDOW_DAYS = 7
"""Outlets carry a remark for some days. Who says the same again weeks later has said it twice."""


class _Remark:
    """Rows of one remark, and the days that they cover."""

    def __init__(self, rows: Sequence[ScoredRow], members: set[int], names: set[str]) -> None:
        self.rows, self.members, self.names = list(rows), members, names
        self.dates = [row.date for row in rows if row.date]

    def near(self, dates: Sequence[Published]) -> bool:
        """Return whether all these days lie within the window of the earliest here, or of each other."""
        every = [*self.dates, *dates]
        return not every or all(min(every).apart(date) <= WINDOW_DAYS for date in every)

    def absorb(self, other: _Remark) -> None:
        self.rows += other.rows
        self.members |= other.members
        self.dates += other.dates
        self.names |= other.names


def same_remarks(rows: Sequence[ScoredRow], *, apart: Mapping[str, str] | None = None) -> list[list[ScoredRow]]:
    """Return the rows of each remark together.

    The pieces of one utterance in an article belong together. So do quotations in two articles of which one holds the
    most of the other (``similarity.near_duplicates``); below six words, those with the same words. All dates of
    a remark lie within ``WINDOW_DAYS`` of the earliest, so that a slogan repeated every week does not become one
    remark. A row without a date joins on its words alone.

    Parameters
    ----------
    rows
        Of one speaker toward one target, or of speakers of whom nothing is known.
    apart
        Names by row id: rows of different names are different remarks. A row without a name joins on its words.
    """
    blocks = _pieces_together(rows)
    if len(blocks) == 1:
        return blocks
    order = sorted(range(len(blocks)), key=lambda index: _moment(blocks[index]))
    alike = _alike([blocks[index] for index in order])
    remarks: list[_Remark] = []
    for number, index in enumerate(order):
        names = {apart[row.row_id] for row in blocks[index] if row.row_id in apart} if apart else set()
        new = _Remark(blocks[index], {number}, names)
        kept = []
        for remark in remarks:
            # A whole joins its two clippings, which alone share no word.
            if remark.members & alike[number] and remark.near(new.dates) and len(remark.names | new.names) < 2:
                remark.absorb(new)
                new = remark
            else:
                kept.append(remark)
        remarks = [*kept, new]
    return [remark.rows for remark in remarks]


def _moment(block: Sequence[ScoredRow]) -> tuple[bool, object, str]:
    dates = [row.date for row in block if row.date]
    return not dates, min(dates) if dates else 0, min(row.row_id for row in block)


def _pieces_together(rows: Sequence[ScoredRow]) -> list[list[ScoredRow]]:
    pieces: dict[tuple[str, str], list[ScoredRow]] = defaultdict(list)
    for row in rows:
        pieces[row.article_id, row.utterance_id or row.quote_id].append(row)
    return list(pieces.values())


def _alike(blocks: Sequence[Sequence[ScoredRow]]) -> list[set[int]]:
    """Return for each block the others with a near-same piece, in other articles or repeated in its own."""
    texts = [(number, row.text) for number, block in enumerate(blocks) for row in block]
    found: list[set[int]] = [set() for _ in blocks]

    def join(a: int, b: int) -> None:
        if a != b:
            found[a].add(b)
            found[b].add(a)

    for one, two in near_duplicates(text for _, text in texts):
        join(texts[one][0], texts[two][0])
    short: dict[bytes, int] = {}
    for number, text in texts:
        if count_words(text) < QUOTE_MIN_WORDS:
            join(number, short.setdefault(shingles(text, QUOTE_MIN_WORDS).tobytes(), number))
    return found
