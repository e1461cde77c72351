"""Behaviour: a model folder -> what the model does with negation, reported views, another target and the like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline import stance, tracking
from pipeline.errors import InputError
from pipeline.evaluation import behaviour
from pipeline.stages.asked import Progress, ask


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
    return ask(stance.load(folder), cases, margin=margin, progress=progress)


def _chosen(cases: Sequence[behaviour.Case], capability: str | None) -> Sequence[behaviour.Case]:
    known = list(dict.fromkeys(case.capability for case in cases))
    if capability is not None and capability not in known:
        raise InputError(f"no capability is called {capability!r}; there are: {', '.join(known)}")
    return [case for case in cases if capability in (None, case.capability)]
