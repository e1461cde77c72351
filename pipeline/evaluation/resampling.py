"""Intervals for every metric, by drawing articles: all our metrics are functions of sums over items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from pipeline.evaluation.metrics import (
    BINS,
    METRICS,
    SHORT_LABELS,
    SIDES,
    FloatArray,
    IntArray,
    confidence_bins,
    predicted,
)
from pipeline.records import LABELS, Estimate
from pipeline.resampling import Combine, cluster_sums, cluster_weights, interval, ratio


@dataclass(frozen=True, slots=True)
class Intervals:
    """How intervals are found: number of resamples, coverage, and where the draws start."""

    resamples: int = 2000
    level: float = 0.95
    seed: int = 13

    def draws(self) -> dict[str, Any]:
        """Return the keyword arguments of the functions that resample, with a generator at its start."""
        return {"rng": np.random.default_rng(self.seed), "resamples": self.resamples, "level": self.level}


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A metric as a function of sums over items.

    Parameters
    ----------
    per_item
        ``(y_true, y_prob) -> [n, m]``: what each item adds.
    combine
        ``[r, m] -> [r]``: the metric of each row of sums; NaN where it is not defined.
    """

    per_item: Callable[[IntArray, FloatArray], FloatArray]
    combine: Combine


def confusion_items(y_true: IntArray, y_prob: FloatArray) -> FloatArray:
    """Return what each item adds to the confusion table, [n, 9]: cells of the rows (actual labels) one by one."""
    k = len(LABELS)
    cells: FloatArray = np.eye(k * k)[y_true * k + predicted(y_prob)]
    return cells


def _bin_items(y_true: IntArray, y_prob: FloatArray) -> FloatArray:
    confidence, index = confidence_bins(y_prob)
    right = (predicted(y_prob) == y_true).astype(np.float64)
    cells = np.zeros((len(y_true), BINS + 1))
    cells[np.arange(len(y_true)), index] = right - confidence
    cells[:, BINS] = 1.0
    return cells


def _brier_items(y_true: IntArray, y_prob: FloatArray) -> FloatArray:
    loss = ((y_prob - np.eye(len(LABELS))[y_true]) ** 2).sum(axis=1)
    return np.stack([loss, np.ones_like(loss)], axis=1)


def _log_loss_items(y_true: IntArray, y_prob: FloatArray) -> FloatArray:
    actual = y_prob[np.arange(len(y_true)), y_true]
    loss = -np.log(np.clip(actual, np.finfo(np.float64).eps, 1.0))
    return np.stack([loss, np.ones_like(loss)], axis=1)


def _counts(sums: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return hits, actual and predicted counts of each label, each [r, 3]."""
    table = sums.reshape(*sums.shape[:-1], len(LABELS), len(LABELS))
    return np.diagonal(table, axis1=-2, axis2=-1), table.sum(axis=-1), table.sum(axis=-2)


def _label_f1(sums: FloatArray) -> FloatArray:
    hits, actual, guessed = _counts(sums)
    return ratio(2 * hits, actual + guessed)


def _mean_of_defined(values: FloatArray) -> FloatArray:
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0.0).sum(axis=-1), defined.sum(axis=-1).astype(np.float64))


def _macro_f1(sums: FloatArray) -> FloatArray:
    return _mean_of_defined(_label_f1(sums))


def _side_f1(sums: FloatArray) -> FloatArray:
    return _mean_of_defined(_label_f1(sums)[..., SIDES])


def _accuracy(sums: FloatArray) -> FloatArray:
    return ratio(_counts(sums)[0].sum(axis=-1), sums.sum(axis=-1))


def _precision(sums: FloatArray, label: int) -> FloatArray:
    hits, _, guessed = _counts(sums)
    return ratio(hits[..., label], guessed[..., label])


def _recall(sums: FloatArray, label: int) -> FloatArray:
    hits, actual, _ = _counts(sums)
    return ratio(hits[..., label], actual[..., label])


def _f1(sums: FloatArray, label: int) -> FloatArray:
    return _label_f1(sums)[..., label]


def _mean_of_bins(sums: FloatArray) -> FloatArray:
    return ratio(np.abs(sums[..., :BINS]).sum(axis=-1), sums[..., BINS])


def _mean(sums: FloatArray) -> FloatArray:
    return ratio(sums[..., 0], sums[..., 1])


DECOMPOSED: dict[str, Decomposition] = {
    "macro_f1": Decomposition(confusion_items, _macro_f1),
    "accuracy": Decomposition(confusion_items, _accuracy),
    "side_f1": Decomposition(confusion_items, _side_f1),
    "expected_calibration_error": Decomposition(_bin_items, _mean_of_bins),
    "brier_score": Decomposition(_brier_items, _mean),
    "log_loss": Decomposition(_log_loss_items, _mean),
    **{
        f"{name}_{short}": Decomposition(confusion_items, partial(combine, label=index))
        for index, short in enumerate(SHORT_LABELS)
        for name, combine in (("precision", _precision), ("recall", _recall), ("f1", _f1))
    },
}
"""How each entry of ``METRICS`` follows from sums over items."""


def bootstrap(
    y_true: IntArray,
    y_prob: FloatArray,
    clusters: Sequence[str],
    *,
    rng: np.random.Generator,
    metrics: Sequence[str] = tuple(METRICS),
    resamples: int = 2000,
    level: float = 0.95,
) -> dict[str, Estimate]:
    """Return each metric's value with its percentile interval (Efron and Tibshirani 1993, section 13.3).

    The same resamples serve all metrics. Resamples in which a metric is not defined are left out of its interval.
    With fewer than two clusters nothing is known of the spread between them: the interval is NaN. The calibration
    error of a resample is biased upwards (repeated items look overconfident), so its interval leans up.

    Parameters
    ----------
    y_true
        Label indices, [n].
    y_prob
        Probabilities, [n, 3].
    clusters
        The article of each item, [n].
    rng
        Source of the draws; the same seed gives the same numbers.
    metrics
        Names in ``METRICS``.
    resamples
        Number of draws.
    level
        Coverage of the two-sided interval, in (0, 1).
    """
    names, membership = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    values = {name: METRICS[name](y_true, y_prob) for name in metrics}
    drawn: dict[str, list[FloatArray]] = {name: [] for name in metrics}
    if len(names) > 1:
        sums = {
            per_item: cluster_sums(per_item(y_true, y_prob), membership, len(names))
            for per_item in {DECOMPOSED[name].per_item for name in metrics}
        }
        for weights in cluster_weights(rng, len(names), resamples):
            totals = {per_item: weights @ cells for per_item, cells in sums.items()}
            for name in metrics:
                drawn[name].append(DECOMPOSED[name].combine(totals[DECOMPOSED[name].per_item]))
    intervals = {name: interval(np.concatenate([*drawn[name], np.empty(0)]), level) for name in metrics}
    return {name: Estimate(values[name], *intervals[name], n=len(y_true), level=level) for name in metrics}
