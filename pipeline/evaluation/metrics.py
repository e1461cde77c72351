"""Metrics as pure functions ``(y_true, y_prob) -> float`` in one table that says which way is better.

``y_true`` is [n] with indices into ``records.LABELS``; ``y_prob`` is [n, 3] with rows that sum to one. The predicted
label is the arg-max; a tie goes to the first label. A figure that has no meaning on the items given is NaN, never a
made-up 0 or 1: every metric of no items; precision of a label never predicted; recall of a label that does not occur;
F1 of a label that does neither. Macro-F1 averages the defined F1 values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipeline.records import LABELS

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MetricFunction = Callable[[IntArray, FloatArray], float]

SHORT_LABELS = ("anti", "neutral", "pro")
"""Names of the labels inside metric names and probability columns, in the order of ``LABELS``."""

SIDES = (0, 2)
"""Indices of the labels that take a side."""

BINS = 15
"""Bins of the calibration error: the number of Guo et al. (2017), and so of most published figures."""

_INDICES = list(range(len(LABELS)))


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of ``METRICS``.

    Parameters
    ----------
    function
        ``(y_true, y_prob) -> float``.
    higher_is_better
        False for errors and losses.
    inputs
        ``"labels"`` where only the arg-max matters, ``"probabilities"`` where the values do.
    title
        Name for people.
    """

    function: MetricFunction
    higher_is_better: bool
    inputs: Literal["labels", "probabilities"]
    title: str

    def __call__(self, y_true: IntArray, y_prob: FloatArray) -> float:
        """Return the figure; NaN where there are no items."""
        return self.function(y_true, y_prob) if len(y_true) else float("nan")


def encode(labels: Sequence[str]) -> IntArray:
    """Return the labels as indices into ``LABELS``, [n]."""
    return np.array([LABELS.index(label) for label in labels], dtype=np.int64)


def predicted(y_prob: FloatArray) -> IntArray:
    """Return the index of the most probable label of each row, [n]; a tie goes to the first."""
    labels: IntArray = np.argmax(y_prob, axis=1).astype(np.int64)
    return labels


def confusion_counts(y_true: IntArray, y_prob: FloatArray) -> IntArray:
    """Return item counts [3, 3]: rows are actual labels, columns predicted ones."""
    counts: IntArray = np.zeros((len(LABELS), len(LABELS)), dtype=np.int64)
    if len(y_true):
        from sklearn.metrics import confusion_matrix

        counts += confusion_matrix(y_true, predicted(y_prob), labels=_INDICES)
    return counts


def macro_f1(y_true: IntArray, y_prob: FloatArray) -> float:
    """Return the unweighted mean of the labels' F1 in [0, 1], over the labels that occur or are predicted."""
    from sklearn.metrics import f1_score

    return float(f1_score(y_true, predicted(y_prob), labels=_INDICES, average="macro", zero_division=np.nan))


def precision(y_true: IntArray, y_prob: FloatArray, *, label: int) -> float:
    """Return the share of items predicted as ``label`` that are so, in [0, 1]."""
    from sklearn.metrics import precision_score

    return float(precision_score(y_true, predicted(y_prob), labels=[label], average="macro", zero_division=np.nan))


def recall(y_true: IntArray, y_prob: FloatArray, *, label: int) -> float:
    """Return the share of items of ``label`` that are predicted so, in [0, 1]."""
    from sklearn.metrics import recall_score

    return float(recall_score(y_true, predicted(y_prob), labels=[label], average="macro", zero_division=np.nan))


def f1(y_true: IntArray, y_prob: FloatArray, *, label: int) -> float:
    """Return the harmonic mean of precision and recall of ``label``, in [0, 1]."""
    from sklearn.metrics import f1_score

    return float(f1_score(y_true, predicted(y_prob), labels=[label], average="macro", zero_division=np.nan))


def side_f1(y_true: IntArray, y_prob: FloatArray) -> float:
    """Return the mean F1 of the two labels that take a side, in [0, 1]; neutral counts only where it is mistaken.

    The official figure of SemEval-2016 task 6 (Mohammad et al. 2016, "Detecting Stance in Tweets", section 5).
    """
    from sklearn.metrics import f1_score

    return float(f1_score(y_true, predicted(y_prob), labels=list(SIDES), average="macro", zero_division=np.nan))


def accuracy(y_true: IntArray, y_prob: FloatArray) -> float:
    """Return the share of items predicted right, in [0, 1]."""
    from sklearn.metrics import accuracy_score

    return float(accuracy_score(y_true, predicted(y_prob)))


def brier_score(y_true: IntArray, y_prob: FloatArray) -> float:
    """Return the mean squared distance of probabilities and outcome, summed over labels, in [0, 2] (Brier, 1950)."""
    from sklearn.metrics import brier_score_loss

    return float(brier_score_loss(y_true, y_prob, labels=_INDICES, scale_by_half=False))


def log_loss(y_true: IntArray, y_prob: FloatArray) -> float:
    """Return the mean negative log-probability of the actual label, in nats; probabilities are clipped at 2.2e-16."""
    from sklearn.metrics import log_loss as sklearn_log_loss

    return float(sklearn_log_loss(y_true, y_prob, labels=_INDICES))


def confidence_bins(y_prob: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the top probability of each row and its bin; bin m holds confidences in (m / BINS, (m + 1) / BINS]."""
    confidence: FloatArray = y_prob.max(axis=1, initial=0.0)
    index: IntArray = np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
    return confidence, index


def reliability_bins(y_true: IntArray, y_prob: FloatArray) -> FloatArray:
    """Return sums by bin of confidence, [BINS, 3]: items, their confidence, items predicted right."""
    confidence, index = confidence_bins(y_prob)
    right = (predicted(y_prob) == y_true).astype(np.float64)
    columns = [np.bincount(index, weights=w, minlength=BINS) for w in (np.ones_like(right), confidence, right)]
    return np.stack(columns, axis=1)


def expected_calibration_error(y_true: IntArray, y_prob: FloatArray) -> float:
    """Return the top-label calibration error in [0, 1]: |accuracy - confidence| of each bin, weighted by its items.

    Fifteen equal-width bins, as in Guo et al. (2017), "On Calibration of Modern Neural Networks", section 2, after
    Naeini et al. (2015). The estimate is biased upwards on small samples: a calibrated model does not reach 0.
    """
    sums = reliability_bins(y_true, y_prob)
    return float(np.abs(sums[:, 2] - sums[:, 1]).sum() / len(y_true))


def prior_probabilities(train_labels: IntArray, n: int) -> FloatArray:
    """Return the baseline's probabilities [n, 3]: the shares of the training labels, so the arg-max is their majority.

    Raises
    ------
    ValueError
        If there are no training labels.
    """
    if not len(train_labels):
        raise ValueError("the majority-class baseline needs training labels")
    shares = np.bincount(train_labels, minlength=len(LABELS)) / len(train_labels)
    return np.tile(shares, (n, 1))


METRICS: dict[str, Metric] = {
    "macro_f1": Metric(macro_f1, True, "labels", "Macro-F1"),
    "accuracy": Metric(accuracy, True, "labels", "Accuracy"),
    "side_f1": Metric(side_f1, True, "labels", "F1 of the two sides"),
    "expected_calibration_error": Metric(
        expected_calibration_error, False, "probabilities", "Expected calibration error"
    ),
    "brier_score": Metric(brier_score, False, "probabilities", "Brier score"),
    "log_loss": Metric(log_loss, False, "probabilities", "Log loss"),
    **{
        f"{function.__name__}_{short}": Metric(
            partial(function, label=index), True, "labels", f"{function.__name__.title()}, {LABELS[index]}"
        )
        for index, short in enumerate(SHORT_LABELS)
        for function in (precision, recall, f1)
    },
}
"""Every metric by name; macro-F1 is the one that decides."""
