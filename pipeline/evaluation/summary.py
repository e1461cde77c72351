"""One evaluation as a whole: a model on test and dev, with the baseline beside it, as records and as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.evaluation.metrics import BINS, FloatArray, IntArray, prior_probabilities, reliability_bins
from pipeline.evaluation.resampling import bootstrap
from pipeline.evaluation.selective import Point, Selective, selective
from pipeline.evaluation.sets import set_estimates
from pipeline.evaluation.thresholds import at_threshold
from pipeline.records import Estimate

OVERALL = ("macro_f1", "accuracy", "expected_calibration_error", "brier_score", "log_loss")
"""Metrics that are not of one label."""

TRACKED_COVERAGE = 0.8
"""The coverage at which a run in MLflow shows what abstention gains."""

# Enough for any reading, and the same on every machine whatever its linear algebra.
_DIGITS = 6

Estimates = Mapping[str, Estimate]


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
        return bootstrap(self.y_true, self.y_prob, self.articles, **intervals.draws())

    def selective(self, intervals: Intervals) -> Selective:
        """Return what is gained by setting aside the items of which the model is least sure."""
        return selective(self.y_true, self.y_prob, self.articles, **intervals.draws())

    def at_threshold(self, threshold: float, intervals: Intervals) -> Estimates:
        """Return coverage, risk and macro-F1 of the items of this confidence or above."""
        return at_threshold(self.y_true, self.y_prob, self.articles, threshold, **intervals.draws())


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scored test split, with estimates on it, on its clear part, for the majority baseline, and on dev.

    Parameters
    ----------
    selective
        The risk-coverage curve on test.
    thresholds, at_thresholds
        Confidences chosen on other statements, by name, and what they give on test.
    sets
        Figures of the prediction sets on test; none where the model makes no sets.
    """

    scored: Scored
    test: Estimates
    clear: Estimates
    baseline: Estimates
    dev: Estimates
    selective: Selective
    thresholds: Mapping[str, float] = field(default_factory=dict)
    at_thresholds: Mapping[str, Estimates] = field(default_factory=dict)
    sets: Estimates = field(default_factory=dict)


def evaluate(
    test: Scored,
    dev: Scored,
    train_labels: IntArray,
    intervals: Intervals,
    *,
    thresholds: Mapping[str, float] | None = None,
    sets: npt.NDArray[np.bool_] | None = None,
) -> Evaluation:
    """Return a model's evaluation; the baseline knows the training labels and nothing else.

    Parameters
    ----------
    thresholds
        Confidences that were chosen on other statements, by name.
    sets
        Prediction sets of the test items, [n, 3].

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
        selective=test.selective(intervals),
        thresholds=thresholds or {},
        at_thresholds={name: test.at_threshold(value, intervals) for name, value in (thresholds or {}).items()},
        sets={} if sets is None else set_estimates(test.y_true, sets, test.articles, **intervals.draws()),
    )


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, _DIGITS)


def _figure(e: Estimate) -> dict[str, float | None]:
    return {"value": _rounded(e.value), "low": _rounded(e.low), "high": _rounded(e.high), "n": e.n}


def _plain(estimates: Estimates, names: Iterable[str] | None = None) -> dict[str, dict[str, float | None]]:
    return {name: _figure(estimates[name]) for name in (estimates if names is None else names)}


def _abstention(evaluation: Evaluation) -> dict[str, Any]:
    """Return the curve and what the thresholds give; those and prediction sets only where the model has them."""
    points = {f"coverage_{point.coverage:g}": _point(point) for point in evaluation.selective.points}
    found: dict[str, Any] = {"selective": {"aurc": _figure(evaluation.selective.aurc), **points}}
    if evaluation.thresholds:
        found["thresholds"] = {
            name: {"threshold": _rounded(evaluation.thresholds[name]), **_plain(estimates)}
            for name, estimates in evaluation.at_thresholds.items()
        }
    if evaluation.sets:
        found["sets"] = _plain(evaluation.sets)
    return found


def _point(point: Point) -> dict[str, Any]:
    threshold = _rounded(point.threshold)
    return {"threshold": threshold, "risk": _figure(point.risk), "macro_f1": _figure(point.macro_f1)}


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
        "test": _plain(evaluation.test),
        "test_clear": _plain(evaluation.clear, ("macro_f1", "accuracy")),
        "baseline": _plain(evaluation.baseline, OVERALL),
        "dev": _plain(evaluation.dev, OVERALL),
        **_abstention(evaluation),
    }


def tracked_metrics(evaluation: Evaluation) -> dict[str, float]:
    """Return the defined figures under flat names: ``NAME``, ``NAME_low``, ``NAME_high``, ``baseline_NAME``."""
    figures = {"test_items": float(len(evaluation.scored.y_true))}
    (point,) = (point for point in evaluation.selective.points if point.coverage == TRACKED_COVERAGE)
    at = f"coverage_{TRACKED_COVERAGE:g}"
    more = {"aurc": evaluation.selective.aurc, f"risk_{at}": point.risk, f"macro_f1_{at}": point.macro_f1}
    more |= {f"sets_{name}": estimate for name, estimate in evaluation.sets.items()}
    for name, estimate in {**evaluation.test, **more}.items():
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


def coverage_plot(curve: Selective) -> list[dict[str, float | None]]:
    """Return the points of the risk-coverage curve as rows to draw, full coverage first."""
    return [
        {
            "coverage": point.coverage,
            "threshold": _rounded(point.threshold),
            "n": point.risk.n,
            **{
                f"{name}{end}": _rounded(value)
                for name, e in (("risk", point.risk), ("macro_f1", point.macro_f1))
                for end, value in (("", e.value), ("_low", e.low), ("_high", e.high))
            },
        }
        for point in curve.points
    ]
