"""How far a session is, how fast it goes, and how its labels are distributed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from pipeline.labels.session import Session
from pipeline.records import LABELS

_RECENT = 30
"""Answers that the pace is taken from; their median, so that a break counts for nothing."""
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """Figures of a session.

    Parameters
    ----------
    labels
        Items by label, in the order of ``LABELS``.
    terms
        Items that are no statement.
    pace
        Seconds for one item; None as long as there are too few answers.
    """

    total: int
    done: int
    skipped: int
    labels: Mapping[str, int]
    terms: int
    ambiguous: int
    notes: int
    pace: float | None

    @property
    def an_hour(self) -> float | None:
        """Items an hour."""
        return 3600 / self.pace if self.pace else None

    @property
    def seconds_left(self) -> float | None:
        """Time for the items that have no answer."""
        return None if self.pace is None else self.pace * (self.total - self.done)


def progress(session: Session) -> Progress:
    """Return the figures of a session."""
    answers = [session.answers[key] for key in session.answered]
    labels = Counter(answer.label for answer in answers)
    spent = [answer.seconds for answer in answers[-_RECENT:]]
    return Progress(
        total=len(session.items),
        done=len(answers),
        skipped=sum(key in session.by_key for key in session.skipped),
        labels={label: labels[label] for label in LABELS},
        terms=labels[None],
        ambiguous=sum(answer.ambiguous for answer in answers),
        notes=sum(answer.note is not None for answer in answers),
        pace=median(spent) if len(spent) >= _ENOUGH else None,
    )
