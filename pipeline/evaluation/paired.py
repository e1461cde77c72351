"""Two models on the same statements: differences with their intervals and p-values, all from whole articles.

Both are functions of sums over an article's items. For an interval, articles are drawn, the same for both models; for a
p-value, the two models' answers are swapped in half of the articles.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pipeline.evaluation.metrics import METRICS, FloatArray, IntArray, predicted
from pipeline.evaluation.resampling import DECOMPOSED
from pipeline.resampling import Combine, cluster_sums, cluster_weights, interval

FEWEST_ARTICLES = 6
"""With fewer, p cannot fall below 0.05: of 2 ** 5 ways to swap, two (none and all) make as large a difference."""

_EXACT_BELOW = 25
"""Disagreements below which McNemar's p-value is the binomial's: the usual bound of the approximation."""

_POWER = 0.8
"""Share of test sets that shall tell a difference apart, when it is said how many statements that takes."""

# Sums in another order differ in their last digits; what is the same shall count as the same.
_SAME = 1e-12
_BLOCK = 1_000_000


@dataclass(frozen=True, slots=True)
class Draws:
    """How intervals and p-values are found: number of resamples and swaps, coverage, and seed."""

    resamples: int = 10_000
    level: float = 0.95
    seed: int = 13

    @property
    def alpha(self) -> float:
        """The chance of a false alarm that is taken."""
        return 1 - self.level


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of two models on the same items, and how far ``b`` lies above ``a``; NaN where it is not defined.

    Parameters
    ----------
    low, high
        Interval of the difference.
    p
        Two-sided, of the hypothesis that it makes no difference which model answered an article.
    n, articles
        Items, and articles that they are from.
    """

    a: float
    b: float
    low: float
    high: float
    p: float
    n: int
    articles: int

    @property
    def difference(self) -> float:
        """How far ``b`` lies above ``a``."""
        return self.b - self.a

    def tells(self, p: float, alpha: float) -> bool:
        """Return whether the difference is one: p (corrected, where there are several) and interval both say so."""
        return p < alpha and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's test (1947) on which items were answered right; it takes items for independent.

    Parameters
    ----------
    fixed, broken
        Items that only ``b``, and only ``a`` has right.
    method
        ``exact`` (binomial), or ``chi2`` with continuity correction.
    """

    fixed: int
    broken: int
    p: float
    method: str


@dataclass(frozen=True, slots=True)
class Effort:
    """What it would take to tell a difference of this size apart: more statements, from more articles."""

    statements: int
    articles: int


def mcnemar(y_true: IntArray, a: FloatArray, b: FloatArray) -> McNemar:
    """Return McNemar's test of two models' probabilities, each [n, 3]."""
    from statsmodels.stats.contingency_tables import mcnemar as test

    right_a, right_b = (predicted(y_prob) == y_true for y_prob in (a, b))
    fixed, broken = int((~right_a & right_b).sum()), int((right_a & ~right_b).sum())
    exact = fixed + broken < _EXACT_BELOW
    found = test([[0, broken], [fixed, 0]], exact=exact)
    return McNemar(fixed, broken, float(found.pvalue), "exact" if exact else "chi2")


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number (Holm 1979); NaN ones were no tests and stay.

    Examples
    --------
    >>> holm([0.01, 0.04, float("nan"), 0.03])
    [0.03, 0.06, nan, 0.06]
    """
    from statsmodels.stats.multitest import multipletests

    tested = [p for p in p_values if not math.isnan(p)]
    gc.freeze()  # it collects all garbage in each call, a third of a second where MLflow is loaded
    try:
        corrected = iter(multipletests(tested, method="holm")[1].tolist() if tested else ())
    finally:
        gc.unfreeze()
    return [p if math.isnan(p) else next(corrected) for p in p_values]


def effort(found: Difference, level: float) -> Effort | None:
    """Return what would tell a true difference of the size found apart in four test sets of five; None if nothing can.

    The interval's half-width shrinks with the square root of the number of articles, with as many statements in each as
    now. The difference's estimate varies as well: for a power of 80 % the half-width has to be z / (z + 0.84) of the
    difference, 0.70 at a level of 95 % (Cohen 1988, section 2.4; Card et al. 2020 on how seldom tests have it).
    """
    half_width = (found.high - found.low) / 2
    z = NormalDist().inv_cdf((1 + level) / 2)
    wanted = abs(found.difference) * z / (z + NormalDist().inv_cdf(_POWER))
    if not (half_width > 0 and wanted > _SAME):
        return None
    more = max((half_width / wanted) ** 2 - 1, 0.0)
    return Effort(math.ceil(found.n * more), math.ceil(found.articles * more))


def differences(
    a: FloatArray, b: FloatArray, figures: Mapping[str, Combine], clusters: Sequence[str], draws: Draws
) -> dict[str, Difference]:
    """Return figures of two models, each a function of sums over items.

    The interval is the percentile interval of the differences in resamples of articles, the same for both models
    (Efron and Tibshirani 1993, section 13.3; Field and Welsh 2007). The p-value is that of approximate randomisation
    (Noreen 1989; Yeh 2000 for F1): the share of random swaps that make a difference as large, the one at hand counted
    in (Phipson and Smyth 2010). Articles are swapped as wholes, for their items are alike. Swaps hold with few
    articles, too, where percentiles are a little narrow. With fewer than two articles neither is known.

    Parameters
    ----------
    a, b
        What each item adds, by the answers of either model, [n, m].
    figures
        By name: ``[r, m] -> [r]``.
    clusters
        The article of each item, [n].
    """
    names, membership = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    sums = (cluster_sums(a, membership, len(names)), cluster_sums(b, membership, len(names)))
    wholes = [figure_sums.sum(axis=0, keepdims=True) for figure_sums in sums]
    drawn: dict[str, list[FloatArray]] = {name: [np.empty(0)] for name in figures}
    swapped: dict[str, list[FloatArray]] = {name: [np.empty(0)] for name in figures}
    if len(names) > 1:
        for found, totals in ((drawn, _resampled(*sums, draws)), (swapped, _swapped(*sums, draws))):
            for total_a, total_b in totals:
                for name, figure in figures.items():
                    found[name].append(figure(total_b) - figure(total_a))
    return {
        name: _difference(
            [float(figure(whole)[0]) for whole in wholes],
            np.concatenate(drawn[name]),
            np.concatenate(swapped[name]),
            (len(a), len(names)),
            draws.level,
        )
        for name, figure in figures.items()
    }


def _difference(
    values: Sequence[float], drawn: FloatArray, swapped: FloatArray, size: tuple[int, int], level: float
) -> Difference:
    a, b = values
    swaps = np.abs(swapped[~np.isnan(swapped)])
    known = swaps.size and not math.isnan(b - a)
    p = (1 + int((swaps >= abs(b - a) - _SAME).sum())) / (1 + swaps.size) if known else math.nan
    return Difference(a, b, *interval(drawn, level), p, *size)


def _resampled(a: FloatArray, b: FloatArray, draws: Draws) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield the sums of both models in blocks of resamples, each [r, m]."""
    for weights in cluster_weights(np.random.default_rng(draws.seed), len(a), draws.resamples, width=a.shape[1]):
        yield weights @ a, weights @ b


def _swapped(a: FloatArray, b: FloatArray, draws: Draws) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield the sums with the models swapped in a random half of the articles, in blocks, each [r, m]."""
    # Not the stream of the resamples: swaps and draws shall have nothing to do with each other.
    (rng,) = np.random.default_rng(draws.seed).spawn(1)
    whole_a, whole_b, apart = a.sum(axis=0), b.sum(axis=0), b - a
    block = max(1, _BLOCK // max(a.shape))
    for start in range(0, draws.resamples, block):
        rows = min(block, draws.resamples - start)
        moved = rng.integers(0, 2, size=(rows, len(a)), dtype=np.int64).astype(np.float64) @ apart
        yield whole_a + moved, whole_b - moved


def compared(
    y_true: IntArray, a: FloatArray, b: FloatArray, clusters: Sequence[str], draws: Draws
) -> dict[str, Difference]:
    """Return every metric of two models' probabilities, each [n, 3], on the same items."""
    parts: dict[object, slice] = {}
    cells: tuple[list[FloatArray], list[FloatArray]] = ([], [])
    width = 0
    for per_item in dict.fromkeys(DECOMPOSED[name].per_item for name in METRICS):
        for found, y_prob in zip(cells, (a, b), strict=True):
            found.append(per_item(y_true, y_prob))
        parts[per_item] = slice(width, width := width + cells[0][-1].shape[1])
    figures = {name: _of(parts[DECOMPOSED[name].per_item], DECOMPOSED[name].combine) for name in METRICS}
    return differences(np.hstack(cells[0]), np.hstack(cells[1]), figures, clusters, draws)


def _of(part: slice, combine: Combine) -> Combine:
    return lambda sums: combine(sums[:, part])
