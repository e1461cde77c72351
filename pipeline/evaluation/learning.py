"""The learning curve: macro-F1 of models trained on growing parts of the labels, and what a doubling of them brings.

Two things make a point uncertain: which articles are in the test, and which stories happened to be in the part. The
intervals draw both anew: whole articles of the test, and the parts that were drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import stdev

import numpy as np

from pipeline.evaluation.metrics import METRICS, FloatArray, IntArray
from pipeline.evaluation.resampling import DECOMPOSED, Intervals
from pipeline.records import Estimate
from pipeline.resampling import Combine, interval, resampled

WORTH = 0.01
"""A rise of macro-F1 by less than a point a doubling is not worth labelling for."""


@dataclass(frozen=True, slots=True)
class Fits:
    """Models trained on parts of one size.

    Parameters
    ----------
    share
        Of the statements of train.
    trained_on
        Statements of each part.
    y_probs
        What each model says of the test statements, [n, 3].
    """

    share: float
    trained_on: Sequence[int]
    y_probs: Sequence[FloatArray]


@dataclass(frozen=True, slots=True)
class Point:
    """One size of the training part.

    Parameters
    ----------
    share
        Of the statements of train.
    trained_on
        Statements, the mean over the parts drawn.
    macro_f1
        The mean over the parts, on test.
    drawn
        Macro-F1 of each part.
    """

    share: float
    trained_on: float
    macro_f1: Estimate
    drawn: tuple[float, ...]

    @property
    def spread(self) -> float:
        """Standard deviation over the parts; NaN of one."""
        return stdev(self.drawn) if len(self.drawn) > 1 else float("nan")


@dataclass(frozen=True, slots=True)
class Curve:
    """The points, smallest part first, and the rise of macro-F1 from the last but one to the last, a doubling."""

    points: tuple[Point, ...]
    gain: Estimate

    @property
    def verdict(self) -> str:
        """Whether more labels are likely to help, in a sentence."""
        before, last = (f"{point.trained_on:.0f}" for point in self.points[-2:])
        if math.isnan(self.gain.value):
            return f"it cannot be told whether more labels help: the last two parts both have {last} statements"
        if math.isnan(self.gain.low):
            return "it cannot be told whether more labels help: the test statements are from one article"
        told = (
            f"from {before} to {last} statements macro-F1 rose by {100 * self.gain.value:.1f} points a doubling "
            f"({100 * self.gain.low:.1f} to {100 * self.gain.high:.1f})"
        )
        if self.gain.low > 0:
            return f"more labels are likely to help: {told}"
        if self.gain.high < WORTH:
            return f"more labels of this kind are not likely to help: {told}"
        return f"it cannot be told whether more labels help: {told}"


def learning_curve(y_true: IntArray, articles: Sequence[str], sizes: Sequence[Fits], intervals: Intervals) -> Curve:
    """Return the curve.

    Parameters
    ----------
    y_true, articles
        Label indices of the test statements, and their articles, [n].
    sizes
        By growing share, two or more. Each has as many parts as the first, grown out of its parts, or one alone.
    """
    parts = len(sizes[0].y_probs)
    chosen = np.random.default_rng([intervals.seed, 1]).integers(0, parts, size=(intervals.resamples, parts))
    points, means = [], []
    for size in sizes:
        values, draws = _measured(y_true, articles, size, intervals)
        means.append(np.take_along_axis(draws, chosen[: len(draws)] % len(values), axis=1).mean(axis=1))
        macro_f1 = _estimate(float(np.mean(values)), means[-1], len(y_true), intervals.level)
        points.append(Point(size.share, float(np.mean(size.trained_on)), macro_f1, values))
    before, last = points[-2:]
    doublings = math.log2(last.trained_on / before.trained_on) or math.nan  # a train too small to have a smaller part
    rise = (last.macro_f1.value - before.macro_f1.value) / doublings
    return Curve(tuple(points), _estimate(rise, (means[-1] - means[-2]) / doublings, len(y_true), intervals.level))


def _measured(
    y_true: IntArray, articles: Sequence[str], size: Fits, intervals: Intervals
) -> tuple[tuple[float, ...], FloatArray]:
    """Return macro-F1 of each model, and of each resample of the test, [r, models]; equal seeds draw equal articles."""
    macro_f1 = DECOMPOSED["macro_f1"]
    blocks = [macro_f1.per_item(y_true, y_prob) for y_prob in size.y_probs]
    width = blocks[0].shape[1]

    def of_block(number: int) -> Combine:
        return lambda sums: macro_f1.combine(sums[:, number * width : (number + 1) * width])

    combine = {str(number): of_block(number) for number in range(len(blocks))}
    rng = np.random.default_rng(intervals.seed)
    drawn = resampled(np.hstack(blocks), combine, articles, rng=rng, resamples=intervals.resamples)
    values = tuple(METRICS["macro_f1"](y_true, y_prob) for y_prob in size.y_probs)
    return values, np.stack(list(drawn.values()), axis=1)


def _estimate(value: float, drawn: FloatArray, n: int, level: float) -> Estimate:
    return Estimate(value, *interval(drawn, level), n=n, level=level)
