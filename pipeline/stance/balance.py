"""Weights of statements against what the articles at hand happen to say of each target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pipeline.stance.base import Probabilities

_PRIOR = 10


def class_balance(y: Sequence[str], weights: Probabilities) -> Probabilities:
    """Return weights, shape [n], under which each label weighs alike, those of one label among each other as before."""
    totals = Counter[str]()
    for label, weight in zip(y, weights, strict=True):
        totals[label] += weight
    return np.asarray(weights / [totals[label] for label in y], dtype=np.float64)


def target_balance(targets: Sequence[str], y: Sequence[str], share: float) -> Probabilities:
    """Return weights, shape [n], with mean 1, that make the labels of each target more alike in number.

    The labels of a target with few statements are counted as if it had ``_PRIOR`` more, labelled as all statements are.

    Parameters
    ----------
    share
        In [0, 1]: 0 weighs all alike, 1 makes the labels of a target equally heavy.
    """
    of_target, of_pair, of_label = Counter(targets), Counter(zip(targets, y, strict=True)), Counter(y)
    rarity = [
        (of_target[target] + _PRIOR) / (of_pair[target, label] + _PRIOR * of_label[label] / len(y))
        for target, label in zip(targets, y, strict=True)
    ]
    weights = np.array(rarity, dtype=np.float64) ** share
    return np.asarray(weights / weights.mean(), dtype=np.float64)
