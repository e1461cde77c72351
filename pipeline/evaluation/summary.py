"""One evaluation as a whole: a model on test and dev, with the baseline beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.evaluation.metrics import FloatArray, IntArray, prior_probabilities
from pipeline.evaluation.resampling import Intervals, bootstrap
from pipeline.evaluation.selective import Selective, selective
from pipeline.evaluation.sets import set_estimates
from pipeline.evaluation.slices import Row, SliceFigures, slice_figures
from pipeline.evaluation.thresholds import at_threshold
from pipeline.records import Estimate

OVERALL = ("macro_f1", "accuracy", "side_f1", "expected_calibration_error", "brier_score", "log_loss")
"""Metrics that are not of one label."""

Estimates = Mapping[str, Estimate]


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
    slices
        Figures of parts of test, by what they have in common and by its value.
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
    slices: Mapping[str, Mapping[str, SliceFigures]] = field(default_factory=dict)


def evaluate(
    test: Scored,
    dev: Scored,
    train_labels: IntArray,
    intervals: Intervals,
    *,
    thresholds: Mapping[str, float] | None = None,
    sets: npt.NDArray[np.bool_] | None = None,
    rows: Sequence[Row] = (),
) -> Evaluation:
    """Return a model's evaluation; the baseline knows the training labels and nothing else.

    Parameters
    ----------
    thresholds
        Confidences that were chosen on other statements, by name.
    sets
        Prediction sets of the test items, [n, 3].
    rows
        What is known of the test items, for slices of them; none where there shall be no slices.

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
        slices=slice_figures(rows, test.y_true, test.y_prob, test.articles, intervals) if rows else {},
    )
