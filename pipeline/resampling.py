"""Bootstrap of clusters: intervals for whatever is a function of sums over items. Any layer may use it.

Items of one article are alike, so articles are drawn, not items (Davison and Hinkley 1997, section 3.8; Field and
Welsh 2007). Each cluster's sums are taken once; a resample is then one row of a matrix product, not a pass over items.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.records import Estimate

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Combine = Callable[[FloatArray], FloatArray]
"""``[r, m] -> [r]``: a figure of each row of sums; NaN where it is not defined."""

_BLOCK = 250_000
"""Cells of the weight matrix held at once: 2 MB, so that they stay in the cache."""


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return ``part / whole``, NaN where the whole is nothing."""
    shares: FloatArray = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return shares


def draw_clusters(rng: np.random.Generator, clusters: int, resamples: int) -> IntArray:
    """Return cluster indices drawn with replacement, [resamples, clusters]."""
    return rng.integers(0, clusters, size=(resamples, clusters), dtype=np.int64)


def cluster_weights(rng: np.random.Generator, clusters: int, resamples: int, *, width: int = 0) -> Iterator[FloatArray]:
    """Yield how often each cluster was drawn, in blocks of [r, clusters].

    Parameters
    ----------
    width
        Cells that the caller makes of one row, where they are more than the clusters: it gets fewer rows at a time.
    """
    block = max(1, _BLOCK // max(clusters, width))
    for start in range(0, resamples, block):
        draws = draw_clusters(rng, clusters, min(block, resamples - start))
        offsets = clusters * np.arange(len(draws))[:, None]
        counts = np.bincount((draws + offsets).ravel(), minlength=draws.size)
        yield counts.reshape(draws.shape).astype(np.float64)


def cluster_sums(items: FloatArray, membership: IntArray, clusters: int) -> FloatArray:
    """Return the sums of each cluster's items, [clusters, m]."""
    sums = np.zeros((clusters, items.shape[1]))
    np.add.at(sums, membership, items)
    return sums


def interval(values: FloatArray, level: float) -> tuple[float, float]:
    """Return the percentile interval of resampled values, [r]; NaN ones are left out, and of none it is NaN."""
    defined = values[~np.isnan(values)]
    if not defined.size:
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def resampled(
    items: FloatArray,
    combine: Mapping[str, Combine],
    clusters: Sequence[str],
    *,
    rng: np.random.Generator,
    resamples: int,
) -> dict[str, FloatArray]:
    """Return the figures of each resample, [resamples]; of fewer than two clusters none, [0].

    The same resamples serve all figures.

    Parameters
    ----------
    items
        What each item adds, [n, m].
    combine
        By name of the figure.
    clusters
        The article of each item, [n].
    """
    names, membership = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    drawn: dict[str, list[FloatArray]] = {name: [np.empty(0)] for name in combine}
    if len(names) > 1:
        sums = cluster_sums(items, membership, len(names))
        for weights in cluster_weights(rng, len(names), resamples, width=items.shape[1]):
            totals = weights @ sums
            for name, figure in combine.items():
                drawn[name].append(figure(totals))
    return {name: np.concatenate(values) for name, values in drawn.items()}


def bootstrap_sums(
    items: FloatArray,
    combine: Mapping[str, Combine],
    clusters: Sequence[str],
    *,
    rng: np.random.Generator,
    resamples: int = 2000,
    level: float = 0.95,
) -> dict[str, Estimate]:
    """Return figures that are functions of sums over items, each with its percentile interval.

    Resamples in which a figure is not defined are left out of its interval (Efron and Tibshirani 1993, section 13.3).
    Parameters as in ``resampled``.
    """
    drawn = resampled(items, combine, clusters, rng=rng, resamples=resamples)
    whole = items.sum(axis=0, keepdims=True)
    return {
        name: Estimate(float(figure(whole)[0]), *interval(drawn[name], level), n=len(items), level=level)
        for name, figure in combine.items()
    }
