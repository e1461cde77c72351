"""Which statements to annotate next, by strategies of scikit-activeml."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from _shared import Absent

Choose = Callable[[np.ndarray, np.ndarray, Sequence[int], Any, int], list[int]]
"""Vectors, shape [n, d]; labels, shape [n]; the rows labelled already; a fitted classifier; how many rows to return."""


def strategies(seed: int) -> dict[str, Choose]:
    """Return strategies by name, seeded, with the package's defaults but where a comment says why not."""
    try:
        from skactiveml import pool
    except ImportError:
        raise Absent("scikit-activeml is not installed; pip install scikit-activeml==1.0.1") from None
    from sklearn.cluster import MiniBatchKMeans

    # Its clusters are the only ones that do not take the seed of the strategy.
    clue = pool.Clue(cluster_algo_dict={"random_state": seed}, random_state=seed)
    return {
        "activeml, entropy": _by_model(pool.UncertaintySampling("entropy", random_state=seed), "clf"),
        "activeml, margin": _by_model(pool.UncertaintySampling("margin_sampling", random_state=seed), "clf"),
        "activeml, Badge": _by_model(pool.Badge(random_state=seed), "clf"),
        "activeml, Clue": _by_model(clue, "estimator"),
        "activeml, CoreSet": _by_vectors(pool.CoreSet(random_state=seed)),
        # It makes a cluster for every label: hundreds, of which k-means proper takes many times as long.
        "activeml, TypiClust": _by_vectors(pool.TypiClust(cluster_algo=MiniBatchKMeans, random_state=seed)),
    }


def _by_vectors(strategy: Any) -> Choose:
    def choose(vectors: np.ndarray, labels: np.ndarray, labelled: Sequence[int], _model: Any, count: int) -> list[int]:
        return [int(row) for row in strategy.query(vectors, _known(labels, labelled), batch_size=count)]

    return choose


def _by_model(strategy: Any, argument: str) -> Choose:
    from skactiveml.classifier import SklearnClassifier
    from sklearn.frozen import FrozenEstimator

    def choose(vectors: np.ndarray, labels: np.ndarray, labelled: Sequence[int], model: Any, count: int) -> list[int]:
        known = _known(labels, labelled)
        # Frozen, the model is not fitted again; ``fit`` only tells the wrapper the classes.
        wrapped = SklearnClassifier(FrozenEstimator(model), classes=range(len(model.classes_))).fit(vectors, known)
        fitted = {argument: wrapped, f"fit_{argument}": False}
        return [int(row) for row in strategy.query(vectors, known, batch_size=count, **fitted)]

    return choose


def _known(labels: np.ndarray, labelled: Sequence[int]) -> np.ndarray:
    """Return the labels as numbers, those not looked up yet as NaN, shape [n]."""
    known = np.full(len(labels), np.nan)
    known[list(labelled)] = np.unique(labels, return_inverse=True)[1][list(labelled)]
    return known
