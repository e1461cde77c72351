"""Metrics against figures worked out by hand, and at their edges."""

import math

import numpy as np
import pytest

from pipeline.evaluation.metrics import (
    BINS,
    METRICS,
    confusion_counts,
    encode,
    predicted,
    prior_probabilities,
    reliability_bins,
)
from pipeline.records import LABELS

# Actual 0 0 0 1 1 2, predicted 0 0 1 1 2 2; confusion [[2, 1, 0], [0, 1, 1], [0, 0, 1]].
Y_TRUE = np.array([0, 0, 0, 1, 1, 2])
Y_PROB = np.array(
    [
        [0.8, 0.1, 0.1],
        [0.6, 0.2, 0.2],
        [0.3, 0.5, 0.2],
        [0.1, 0.9, 0.0],
        [0.2, 0.2, 0.6],
        [0.0, 0.0, 1.0],
    ]
)
BY_HAND = {
    "macro_f1": (4 / 5 + 1 / 2 + 2 / 3) / 3,
    "accuracy": 4 / 6,
    "side_f1": (4 / 5 + 2 / 3) / 2,
    "precision_anti": 1.0,
    "recall_anti": 2 / 3,
    "f1_anti": 4 / 5,
    "precision_neutral": 1 / 2,
    "recall_neutral": 1 / 2,
    "f1_neutral": 1 / 2,
    "precision_pro": 1 / 2,
    "recall_pro": 1.0,
    "f1_pro": 2 / 3,
    # Bins of 1/15: 0.8 right, two of 0.6 (one right), 0.5 wrong, 0.9 right, 1.0 right.
    "expected_calibration_error": (0.2 + abs(1 - 1.2) + 0.5 + 0.1 + 0.0) / 6,
    "brier_score": (0.06 + 0.24 + 0.78 + 0.02 + 1.04 + 0.0) / 6,
    "log_loss": -(math.log(0.8) + math.log(0.6) + math.log(0.3) + math.log(0.9) + math.log(0.2) + 0) / 6,
}
NO_ITEMS = (np.empty(0, dtype=np.int64), np.empty((0, 3)))


def test_every_metric_has_a_figure_worked_out_by_hand():
    assert set(BY_HAND) == set(METRICS)


@pytest.mark.parametrize(("name", "expected"), BY_HAND.items())
def test_metric_gives_the_figure_worked_out_by_hand(name, expected):
    assert METRICS[name](Y_TRUE, Y_PROB) == pytest.approx(expected, abs=1e-12)


def test_macro_f1_comes_first():
    assert next(iter(METRICS)) == "macro_f1"


@pytest.mark.parametrize("name", METRICS)
def test_better_predictions_move_every_metric_the_declared_way(name):
    right = np.eye(3)[Y_TRUE]
    better, worse = METRICS[name](Y_TRUE, right), METRICS[name](Y_TRUE, np.roll(right, 1, axis=1))
    assert (better > worse) == METRICS[name].higher_is_better


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.inputs == "labels"])
def test_label_metrics_see_the_arg_max_alone(name):
    hardened = np.eye(3)[predicted(Y_PROB)]
    assert METRICS[name](Y_TRUE, hardened) == METRICS[name](Y_TRUE, Y_PROB)


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.inputs == "probabilities"])
def test_probability_metrics_see_the_values(name):
    hardened = np.eye(3)[predicted(Y_PROB)]
    assert METRICS[name](Y_TRUE, hardened) != pytest.approx(METRICS[name](Y_TRUE, Y_PROB))


@pytest.mark.parametrize("name", METRICS)
def test_no_items_give_nan(name):
    assert math.isnan(METRICS[name](*NO_ITEMS))


def test_label_that_neither_occurs_nor_is_predicted_is_undefined_and_left_out_of_macro_f1():
    y_true, y_prob = np.array([0, 0, 1]), np.eye(3)[[0, 1, 1]]
    assert math.isnan(METRICS["f1_pro"](y_true, y_prob))
    assert METRICS["macro_f1"](y_true, y_prob) == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_label_that_occurs_but_is_never_predicted_counts_as_zero():
    y_true, y_prob = np.array([0, 0, 2]), np.eye(3)[[0, 0, 0]]
    assert math.isnan(METRICS["precision_pro"](y_true, y_prob))
    assert METRICS["recall_pro"](y_true, y_prob) == 0
    assert METRICS["f1_pro"](y_true, y_prob) == 0
    assert METRICS["macro_f1"](y_true, y_prob) == pytest.approx((4 / 5 + 0) / 2)


def test_ties_go_to_the_first_label():
    assert predicted(np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4]])).tolist() == [0, 1]


def test_confusion_has_actual_labels_as_rows():
    assert confusion_counts(Y_TRUE, Y_PROB).tolist() == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert confusion_counts(*NO_ITEMS).tolist() == [[0, 0, 0]] * 3


def test_log_loss_of_an_impossible_event_is_finite():
    assert METRICS["log_loss"](np.array([1]), np.array([[1.0, 0.0, 0.0]])) == pytest.approx(36.0437, abs=1e-3)


def test_reliability_bins_close_on_the_right_and_sum_to_the_items():
    # 0.4 = 6/15 is the upper edge of bin 5; just above it begins bin 6.
    sums = reliability_bins(np.array([0, 0]), np.array([[0.4, 0.3, 0.3], [0.401, 0.3, 0.299]]))
    assert sums.shape == (BINS, 3)
    assert sums[5].tolist() == [1, 0.4, 1]
    assert sums[6].tolist() == [1, 0.401, 1]
    assert sums[:, 0].sum() == 2


def test_baseline_gives_the_training_shares_so_that_the_majority_wins():
    y_prob = prior_probabilities(encode(["neutral", "neutral", "pro-restriction", "anti-restriction"]), 2)
    assert y_prob.tolist() == [[0.25, 0.5, 0.25]] * 2
    assert [LABELS[index] for index in predicted(y_prob)] == ["neutral", "neutral"]


def test_baseline_without_training_labels_is_refused():
    with pytest.raises(ValueError, match="training labels"):
        prior_probabilities(NO_ITEMS[0], 1)
