"""Shares of each stance from predicted labels and how often each label is taken for another.

Of a group's predicted labels, the share q of each is a mixture: q = Mᵀp, with M the probability of each predicted label
given the actual one, and p the shares looked for (Rogan and Gladen 1978 for two labels; Buonaccorsi 2010, "Measurement
Error", section 3.4, for more). M comes from a labelled sample of the whole corpus, so that a group needs no labels of
its own. The price is an assumption: that the classifier errs alike in all groups. Prediction-powered inference
(``correction``) does not need it, and is the default.
"""

from __future__ import annotations

import numpy as np

from pipeline.findings.correction import Corrected, Frame
from pipeline.records import LABELS
from pipeline.resampling import FloatArray, IntArray, cluster_sums, cluster_weights, interval

LEAST_OF_LABEL = 5
"""Labelled rows of each actual label, below which nothing is known of its errors."""

_K = len(LABELS)
_SUM = 1e3
"""Weight of the equation that shares sum to 1 among the least squares."""


def seen_of_labels(frame: Frame) -> IntArray:
    """Return how many labelled rows have each actual label, [3]."""
    return np.asarray(frame.actual[frame.labelled, :_K].sum(axis=0), dtype=np.int64)


def confusion_matrix(frame: Frame) -> FloatArray:
    """Return the probability of each predicted label (columns) given the actual one (rows), [3, 3]; rows sum to 1.

    Labelled rows weigh by their inclusion. Rows that the coder calls no statement are left out.
    """
    return _normalised(_cells(frame).sum(axis=0))


def adjusted_shares(
    whole: Frame, group: Frame, *, rng: np.random.Generator, resamples: int = 1000, level: float = 0.95
) -> Corrected:
    """Return the shares of each stance among the units of a group, with percentile intervals.

    Shares are those in [0, 1] that sum to 1 and fit the predicted ones best (least squares). Intervals draw
    articles of the group, for its predicted shares, and articles of the sample, for the errors, both anew.

    Parameters
    ----------
    whole
        The corpus with its sample; at least ``LEAST_OF_LABEL`` labelled rows of each label.
    group
        Rows of the group; its labels are not looked at.
    """
    cells, counts = _by_article(_cells(whole), whole.cluster), _by_article(_predicted(group), group.cluster)
    share = _solved(_normalised(cells.sum(axis=0)), counts.sum(axis=0) / counts.sum())
    drawn = [
        _solved(_normalised(matrix), predicted / predicted.sum())
        for matrix, predicted in zip(
            _resampled(cells, rng, resamples), _resampled(counts, rng, resamples), strict=True
        )
        if matrix.reshape(_K, _K).sum(axis=1).all() and predicted.sum() > 0
    ]  # fmt: skip
    bounds = np.array([interval(column, level) for column in np.array(drawn).T])
    return Corrected(share, np.minimum(bounds[:, 0], share), np.maximum(bounds[:, 1], share))


def _predicted(frame: Frame) -> FloatArray:
    """Return what each row adds to the predicted labels, [n, 3]."""
    cells: FloatArray = np.eye(_K)[frame.predicted.argmax(axis=1)] * frame.weight[:, None]
    return cells


def _cells(frame: Frame) -> FloatArray:
    """Return what each row adds to the confusion table, [n, 9], its rows (actual labels) one by one."""
    guessed = np.eye(_K)[frame.predicted.argmax(axis=1)]
    weight = frame.weight / frame.inclusion * frame.labelled
    table: FloatArray = frame.actual[:, :_K, None] * guessed[:, None, :] * weight[:, None, None]
    return table.reshape(len(guessed), _K * _K)


def _by_article(cells: FloatArray, cluster: IntArray) -> FloatArray:
    """Return the sums of each article that adds anything."""
    names, member = np.unique(cluster, return_inverse=True)
    sums = cluster_sums(cells, np.asarray(member, dtype=np.int64), len(names))
    return sums[sums.any(axis=1)]


def _resampled(sums: FloatArray, rng: np.random.Generator, resamples: int) -> FloatArray:
    """Return the totals of articles drawn with replacement, [resamples, m]."""
    return np.concatenate([weights @ sums for weights in cluster_weights(rng, len(sums), resamples)])


def _normalised(cells: FloatArray) -> FloatArray:
    table = cells.reshape(_K, _K)
    matrix: FloatArray = table / table.sum(axis=1, keepdims=True)
    return matrix


def _solved(matrix: FloatArray, predicted: FloatArray) -> FloatArray:
    """Return the shares, none below 0 and 1 together, of which the matrix makes what is nearest to the predicted."""
    from scipy.optimize import nnls

    equations = np.vstack([matrix.T, np.full(_K, _SUM)])
    found, _ = nnls(equations, np.append(predicted, _SUM))
    shares: FloatArray = found / found.sum()
    return shares
