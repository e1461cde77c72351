"""Which annotations count where a coder has changed their mind: files that only grow hold the earlier answers, too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipeline.labels.gold import Gold, utc


def newest(gold: Sequence[Gold]) -> list[Gold]:
    """Return the annotations without those that their coder gave anew later, in their order.

    A later one is of the same coder and target, and of the same span or of a mended one that replaces it. Rows without
    a time are never taken for earlier or later ones: two of them that differ are an error of the file.

    Parameters
    ----------
    gold
        Annotations of any coders; of one moment the one further behind is later.
    """
    ranks = {at: rank for rank, at in enumerate(sorted(_timed(gold), key=lambda at: _moment(gold[at])))}
    latest: dict[tuple[object, ...], int] = {}
    replaced: dict[tuple[object, ...], int] = {}
    for at, rank in ranks.items():  # the latest one last
        row = gold[at]
        latest[_span(row)] = rank
        replaced.update({(*_about(row), name): rank for name in (row.replaces or "").split()})
    return [
        row
        for at, row in enumerate(gold)
        if at not in ranks
        or (latest[_span(row)] == ranks[at] and replaced.get((*_about(row), row.statement_id), -1) < ranks[at])
    ]


def _timed(gold: Sequence[Gold]) -> list[int]:
    return [at for at, row in enumerate(gold) if row.time]


def _moment(row: Gold) -> datetime:
    return datetime.fromisoformat(utc(row.time or ""))


def _about(row: Gold) -> tuple[object, ...]:
    return row.coder, row.coder_type, row.source, row.sha256, row.target


def _span(row: Gold) -> tuple[object, ...]:
    return (*_about(row), row.start, row.end)
