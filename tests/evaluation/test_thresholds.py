"""Thresholds chosen on rows by hand, and what they give on others."""

import math

import numpy as np
import pytest

from pipeline.evaluation.thresholds import Threshold, at_threshold, threshold_for_coverage, threshold_for_risk

# Confidence and whether the row is wrong; two rows are equally sure.
ROWS = [(0.95, 0), (0.9, 0), (0.8, 1), (0.8, 0), (0.7, 0), (0.6, 1), (0.55, 0), (0.5, 1), (0.45, 0), (0.4, 1)]
Y_TRUE = np.array([wrong for _, wrong in ROWS])
Y_PROB = np.array([[c, (1 - c) * 0.6, (1 - c) * 0.4] for c, _ in ROWS])


@pytest.mark.parametrize(
    ("coverage", "threshold"),
    [(1.0, 0.4), (0.9, 0.45), (0.85, 0.45), (0.7, 0.55), (0.3, 0.8), (0.1, 0.95), (0.0, 0.95)],
)
def test_a_wanted_coverage_is_reached_and_not_overdone(coverage, threshold):
    assert threshold_for_coverage(Y_PROB, coverage) == threshold
    confidence = Y_PROB.max(axis=1)
    assert (confidence >= threshold).mean() >= coverage
    assert (confidence > threshold).mean() < max(coverage, 0.1)


def test_no_rows_have_no_threshold():
    assert math.isnan(threshold_for_coverage(np.empty((0, 3)), 0.8))
    assert threshold_for_risk(np.empty(0, dtype=np.int64), np.empty((0, 3)), 0.5) is None


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (0.4, Threshold(0.4, 1.0, 0.4, 10)),
        (0.3, Threshold(0.55, 0.7, 2 / 7, 7)),
        (0.25, Threshold(0.7, 0.5, 0.2, 5)),
        # Of the two equally sure rows one is wrong: they come together, and 1 in 4 is too much.
        (0.19, Threshold(0.9, 0.2, 0.0, 2)),
        (0.0, Threshold(0.9, 0.2, 0.0, 2)),
    ],
)
def test_the_threshold_of_a_wanted_risk_keeps_most_rows(most, expected):
    assert threshold_for_risk(Y_TRUE, Y_PROB, most) == expected


def test_a_risk_that_cannot_be_had_has_no_threshold():
    assert threshold_for_risk(1 - Y_TRUE, Y_PROB, 0.2) is None


def test_what_a_threshold_gives_by_hand():
    articles = ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e"]
    found = at_threshold(Y_TRUE, Y_PROB, articles, 0.55, rng=np.random.default_rng(0), resamples=300)
    assert found["coverage"].value == 0.7
    assert found["risk"].value == pytest.approx(2 / 7)
    assert found["macro_f1"].value == pytest.approx((10 / 12 + 0) / 2)
    for estimate in found.values():
        assert estimate.low < estimate.value < estimate.high
        assert estimate.n == 10


def test_where_nothing_is_kept_the_risk_is_not_defined():
    found = at_threshold(Y_TRUE, Y_PROB, ["a"] * 10, 0.99, rng=np.random.default_rng(0))
    assert found["coverage"].value == 0
    assert math.isnan(found["risk"].value)
    assert math.isnan(found["macro_f1"].value)
