"""Shares of each stance, corrected by a labelled random sample for the errors of the classifier.

A share of predicted labels is biased by whatever the classifier gets wrong, and more articles do not make that smaller.
Prediction-powered inference (Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023, "Prediction-powered inference",
Science 382) takes the mean of the predictions over all rows and adds the mean error seen in the sample::

    share = λ · mean(f) + mean over the sample of (y - λ · f)

with f the predicted probabilities and y the coder's labels. The power λ that gives the least variance is that of
Angelopoulos, Duchi and Zrnic 2023, "PPI++", section 6; 0 is the sample alone, and so a bad classifier costs nothing.
It is the difference estimator of survey sampling (Särndal, Swensson and Wretman 1992, "Model Assisted Survey Sampling",
section 6.3), from which the weights come: rows drawn with unequal probabilities weigh by their inverse (Horvitz and
Thompson 1952), normalised in each stratum (Hájek 1971). Variances are those of the linearised shares, summed over
articles (Woodruff 1971; Binder 1983), since statements of one article are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.records import LABELS
from pipeline.resampling import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

_K = len(LABELS)
_LEAST_IN_STRATUM = 2
"""Labelled rows of a stratum in a group, below which the group's strata are taken together."""
_UNSEEN = 1.0
"""Squared error of one row more than were labelled. Where a small sample shows no error at all, its variance
would be 0, as if the classifier made none; with it, half the width is about the 3/n of the rule of three."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows of a corpus with what a share of them is made of, and the labels of those in the sample.

    Parameters
    ----------
    predicted
        Probabilities in the order of ``LABELS``, [n, 3].
    weight
        What each row adds to the number of units, above 0, [n]: 1 for mentions; of a unit of m rows, 1/m each.
    cluster
        Of each row as a number, [n]: its article.
    stratum
        Of each row as a number, [n].
    labelled
        Which rows the sample labels, [n].
    actual
        The coder's label of each row, one column a label and one for "no statement", [n, 4]; 0 where not labelled.
    inclusion
        Probability with which each row came into the sample, in (0, 1], [n]; 1 where not labelled.
    """

    predicted: FloatArray
    weight: FloatArray
    cluster: IntArray
    stratum: IntArray
    labelled: BoolArray
    actual: FloatArray
    inclusion: FloatArray

    def part(self, rows: IntArray, weight: FloatArray) -> Self:
        """Return some of the rows, under other weights, [m]."""
        return type(self)(
            self.predicted[rows],
            weight,
            self.cluster[rows],
            self.stratum[rows],
            self.labelled[rows],
            self.actual[rows],
            self.inclusion[rows],
        )


@dataclass(frozen=True, slots=True)
class Corrected:
    """Shares in the order of ``LABELS`` with their intervals, each [3]; the shares sum to 1 and all lie in [0, 1]."""

    share: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class _Terms:
    """The linear pieces of the four shares (three labels, and no statement), at λ = 0 and what λ adds.

    ``base + λ * power`` are the shares, [4], and ``of_base + λ * of_power`` what each cluster adds to their error,
    [clusters, 4].
    """

    base: FloatArray
    power: FloatArray
    of_base: FloatArray
    of_power: FloatArray
    strata: int


def tuned_power(frame: Frame) -> float:
    """Return the power λ in [0, 1] that gives all shares together the least variance; 0 where nothing varies."""
    terms = _terms(frame)
    varying = float((terms.of_power**2).sum())
    if varying <= 0:
        return 0.0
    return float(np.clip(-(terms.of_base * terms.of_power).sum() / varying, 0.0, 1.0))


def corrected_shares(frame: Frame, power: float, *, level: float = 0.95) -> Corrected:
    """Return the shares of each stance among the units of a frame.

    Rows that the coder calls no statement leave the share: it is one among statements. Shares below 0, which small
    samples can give, are put to 0 and the others scaled, so that they sum to 1. Intervals are t intervals with one
    degree of freedom less than articles with a label, for each stratum; where they would leave [0, 1], they end there.
    They are for the flow of articles that the corpus was drawn from; for the articles at hand alone they are somewhat
    too wide.

    Parameters
    ----------
    frame
        Labels at least two rows of two articles.
    power
        λ, from ``tuned_power`` over the whole corpus.
    level
        Coverage of the intervals.

    Raises
    ------
    ValueError
        If fewer rows are labelled, or the sample holds no statement.
    """
    from scipy import stats

    if len(np.unique(frame.cluster[frame.labelled])) < 2:
        raise ValueError("a corrected share needs labels in two articles or more")
    terms = _terms(frame)
    shares, errors = terms.base + power * terms.power, terms.of_base + power * terms.of_power
    statements = shares[:_K].sum()
    if not frame.actual[:, :_K].any() or statements <= 0:
        raise ValueError("the sample holds no statement")
    raw = shares[:_K] / statements
    influence = (errors[:, :_K] - raw * errors[:, :_K].sum(axis=1, keepdims=True)) / statements
    clusters = len(influence)
    deviation = np.sqrt(clusters / (clusters - 1) * (influence**2).sum(axis=0) + _unseen_errors(frame))
    freedom = max(1, len(np.unique(frame.cluster[frame.labelled])) - terms.strata)
    reach = stats.t.ppf((1 + level) / 2, freedom) * deviation
    share = np.clip(raw, 0.0, None)
    share = share / share.sum()
    # A share that was put into [0, 1] still lies in its interval.
    low = np.clip(np.minimum(raw - reach, share), 0.0, 1.0)
    high = np.clip(np.maximum(raw + reach, share), 0.0, 1.0)
    return Corrected(share, low, high)


def _terms(frame: Frame) -> _Terms:
    """Return the shares as a line in λ, with the influence of each cluster on it."""
    names, member = np.unique(frame.cluster, return_inverse=True)
    stratum = _strata(frame)
    weight, total = frame.weight[:, None], frame.weight.sum()
    predicted = np.hstack([frame.predicted, np.zeros((len(frame.predicted), 1))])
    mean = (weight * predicted).sum(axis=0) / total
    base, power = np.zeros(_K + 1), mean.copy()
    of_base = np.zeros((len(frame.weight), _K + 1))
    of_power = weight * (predicted - mean) / total
    expanded = (frame.weight / frame.inclusion * frame.labelled)[:, None]
    for number in range(stratum.max() + 1):
        inside = (stratum == number)[:, None]
        part, drawn = inside * weight, inside * expanded
        size, sampled = part.sum(), drawn.sum()
        actual, guessed = (drawn * frame.actual).sum(axis=0) / sampled, (drawn * predicted).sum(axis=0) / sampled
        base += size / total * actual
        power -= size / total * guessed
        # By the product rule: the mean in the stratum's sample, and the stratum's part of the corpus.
        of_base += size / total * drawn * (frame.actual - actual) / sampled
        of_power -= size / total * drawn * (predicted - guessed) / sampled
        shift = (part - size / total * weight) / total
        of_base += shift * actual
        of_power -= shift * guessed
    sums = np.zeros((2, len(names), _K + 1))
    np.add.at(sums[0], member, of_base)
    np.add.at(sums[1], member, of_power)
    return _Terms(base, power, sums[0], sums[1], int(stratum.max()) + 1)


def _unseen_errors(frame: Frame) -> float:
    """Return the variance of a share by errors that a small sample does not show: of one more row in each stratum."""
    weight, stratum = frame.weight / frame.inclusion * frame.labelled, _strata(frame)
    sums, squares = np.bincount(stratum, weight), np.bincount(stratum, weight**2)
    # sums² / squares rows of equal weight say as much as these (Kish 1965).
    parts = sums / sums.sum() * squares / sums**2
    return float(_UNSEEN * (parts**2).sum())


def _strata(frame: Frame) -> IntArray:
    """Return the stratum of each row from 0; one for all where a stratum has too few labels to stand alone."""
    names, member = np.unique(frame.stratum, return_inverse=True)
    drawn = np.bincount(member[frame.labelled], minlength=len(names))
    if drawn.min() < _LEAST_IN_STRATUM:
        return np.zeros(len(member), dtype=np.int64)
    return np.asarray(member, dtype=np.int64)
