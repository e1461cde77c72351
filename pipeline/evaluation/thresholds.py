"""Confidences below which to abstain: chosen on held-out rows, and measured on others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.evaluation.metrics import FloatArray, IntArray, predicted
from pipeline.evaluation.resampling import DECOMPOSED, confusion_items
from pipeline.records import Estimate
from pipeline.resampling import bootstrap_sums, ratio

_ALMOST = 9  # decimals; 0.7 * 10 rows are 7, whatever the product says


def risk(table: FloatArray) -> FloatArray:
    """Return the share of wrong rows, [r], of confusion tables as sums over rows, [r, 9]."""
    shares: FloatArray = 1.0 - DECOMPOSED["accuracy"].combine(table)
    return shares


def threshold_for_coverage(y_prob: FloatArray, coverage: float) -> float:
    """Return the highest confidence from which at least this share of the rows is kept; NaN where there are none.

    Examples
    --------
    >>> y_prob = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.2, 0.2, 0.6], [0.5, 0.4, 0.1]])
    >>> threshold_for_coverage(y_prob, 0.75)
    0.6
    """
    if not len(y_prob):
        return float("nan")
    falling = np.sort(y_prob.max(axis=1))[::-1]
    last = math.ceil(round(coverage * len(falling), _ALMOST)) - 1
    return float(falling[max(last, 0)])


@dataclass(frozen=True, slots=True)
class Threshold:
    """A confidence below which to abstain, and what it gave on the rows that it was chosen on.

    Parameters
    ----------
    value
        Rows of this confidence and above are kept.
    coverage, risk, n
        Share of the rows kept, share of wrong ones among them, and how many they are.
    """

    value: float
    coverage: float
    risk: float
    n: int


def threshold_for_risk(y_true: IntArray, y_prob: FloatArray, most: float) -> Threshold | None:
    """Return the threshold that keeps most rows with no more than this risk; None where no threshold has so little.

    The risk is that of these rows. It was looked for, so that on others it tends to be larger, the more so the
    fewer rows are kept: look at ``n``.

    Parameters
    ----------
    y_true, y_prob
        Label indices, [n], and probabilities, [n, 3], of rows that the model was not fitted on.
    most
        Largest share of wrong rows among those kept, in [0, 1].
    """
    confidence = y_prob.max(axis=1, initial=0.0)
    order = np.argsort(-confidence, kind="stable")
    ends = np.flatnonzero(np.diff(confidence[order], append=-np.inf)) + 1  # equal ones are kept or left out together
    risks = np.cumsum((predicted(y_prob) != y_true)[order])[ends - 1] / ends
    allowed = np.flatnonzero(risks <= most)
    if not len(allowed):
        return None
    kept = int(ends[allowed[-1]])
    return Threshold(float(confidence[order][kept - 1]), kept / len(y_true), float(risks[allowed[-1]]), kept)


def at_threshold(
    y_true: IntArray,
    y_prob: FloatArray,
    clusters: Sequence[str],
    threshold: float,
    *,
    rng: np.random.Generator,
    resamples: int = 2000,
    level: float = 0.95,
) -> dict[str, Estimate]:
    """Return ``coverage``, and ``risk`` and ``macro_f1`` among the rows of this confidence or above, with intervals."""
    kept = (y_prob.max(axis=1, initial=0.0) >= threshold).astype(np.float64)
    items = np.column_stack([np.ones_like(kept), kept, confusion_items(y_true, y_prob) * kept[:, None]])
    figures = {
        "coverage": lambda sums: ratio(sums[:, 1], sums[:, 0]),
        "risk": lambda sums: risk(sums[:, 2:]),
        "macro_f1": lambda sums: DECOMPOSED["macro_f1"].combine(sums[:, 2:]),
    }
    return bootstrap_sums(items, figures, clusters, rng=rng, resamples=resamples, level=level)
