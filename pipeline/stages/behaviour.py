"""Behaviour: a model folder -> what the model does with negation, reported views, another target and the like."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from pipeline import stance, tracking
from pipeline.errors import InputError
from pipeline.evaluation import behaviour
from pipeline.evaluation.metrics import FloatArray

_BATCH = 32  # statements between two steps of the progress

Progress = Callable[[int, int], None]
"""Called with the statements scored so far, and with all."""


def run(
    model: str,
    *,
    files: Sequence[Path] = (),
    capability: str | None = None,
    margin: float = behaviour.MARGIN,
    progress: Progress | None = None,
) -> behaviour.BehaviourReport:
    """Return what a model does with the cases; nothing is written.

    Parameters
    ----------
    model
        Model folder, or an MLflow address such as ``models:/stance@champion``.
    files
        Files of cases, asked instead of those that come along.
    capability
        Only the cases of this one.
    margin
        A probability that moves by no more than this counts as unmoved.
    progress
        Called after each batch of statements.

    Raises
    ------
    InputError
        If a file of cases cannot be used, or none has the capability.
    ModelError
        If there is no such model, or it is damaged.
    TrackingError
        If the registry cannot be reached or knows no such model.
    """
    cases = _chosen(behaviour.cases(files or None), capability)
    folder = tracking.resolve_model(model) if model.startswith("models:/") else Path(model)
    loaded = stance.load(folder)
    return behaviour.run(lambda table: _in_batches(loaded, table, progress), cases, margin=margin)


def _chosen(cases: Sequence[behaviour.Case], capability: str | None) -> Sequence[behaviour.Case]:
    known = list(dict.fromkeys(case.capability for case in cases))
    if capability is not None and capability not in known:
        raise InputError(f"no capability is called {capability!r}; there are: {', '.join(known)}")
    return [case for case in cases if capability in (None, case.capability)]


def _in_batches(model: stance.StanceModel, table: Mapping[str, Sequence[str]], progress: Progress | None) -> FloatArray:
    """Return the probabilities of a table; a slow model shows how far it is."""
    total = len(table["text"])
    found = []
    for start in range(0, total, _BATCH):
        found.append(model.predict_proba({name: column[start : start + _BATCH] for name, column in table.items()}))
        if progress:
            progress(min(start + _BATCH, total), total)
    return np.concatenate(found)
