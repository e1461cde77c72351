"""Pairs: a run against the reference on the same items, with everything that is told of the two."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.evaluation.flips import CHANGES, Flip, flips
from pipeline.evaluation.items import Rows, labels_and_probabilities
from pipeline.evaluation.metrics import METRICS
from pipeline.evaluation.paired import Difference, Draws, Effort, McNemar, compared, effort, holm, mcnemar
from pipeline.evaluation.slice_differences import SliceDifference, slice_differences
from pipeline.evaluation.verdicts import verdict

DECIDES = "macro_f1"
"""The metric of the verdict."""

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Pair:
    """The reference ``a`` and another run ``b``, by name.

    Parameters
    ----------
    metrics
        Every metric of both.
    p_holm
        P-values of the metrics, corrected for the number of pairs.
    same
        Whether both give every item the same probabilities.
    level
        Coverage of the intervals.
    """

    a: str
    b: str
    metrics: Mapping[str, Difference]
    p_holm: Mapping[str, float]
    mcnemar: McNemar
    slices: tuple[SliceDifference, ...]
    flips: tuple[Flip, ...]
    same: bool
    level: float

    @property
    def verdict(self) -> str:
        """Whether ``b`` is better, in a sentence."""
        return verdict(self.a, self.b, self.metrics[DECIDES], self.p_holm[DECIDES], self.level, same=self.same)

    @property
    def more(self) -> Effort | None:
        """What would tell such a difference in macro-F1 apart; None where nothing can, or nothing has to."""
        found = self.metrics[DECIDES]
        return None if found.tells(self.p_holm[DECIDES], 1 - self.level) else effort(found, self.level)

    @property
    def worse(self) -> tuple[SliceDifference, ...]:
        """The slices that got significantly worse."""
        return tuple(part for part in self.slices if part.worse)

    def changes(self) -> dict[str, int]:
        """Return how many flips there are of each kind."""
        counts = Counter(flip.change for flip in self.flips)
        return {change: counts[change] for change in CHANGES}

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values; what is not defined is None."""
        return {
            "metrics": {name: _figure(found, self.p_holm[name]) for name, found in self.metrics.items()},
            "mcnemar": plain(self.mcnemar, ("fixed", "broken", "p", "method")),
            "verdict": self.verdict,
            "more": plain(self.more, ("statements", "articles")) if self.more else None,
            "slices": [_slice(part) for part in self.slices],
            "changes": self.changes(),
            "flips": [flip.as_dict() for flip in self.flips],
        }


def pairs_of(names: Sequence[str], aligned: Sequence[Rows], draws: Draws, smallest: int) -> tuple[Pair, ...]:
    """Return the first run with each other one, Holm's correction over them.

    Parameters
    ----------
    aligned
        Predictions of each run on the same items, in the same order.
    smallest
        Statements that a slice needs to be judged.
    """
    rows = aligned[0]
    articles = [row["article_id"] for row in rows]
    y_true, first = labels_and_probabilities(rows)
    others = [labels_and_probabilities(table)[1] for table in aligned[1:]]
    metrics = [compared(y_true, first, other, articles, draws) for other in others]
    corrected = {name: holm([found[name].p for found in metrics]) for name in METRICS}
    pairs = []
    for i, other in enumerate(others):
        described = _described(rows, aligned[i + 1])
        pairs.append(
            Pair(
                a=names[0],
                b=names[i + 1],
                metrics=metrics[i],
                p_holm={name: values[i] for name, values in corrected.items()},
                mcnemar=mcnemar(y_true, first, other),
                slices=slice_differences(described, y_true, (first, other), draws, smallest=smallest),
                flips=flips(described, y_true, first, other),
                same=np.array_equal(first, other),
                level=draws.level,
            )
        )
    return tuple(pairs)


def _described(rows: Rows, others: Rows) -> list[dict[str, Any]]:
    """Return the rows of the first run; what they do not tell, as those of older evaluations, the other run's may."""
    return [
        {**other, **{name: value for name, value in row.items() if value is not None}}
        for row, other in zip(rows, others, strict=True)
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, _DIGITS)


def plain(record: object, names: Iterable[str]) -> dict[str, Any]:
    """Return fields of a record as JSON has them: NaN as None, fractions to six digits."""
    values = {name: getattr(record, name) for name in names}
    return {name: _known(value) if isinstance(value, float) else value for name, value in values.items()}


def _figure(found: Difference, p_holm: float) -> dict[str, Any]:
    return {**plain(found, ("a", "b", "difference", "low", "high", "p")), "p_holm": _known(p_holm)}


def _slice(part: SliceDifference) -> dict[str, Any]:
    size = plain(part.found, ("n", "articles"))
    told = {"slice": part.name, "value": part.value, **size, "judged": part.judged, "worse": part.worse}
    return told | {DECIDES: _figure(part.found, part.p_holm)}
