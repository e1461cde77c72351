"""Votes made from known confusion matrices, for the tests of label models and for the programs they are compared with.

It needs numpy alone, so that it runs in the environments of the others, too.
"""

from typing import NamedTuple

import numpy as np

# Shares of three labels, and of each of five coders the answers given the label: rows are labels.
PRIORS = (0.25, 0.45, 0.30)
CODERS = np.array(
    [
        [[0.90, 0.06, 0.04], [0.05, 0.90, 0.05], [0.03, 0.07, 0.90]],
        [[0.80, 0.15, 0.05], [0.10, 0.80, 0.10], [0.05, 0.15, 0.80]],
        [[0.70, 0.20, 0.10], [0.10, 0.85, 0.05], [0.15, 0.20, 0.65]],
        [[0.60, 0.30, 0.10], [0.20, 0.60, 0.20], [0.10, 0.30, 0.60]],
        [[0.40, 0.50, 0.10], [0.10, 0.80, 0.10], [0.10, 0.50, 0.40]],
    ]
)
# Of each of six functions the label that it knows, and how often it votes for it given the label.
ONE_SIDED = (
    (0, (0.50, 0.05, 0.02)),
    (0, (0.30, 0.02, 0.08)),
    (1, (0.05, 0.40, 0.10)),
    (1, (0.10, 0.30, 0.05)),
    (2, (0.04, 0.03, 0.50)),
    (2, (0.15, 0.05, 0.35)),
)


class Planted(NamedTuple):
    """Votes [n, m], -1 where there is none, and the labels that they come from, [n]."""

    votes: np.ndarray
    y_true: np.ndarray


def by_coders(n=4000, seed=5, answered=0.7):
    """Return answers of coders who leave out items whatever their label; each item has one answer or more."""
    rng = np.random.default_rng(seed)
    y_true = rng.choice(len(PRIORS), n, p=PRIORS)
    drawn = np.stack([(rng.random(n)[:, None] > coder[y_true].cumsum(axis=1)).sum(axis=1) for coder in CODERS], axis=1)
    votes = np.where(rng.random(drawn.shape) < answered, drawn, -1).astype(np.int8)
    kept = (votes >= 0).any(axis=1)
    return Planted(votes[kept], y_true[kept])


def by_functions(n=4000, seed=6):
    """Return votes of functions that know one label each, and abstain elsewhere."""
    rng = np.random.default_rng(seed)
    y_true = rng.choice(len(PRIORS), n, p=PRIORS)
    columns = [np.where(rng.random(n) < np.array(shares)[y_true], label, -1) for label, shares in ONE_SIDED]
    return Planted(np.stack(columns, axis=1).astype(np.int8), y_true)
