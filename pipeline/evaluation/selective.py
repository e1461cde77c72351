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
    confidence
        Shape [n].
    wrong
        Whether each row is, as 0 or 1, [n].
    starts
        Where each run of rows of equal confidence begins, and where the last one ends, [g + 1].
    order
        Index of each row in the order given, [n].
    by_cell
        Ranks of the rows of the confusion table's first cell, then those of its second, and so on, [n].
    before
        How many rows stand in ``by_cell`` before those of each cell that begin at each rank, [n + 1, 9].
    """

    confidence: FloatArray
    wrong: FloatArray
    starts: IntArray
    order: IntArray
    by_cell: IntArray
    before: IntArray

    @classmethod
    def of(cls, y_true: IntArray, y_prob: FloatArray) -> Self:
        confidence = y_prob.max(axis=1, initial=0.0)
        order = np.argsort(-confidence, kind="stable")
        falling = confidence[order]
        starts = np.append(np.flatnonzero(np.diff(falling, prepend=np.inf)), len(order))
        cells = confusion_items(y_true, y_prob)[order].astype(np.int64)
        upto = np.vstack([np.zeros((1, cells.shape[1]), dtype=np.int64), np.cumsum(cells, axis=0)])
        first = np.cumsum(upto[-1]) - upto[-1]
        wrong = (predicted(y_prob) != y_true).astype(np.float64)
        return cls(falling, wrong[order], starts, order, np.argsort(cells.argmax(axis=1), kind="stable"), first + upto)

    def runs(self, weights: FloatArray) -> FloatArray:
        """Return the weight of each run of equal confidence, [r, g]."""
        if len(self.starts) == weights.shape[1] + 1:
            return weights
        sums: FloatArray = np.add.reduceat(weights, self.starts[:-1], axis=1)
        return sums

    def tables(self, weights: FloatArray) -> FloatArray:
        """Return the confusion tables of what is kept at each coverage, [r, coverages, 9].

        The weights of each cell are summed up once, by falling confidence: a table is then a difference of two sums.
        """
        upto = np.cumsum(self.runs(weights), axis=1)
        room = np.array(COVERAGES) * upto[:, -1:]
        run = _places(upto, room)
        last = np.pad(upto, ((0, 0), (1, 0)))
        start = np.take_along_axis(last, run, axis=1)
        width = np.take_along_axis(last, np.minimum(run + 1, upto.shape[1]), axis=1) - start
        share = np.round(np.divide(room - start, width, out=np.zeros_like(room), where=width > 0), _ALMOST)
        summed = np.pad(np.cumsum(weights[:, self.by_cell], axis=1), ((0, 0), (1, 0)))
        base, whole = self._cells(summed, np.zeros_like(run)), self._cells(summed, run)
        part = self._cells(summed, np.minimum(run + 1, upto.shape[1])) - whole
        kept: FloatArray = whole - base + share[:, :, None] * part
        return kept

    def _cells(self, summed: FloatArray, run: IntArray) -> FloatArray:
        """Return what ``summed``, [r, n + 1], has come to in each cell where each run begins, [r, coverages, 9]."""
        at = self.before[self.starts[run]]
        found: FloatArray = np.take_along_axis(summed, at.reshape(len(summed), -1), axis=1).reshape(at.shape)
        return found

    def aurc(self, weights: FloatArray) -> FloatArray:
        """Return the mean, over k, of the risk among the first k rows, [r]; within a run errors rise evenly."""
        runs, wrong = self.runs(weights), self.runs(weights * self.wrong)
        upto = np.cumsum(runs, axis=1)
        slope = wrong / np.maximum(runs, 1)  # weights are whole numbers
        base = np.cumsum(wrong, axis=1) - wrong - slope * (upto - runs)
        # The sum of (base + slope * k) / k over the k of a run; of 1 / k it is a difference of harmonic numbers.
        harmonic = np.append(0.0, np.cumsum(1 / np.arange(1, upto.max(initial=0) + 1)))
        rises = np.diff(harmonic[upto.astype(np.int64)], axis=1, prepend=0.0)
        return ratio(np.einsum("rg,rg->r", base, rises) + wrong.sum(axis=1), upto[:, -1])

    def figures(self, weights: FloatArray) -> FloatArray:
        """Return the area, then risk and macro-F1 at each coverage, [r, 1 + 2 * coverages]."""
        tables = self.tables(weights)
        columns = [self.aurc(weights)]
        for table in tables.transpose(1, 0, 2):
            columns += [risk(table), DECOMPOSED["macro_f1"].combine(table)]
        return np.stack(columns, axis=1)


def _places(upto: FloatArray, room: FloatArray) -> IntArray:
    """Return how many of the rising sums, [r, g], have room in each, [r, coverages]; row by row."""
    shift = np.arange(len(upto))[:, None] * (upto[:, -1].max(initial=0) + 1)
    found = np.searchsorted((upto + shift).ravel(), (room + shift).ravel(), side="right")
    places: IntArray = found.reshape(room.shape) - np.arange(len(upto))[:, None] * upto.shape[1]
    return places


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
