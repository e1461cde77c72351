"""The behavioural suite asked of a model, in batches that tell how far they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from pipeline.evaluation import behaviour
from pipeline.evaluation.metrics import FloatArray
from pipeline.stance import StanceModel

_BATCH = 32  # statements between two steps of the progress

Progress = Callable[[int, int], None]
"""Called with the statements scored so far, and with all."""


def ask(
    model: StanceModel,
    cases: Sequence[behaviour.Case] | None = None,
    *,
    margin: float = behaviour.MARGIN,
    progress: Progress | None = None,
) -> behaviour.BehaviourReport:
    """Return what a model answers to the cases, or to those that come along.

    Parameters
    ----------
    margin
        A probability that moves by no more than this counts as unmoved.
    progress
        Called after each batch of statements.
    """
    return behaviour.run(lambda table: _in_batches(model, table, progress), cases, margin=margin)


def _in_batches(model: StanceModel, table: Mapping[str, Sequence[str]], progress: Progress | None) -> FloatArray:
    """Return the probabilities of a table; a slow model shows how far it is."""
    total = len(table["text"])
    found = []
    for start in range(0, total, _BATCH):
        found.append(model.predict_proba({name: column[start : start + _BATCH] for name, column in table.items()}))
        if progress:
            progress(min(start + _BATCH, total), total)
    return np.concatenate(found)
