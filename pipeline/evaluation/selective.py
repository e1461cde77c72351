"""Selective prediction: what is gained by leaving out the rows of which a model is least sure.

A row's confidence is its largest probability. At a coverage c the share c of the rows with the highest confidence is
kept; the risk is the share of wrong ones among them (El-Yaniv and Wiener 2010, "On the foundations of noise-free
selective classification"; Geifman and El-Yaniv 2017, "Selective classification for deep neural networks"). Rows of
equal confidence cannot be told apart: where only some of them are kept, each is kept with equal weight, which is what
leaving out at random gives in the mean. So no figure depends on the order of the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.evaluation.metrics import FloatArray, IntArray, predicted
from pipeline.evaluation.resampling import DECOMPOSED, confusion_items
from pipeline.evaluation.thresholds import risk, threshold_for_coverage
from pipeline.records import Estimate
from pipeline.resampling import cluster_weights, interval, ratio

COVERAGES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5)
"""Where the curve is read off."""

_ALMOST = 9  # decimals; what is left of a row by rounding is no row


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the curve.

    Parameters
    ----------
    coverage
        Share of the rows that is kept, in (0, 1].
    threshold
        Confidence of the last row kept; NaN where there are none.
    risk, macro_f1
        Among the rows kept; ``n`` is their number.
    """

    coverage: float
    threshold: float
    risk: Estimate
    macro_f1: Estimate


@dataclass(frozen=True, slots=True)
class Selective:
    """The curve, and the area under it: the mean risk over all coverages (Geifman et al. 2019), smaller is better."""

    aurc: Estimate
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Rows by falling confidence.

    Parameters
    ----------
    confidence, cells
        Shape [n], and what each row adds to the confusion table, [n, 9].
    starts
        Where each run of rows of equal confidence begins, [g].
    order
        Index of each row in the order given, [n].
    """

    confidence: FloatArray
    cells: FloatArray
    wrong: FloatArray
    starts: IntArray
    order: IntArray

    @classmethod
    def of(cls, y_true: IntArray, y_prob: FloatArray) -> Self:
        confidence = y_prob.max(axis=1, initial=0.0)
        order = np.argsort(-confidence, kind="stable")
        falling = confidence[order]
        starts = np.flatnonzero(np.diff(falling, prepend=np.inf))
        wrong = (predicted(y_prob) != y_true).astype(np.float64)
        return cls(falling, confusion_items(y_true, y_prob)[order], wrong[order], starts, order)

    def runs(self, weights: FloatArray) -> FloatArray:
        """Return the weight of each run of equal confidence, [r, g]."""
        sums: FloatArray = np.add.reduceat(weights, self.starts, axis=1)
        return sums

    def kept(self, weights: FloatArray, coverage: float) -> FloatArray:
        """Return what of each row's weight is kept, [r, n]."""
        runs = self.runs(weights)
        room = coverage * runs.sum(axis=1, keepdims=True) - (np.cumsum(runs, axis=1) - runs)
        share = np.divide(room, runs, out=np.zeros_like(runs), where=runs > 0)
        sizes = np.diff(self.starts, append=len(self.confidence))
        kept: FloatArray = weights * np.repeat(np.round(np.clip(share, 0.0, 1.0), _ALMOST), sizes, axis=1)
        return kept

    def aurc(self, weights: FloatArray) -> FloatArray:
        """Return the mean, over k, of the risk among the first k rows, [r]; within a run errors rise evenly."""
        from scipy.special import digamma

        runs, wrong = self.runs(weights), self.runs(weights * self.wrong)
        upto = np.cumsum(runs, axis=1)
        before = upto - runs
        slope = np.divide(wrong, runs, out=np.zeros_like(runs), where=runs > 0)
        base = np.cumsum(wrong, axis=1) - wrong - slope * before
        # The sum of (base + slope * k) / k over the k of a run; of 1 / k it is a difference of harmonic numbers.
        areas = base * (digamma(upto + 1) - digamma(before + 1)) + slope * runs
        return ratio(areas.sum(axis=1), upto[:, -1])

    def figures(self, weights: FloatArray) -> FloatArray:
        """Return the area, then risk and macro-F1 at each coverage, [r, 1 + 2 * coverages]."""
        columns = [self.aurc(weights)]
        for coverage in COVERAGES:
            table = self.kept(weights, coverage) @ self.cells
            columns += [risk(table), DECOMPOSED["macro_f1"].combine(table)]
        return np.stack(columns, axis=1)


def selective(
    y_true: IntArray,
    y_prob: FloatArray,
    clusters: Sequence[str],
    *,
    rng: np.random.Generator,
    resamples: int = 2000,
    level: float = 0.95,
) -> Selective:
    """Return the risk-coverage curve, with intervals by resampling whole articles.

    In each resample the rows are ranked anew, so that an interval is that of a coverage, not of a threshold.

    Parameters
    ----------
    y_true, y_prob
        Label indices, [n], and probabilities, [n, 3].
    clusters
        The article of each row, [n].
    rng
        Source of the draws; the same seed draws the same articles as ``resampling.bootstrap``.
    """
    n, width = len(y_true), 1 + 2 * len(COVERAGES)
    values, drawn = np.full(width, np.nan), [np.empty((0, width))]
    ranked = _Ranked.of(y_true, y_prob)
    if n:
        values = ranked.figures(np.ones((1, n)))[0]
        drawn += [ranked.figures(weights) for weights in _row_weights(clusters, ranked.order, rng, resamples)]
    table = np.concatenate(drawn)
    kept = [n, *(round(coverage * n) for coverage in COVERAGES for _ in range(2))]
    aurc, *rest = [
        Estimate(float(values[i]), *interval(table[:, i], level), n=kept[i], level=level) for i in range(width)
    ]
    points = zip(COVERAGES, rest[::2], rest[1::2], strict=True)
    return Selective(aurc, tuple(Point(c, threshold_for_coverage(y_prob, c), *pair) for c, *pair in points))


def _row_weights(
    clusters: Sequence[str], order: IntArray, rng: np.random.Generator, resamples: int
) -> Iterator[FloatArray]:
    """Yield how often each row was drawn with its article, in blocks of [r, n]; nothing where there is one article."""
    names, membership = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    if len(names) > 1:
        for weights in cluster_weights(rng, len(names), resamples, width=len(order)):
            yield weights[:, membership[order]]
