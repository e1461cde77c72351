"""Figures of prediction sets by hand."""

import math

import numpy as np
import pytest

from pipeline.evaluation.sets import set_estimates

Y_TRUE = np.array([0, 0, 1, 2, 2, 2])
SETS = np.array([[1, 0, 0], [0, 1, 1], [1, 1, 1], [0, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=bool)
ARTICLES = ["a", "a", "b", "b", "c", "c"]


def test_figures_by_hand():
    found = set_estimates(Y_TRUE, SETS, ARTICLES, rng=np.random.default_rng(0), resamples=500)
    values = {name: estimate.value for name, estimate in found.items()}
    assert values == {
        "coverage": pytest.approx(4 / 6),
        "set_size": pytest.approx(10 / 6),
        "single": pytest.approx(3 / 6),
        "coverage_anti": 0.5,
        "coverage_neutral": 1.0,
        "coverage_pro": pytest.approx(2 / 3),
    }
    # Articles a and c hold one hit each, b two: a resample's coverage lies between theirs.
    assert (found["coverage"].low, found["coverage"].high) == (0.5, 1.0)
    assert found["coverage"].n == 6


def test_a_label_that_does_not_occur_has_no_coverage():
    found = set_estimates(Y_TRUE[:2], SETS[:2], ["a", "b"], rng=np.random.default_rng(0), resamples=100)
    assert math.isnan(found["coverage_pro"].value)
    assert found["coverage_anti"].value == 0.5


def test_no_rows_give_nan_throughout():
    none = set_estimates(np.empty(0, dtype=np.int64), np.empty((0, 3), dtype=bool), [], rng=np.random.default_rng(0))
    assert all(math.isnan(estimate.value) and math.isnan(estimate.low) for estimate in none.values())
