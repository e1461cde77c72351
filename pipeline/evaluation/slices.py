"""Slices: parts of the statements by what they have in common, for a figure of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.evaluation.metrics import FloatArray, IntArray
from pipeline.evaluation.resampling import Intervals, bootstrap
from pipeline.records import Estimate

Row = Mapping[str, Any]

SMALL = 30
"""A slice with fewer statements is marked as small: its figure says little."""

_LENGTHS = ((5, "1 to 5 words"), (15, "6 to 15 words"), (30, "16 to 30 words"))


def _year(row: Row) -> str | None:
    year = str(row.get("published") or "")[:4]
    return year if year.isdigit() and len(year) == 4 else None


def _length(row: Row) -> str:
    words = len(row["text"].split())
    return next((name for most, name in _LENGTHS if words <= most), "over 30 words")


def _seen(row: Row) -> str | None:
    seen = row.get("speaker_seen")
    return None if seen is None else "in training" if seen else "not in training"


def _column(name: str) -> Callable[[Row], str | None]:
    return lambda row: row.get(name) or None


SLICES: dict[str, Callable[[Row], str | None]] = {
    "target": _column("target"),
    "outlet": _column("outlet"),
    "year": _year,
    "kind": _column("kind"),
    "length": _length,
    "speaker type": _column("speaker_type"),
    "speaker": _seen,
    "labelled by": _column("coder_type"),
}
"""By name: what a row is filed under; None where the row does not tell."""


def slices(rows: Sequence[Row]) -> dict[str, dict[str, IntArray]]:
    """Return row indices of each slice by name and value, the fullest first; rows that do not tell are in none.

    Examples
    --------
    >>> rows = [{"text": "It stays", "target": "drones"}, {"text": "No", "target": "drones", "published": "2026-03-01"}]
    >>> {name: {value: found.tolist() for value, found in by.items()} for name, by in slices(rows).items()}
    {'target': {'drones': [0, 1]}, 'year': {'2026': [1]}, 'length': {'1 to 5 words': [0, 1]}}
    """
    found: dict[str, dict[str, IntArray]] = {}
    for name, value_of in SLICES.items():
        by_value: dict[str, list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            if (value := value_of(row)) is not None:
                by_value[value].append(index)
        fullest = sorted(by_value.items(), key=lambda item: (-len(item[1]), item[0]))
        if fullest:
            found[name] = {value: np.array(indices, dtype=np.int64) for value, indices in fullest}
    return found


@dataclass(frozen=True, slots=True)
class SliceFigures:
    """Figures of one slice."""

    macro_f1: Estimate
    accuracy: Estimate

    @property
    def n(self) -> int:
        """Number of statements."""
        return self.accuracy.n

    @property
    def small(self) -> bool:
        """Whether there are too few statements to say much."""
        return self.n < SMALL


def slice_figures(
    rows: Sequence[Row], y_true: IntArray, y_prob: FloatArray, articles: Sequence[str], intervals: Intervals
) -> dict[str, dict[str, SliceFigures]]:
    """Return the figures of each slice, as if its statements were all there are.

    Macro-F1 is over the labels that occur in the slice or are predicted there, so that two slices compare only where
    these are the same. A slice from one article has no interval.

    Parameters
    ----------
    rows, y_true, y_prob, articles
        What is known of the statements, their label indices and probabilities, and their articles, [n].
    """

    def figures(part: IntArray) -> SliceFigures:
        names = [articles[index] for index in part]
        metrics = ("macro_f1", "accuracy")
        return SliceFigures(**bootstrap(y_true[part], y_prob[part], names, metrics=metrics, **intervals.draws()))

    return {name: {value: figures(part) for value, part in by.items()} for name, by in slices(rows).items()}
