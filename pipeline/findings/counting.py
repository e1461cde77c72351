"""What counts once: every mention, every remark, or every actor in a day or month.

A remark that forty outlets carry is forty mentions and one utterance; which of the two a share is over decides what it
says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from pipeline.errors import InputError
from pipeline.findings.actors import Actor, attribute
from pipeline.findings.dates import Published
from pipeline.findings.remarks import same_remarks
from pipeline.findings.scored import ScoredRow
from pipeline.records import LABELS
from pipeline.spelling import plain_words

Count = Literal["mention", "utterance", "actor-day", "actor-month"]
COUNTS: tuple[Count, ...] = get_args(Count)

_EQUAL = 1e-12


@dataclass(frozen=True, slots=True)
class Unit:
    """What counts once.

    Parameters
    ----------
    rows
        Of the scored table, the earliest first; rows without a date come last.
    stance
        Of one row, its own; of several, the likeliest label of their mean probabilities. Where two labels are
        equally likely, the first row's stance if it is among them, else the first in the order of ``LABELS``.
    probabilities
        Mean over the rows, in the order of ``LABELS``.
    actor
        None where nobody is named as the speaker.
    date
        Of the earliest row with a date; None where no row has one.
    cluster
        Units of one cluster are drawn together by a bootstrap: the article of the first row.
    """

    unit_id: str
    rows: tuple[ScoredRow, ...] = field(repr=False)
    stance: str
    probabilities: tuple[float, float, float]
    actor: Actor | None
    target: str | None
    date: Published | None
    cluster: str


def check_count(name: str) -> Count:
    """Return what is to count once.

    Raises
    ------
    InputError
        If there is no such way of counting.
    """
    found = next((count for count in COUNTS if count == name), None)
    if found is None:
        raise InputError(f"--count {name}: is none; give one of {', '.join(COUNTS)}")
    return found


def count_units(
    rows: Sequence[ScoredRow], count: Count = "mention", *, actors: Mapping[str, Actor] | None = None
) -> list[Unit]:
    """Return what counts once, in the order of the first rows.

    ``mention``: every row. ``utterance``: rows of one actor and target with the same remark, over outlets
    (``remarks.same_remarks``). ``actor-day`` and ``actor-month``: all rows of one actor toward one target in a day or
    month; a row that tells no actor, or no date so exact, is a unit of its own.

    Parameters
    ----------
    rows
        Statements of the scored table; terms are counted if they are among them.
    actors
        By row id; None attributes them by their speakers.
    """
    known = attribute(rows) if actors is None else actors
    gather = {"mention": _mentions, "utterance": _utterances, "actor-day": _days, "actor-month": _months}[count]
    places = {row.row_id: place for place, row in enumerate(rows)}
    units = [_unit(own, known) for own in gather(rows, known)]
    return sorted(units, key=lambda unit: min(places[row.row_id] for row in unit.rows))


def _mentions(rows: Sequence[ScoredRow], actors: Mapping[str, Actor]) -> Iterable[Sequence[ScoredRow]]:
    return ([row] for row in rows)


def _utterances(rows: Sequence[ScoredRow], actors: Mapping[str, Actor]) -> Iterable[Sequence[ScoredRow]]:
    said: dict[tuple[str | None, str | None], list[ScoredRow]] = defaultdict(list)
    for row in rows:
        actor = actors.get(row.row_id)
        # An unnamed source, or a surname alone, is nobody known; what it says tells whether it is the same.
        named = actor.key if actor and actor.known else None
        said[named, row.target].append(row)
    for (named, _), own in said.items():
        yield from same_remarks(own, apart={} if named else _surnames(own))


def _surnames(rows: Sequence[ScoredRow]) -> dict[str, str]:
    """Return the surname of each row whose speaker is a person of whom no more is known."""
    words = {row.row_id: plain_words(row.speaker or "") for row in rows if row.speaker_type == "person"}
    return {row_id: found[-1] for row_id, found in words.items() if found}


def _days(rows: Sequence[ScoredRow], actors: Mapping[str, Actor]) -> Iterable[Sequence[ScoredRow]]:
    return _within(rows, actors, lambda date: date.day)


def _months(rows: Sequence[ScoredRow], actors: Mapping[str, Actor]) -> Iterable[Sequence[ScoredRow]]:
    return _within(rows, actors, lambda date: date.month)


def _within(
    rows: Sequence[ScoredRow], actors: Mapping[str, Actor], period_of: Callable[[Published], str | None]
) -> Iterable[Sequence[ScoredRow]]:
    """Yield the rows of each actor, target and period together."""
    gathered: dict[tuple[str | None, ...], list[ScoredRow]] = defaultdict(list)
    for row in rows:
        actor = actors.get(row.row_id)
        period = period_of(row.date) if row.date else None
        key = (row.row_id,) if actor is None or period is None else (actor.key, row.target, period)
        gathered[key].append(row)
    return gathered.values()


def _unit(rows: Sequence[ScoredRow], actors: Mapping[str, Actor]) -> Unit:
    ordered = tuple(sorted(rows, key=lambda row: (row.date is None, row.date or 0, row.row_id)))
    first = ordered[0]
    mean = first.probabilities if len(ordered) == 1 else _mean(ordered)
    return Unit(
        unit_id=first.row_id,
        rows=ordered,
        stance=first.stance if len(ordered) == 1 else _likeliest(mean, first.stance),
        probabilities=mean,
        actor=next((actors[row.row_id] for row in ordered if row.row_id in actors), None),
        target=first.target,
        date=first.date,
        cluster=first.article_id,
    )


def _mean(rows: Sequence[ScoredRow]) -> tuple[float, float, float]:
    anti, neutral, pro = (sum(row.probabilities[k] for row in rows) / len(rows) for k in range(len(LABELS)))
    return anti, neutral, pro


def _likeliest(probabilities: Sequence[float], first: str) -> str:
    most = max(probabilities)
    tied = [label for label, p in zip(LABELS, probabilities, strict=True) if p >= most - _EQUAL]
    return first if first in tied else tied[0]
