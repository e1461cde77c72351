"""How good sets of labels are: how often they hold the actual one, and how large they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from pipeline.evaluation.metrics import SHORT_LABELS, FloatArray, IntArray
from pipeline.records import LABELS, Estimate
from pipeline.resampling import bootstrap_sums, ratio


def _share(sums: FloatArray, part: int, whole: int) -> FloatArray:
    return ratio(sums[:, part], sums[:, whole])


_FIGURES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "coverage": partial(_share, part=1, whole=0),
    "set_size": partial(_share, part=2, whole=0),
    "single": partial(_share, part=3, whole=0),
    **{
        f"coverage_{short}": partial(_share, part=4 + len(LABELS) + index, whole=4 + index)
        for index, short in enumerate(SHORT_LABELS)
    },
}


def set_estimates(
    y_true: IntArray,
    sets: npt.NDArray[np.bool_],
    clusters: Sequence[str],
    *,
    rng: np.random.Generator,
    resamples: int = 2000,
    level: float = 0.95,
) -> dict[str, Estimate]:
    """Return figures of prediction sets, with intervals by resampling whole articles.

    ``coverage`` is the share of rows whose set holds the actual label, ``coverage_LABEL`` the same among the rows of
    one label, ``set_size`` the mean number of labels in a set, and ``single`` the share of sets with one label.

    Parameters
    ----------
    y_true
        Label indices, [n].
    sets
        Whether a label belongs to a row's set, [n, 3].
    clusters
        The article of each row, [n].
    """
    actual = np.eye(len(LABELS))[y_true]
    hit = (actual * sets).sum(axis=1)
    size = sets.sum(axis=1)
    items = np.column_stack([np.ones_like(hit), hit, size, size == 1, actual, actual * hit[:, None]])
    return bootstrap_sums(items, _FIGURES, clusters, rng=rng, resamples=resamples, level=level)
