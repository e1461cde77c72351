"""What a second model changes in each slice, and where it got worse."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.evaluation.metrics import FloatArray, IntArray
from pipeline.evaluation.paired import FEWEST_ARTICLES, Difference, Draws, differences, holm
from pipeline.evaluation.resampling import DECOMPOSED, confusion_items
from pipeline.evaluation.slices import SMALL, slices
from pipeline.resampling import Combine

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SliceDifference:
    """Macro-F1 of two models on a slice.

    Parameters
    ----------
    name, value
        Of the slice: ``target``, ``drones``.
    judged
        False where it has too few statements or articles, or is all of them: it is no test then.
    p_holm
        The p-value corrected for all slices judged; NaN where it is not.
    worse
        Whether the second model is significantly worse here.
    """

    name: str
    value: str
    found: Difference
    judged: bool
    p_holm: float
    worse: bool


def slice_differences(
    rows: Sequence[Row],
    y_true: IntArray,
    probabilities: tuple[FloatArray, FloatArray],
    draws: Draws,
    *,
    smallest: int = SMALL,
) -> tuple[SliceDifference, ...]:
    """Return macro-F1 on every slice of the statements, with Holm's correction over those judged.

    Parameters
    ----------
    rows
        The statements, [n].
    probabilities
        Of either model, [n, 3] each.
    smallest
        Statements that a slice needs to be judged.
    """
    named = [(name, value, members) for name, by_value in slices(rows).items() for value, members in by_value.items()]
    articles = np.asarray([row["article_id"] for row in rows], dtype=str)
    found = [
        _sized(difference, members, articles)
        for difference, (_, _, members) in zip(
            _differences(named, y_true, probabilities, articles, draws), named, strict=True
        )
    ]
    judged = [d.n >= smallest and d.articles >= FEWEST_ARTICLES and d.n < len(rows) for d in found]
    corrected = holm([d.p if told else math.nan for d, told in zip(found, judged, strict=True)])
    return tuple(
        SliceDifference(name, value, d, told, p, told and d.difference < 0 and d.tells(p, draws.alpha))
        for (name, value, _), d, told, p in zip(named, found, judged, corrected, strict=True)
    )


def _differences(
    named: Sequence[tuple[str, str, IntArray]],
    y_true: IntArray,
    probabilities: tuple[FloatArray, FloatArray],
    articles: npt.NDArray[np.str_],
    draws: Draws,
) -> Iterator[Difference]:
    """Yield macro-F1 of each slice; all are sums beside each other, so that the same draws serve them."""
    if not named:
        return
    cells = [confusion_items(y_true, y_prob) for y_prob in probabilities]
    width = cells[0].shape[1]
    wide = [np.zeros((len(y_true), width * len(named))) for _ in cells]
    for i, (_, _, members) in enumerate(named):
        for sums, items in zip(wide, cells, strict=True):
            sums[members, i * width : (i + 1) * width] = items[members]
    figures = {str(i): _macro_f1(i * width, (i + 1) * width) for i in range(len(named))}
    yield from differences(wide[0], wide[1], figures, articles.tolist(), draws).values()


def _macro_f1(start: int, end: int) -> Combine:
    return lambda sums: DECOMPOSED["macro_f1"].combine(sums[:, start:end])


def _sized(found: Difference, members: IntArray, articles: npt.NDArray[np.str_]) -> Difference:
    """Return the difference with the slice's own numbers; of one article nothing is known but its values."""
    own = len(np.unique(articles[members]))
    sized = replace(found, n=len(members), articles=own)
    return sized if own > 1 else replace(sized, low=math.nan, high=math.nan, p=math.nan)
