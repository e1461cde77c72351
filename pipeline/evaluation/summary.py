"""One evaluation as a whole: a model on test and dev, with the baseline beside it, as records and as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.evaluation.metrics import BINS, FloatArray, IntArray, prior_probabilities, reliability_bins
from pipeline.evaluation.resampling import bootstrap
from pipeline.records import Estimate

OVERALL = ("macro_f1", "accuracy", "expected_calibration_error", "brier_score", "log_loss")
"""Metrics that are not of one label."""

# Enough for any reading, and the same on every machine whatever its linear algebra.
_DIGITS = 6

Estimates = Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Intervals:
    """How intervals are found: number of resamples, coverage, and where the draws start."""

    resamples: int = 2000
    level: float = 0.95
    seed: int = 13


@dataclass(frozen=True, slots=True)
class Scored:
    """Labelled statements with the probabilities that a model gave them.

    Parameters
    ----------
    articles
        The article of each statement, [n].
    ambiguous
        Whether careful coders could differ on its label, [n].
    y_true
        Label indices, [n].
    y_prob
        Probabilities, [n, 3].
    """

    articles: Sequence[str]
    ambiguous: Sequence[bool]
    y_true: IntArray
    y_prob: FloatArray

    def with_probabilities(self, y_prob: FloatArray) -> Scored:
        """Return the same statements as another model scored them."""
        return Scored(self.articles, self.ambiguous, self.y_true, y_prob)

    def clear(self) -> Scored:
        """Return the statements that are not ambiguous."""
        kept = [index for index, flag in enumerate(self.ambiguous) if not flag]
        articles = [self.articles[index] for index in kept]
        return Scored(articles, [False] * len(kept), self.y_true[kept], self.y_prob[kept])

    def estimates(self, intervals: Intervals) -> Estimates:
        """Return every metric; equal seeds draw equal articles, so that two models on the same items compare."""
        rng = np.random.default_rng(intervals.seed)
        return bootstrap(
            self.y_true, self.y_prob, self.articles, rng=rng, resamples=intervals.resamples, level=intervals.level
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scored test split, with estimates on it, on its clear part, for the majority baseline, and on dev."""

    scored: Scored
    test: Estimates
    clear: Estimates
    baseline: Estimates
    dev: Estimates


def evaluate(test: Scored, dev: Scored, train_labels: IntArray, intervals: Intervals) -> Evaluation:
    """Return a model's evaluation; the baseline knows the training labels and nothing else.

    Raises
    ------
    ValueError
        If there are no training labels.
    """
    prior = prior_probabilities(train_labels, len(test.y_true))
    return Evaluation(
        scored=test,
        test=test.estimates(intervals),
        clear=test.clear().estimates(intervals),
        baseline=test.with_probabilities(prior).estimates(intervals),
        dev=dev.estimates(intervals),
    )


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, _DIGITS)


def _plain(estimates: Estimates, names: Sequence[str]) -> dict[str, dict[str, float | None]]:
    return {
        name: {"value": _rounded(e.value), "low": _rounded(e.low), "high": _rounded(e.high), "n": e.n}
        for name in names
        for e in [estimates[name]]
    }


def metrics_document(evaluation: Evaluation) -> dict[str, Any]:
    """Return JSON-ready metrics, the deciding figures on top; what is not defined is None.

    It holds no time, path or name, so that equal predictions give equal bytes.
    """
    first = evaluation.test["macro_f1"]
    return {
        "macro_f1": _rounded(first.value),
        "macro_f1_low": _rounded(first.low),
        "macro_f1_high": _rounded(first.high),
        "baseline_macro_f1": _rounded(evaluation.baseline["macro_f1"].value),
        "n": first.n,
        "articles": len(set(evaluation.scored.articles)),
        "test": _plain(evaluation.test, list(evaluation.test)),
        "test_clear": _plain(evaluation.clear, ("macro_f1", "accuracy")),
        "baseline": _plain(evaluation.baseline, OVERALL),
        "dev": _plain(evaluation.dev, OVERALL),
    }


def tracked_metrics(evaluation: Evaluation) -> dict[str, float]:
    """Return the defined figures under flat names: ``NAME``, ``NAME_low``, ``NAME_high``, ``baseline_NAME``."""
    figures = {"test_items": float(len(evaluation.scored.y_true))}
    for name, estimate in evaluation.test.items():
        figures |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    figures |= {f"baseline_{name}": evaluation.baseline[name].value for name in OVERALL}
    return {name: round(value, _DIGITS) for name, value in figures.items() if not math.isnan(value)}


def reliability(scored: Scored) -> list[dict[str, float]]:
    """Return the bins of confidence that hold items: mean confidence, accuracy, items, lower and upper edge."""
    sums = reliability_bins(scored.y_true, scored.y_prob)
    return [
        {
            "confidence": round(confidence / n, _DIGITS),
            "accuracy": round(right / n, _DIGITS),
            "n": int(n),
            "low": round(index / BINS, _DIGITS),
            "high": round((index + 1) / BINS, _DIGITS),
        }
        for index, (n, confidence, right) in enumerate(sums.tolist())
        if n
    ]
