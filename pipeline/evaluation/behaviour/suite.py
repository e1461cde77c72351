"""A model is asked all cases at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np

from pipeline.errors import InputError, ModelError
from pipeline.evaluation.behaviour import expansion
from pipeline.evaluation.behaviour.cases import INPUTS, Case
from pipeline.evaluation.behaviour.outcomes import BehaviourReport, Outcome, Row
from pipeline.evaluation.metrics import FloatArray
from pipeline.records import LABELS

MARGIN = 0.1
"""A probability that moves by no more counts as unmoved: the tolerance of CheckList's own tests of sentiment."""

PredictProba = Callable[[Mapping[str, Sequence[str]]], FloatArray]
"""A table with the columns ``INPUTS`` -> probabilities [n, 3], columns in the order of ``LABELS``."""


def run(predict_proba: PredictProba, cases: Sequence[Case] | None = None, *, margin: float = MARGIN) -> BehaviourReport:
    """Return what a model answers to the cases; each distinct input is scored once, all in one call.

    Parameters
    ----------
    predict_proba
        Takes a table with the columns ``INPUTS``.
    cases
        None takes those that come along.
    margin
        A probability that moves by no more than this counts as unmoved, in [0, 1).

    Raises
    ------
    InputError
        If there are no cases, or the margin is out of its range.
    ModelError
        If what comes back are no probabilities.
    """
    if not 0 <= margin < 1:
        raise InputError(f"margin {margin:g}: is a change of a probability; choose 0 or more, and less than 1")
    asked = expansion.cases() if cases is None else tuple(cases)
    if not asked:
        raise InputError("there are no cases to ask; name a capability or a file that has some")
    inputs = list(dict.fromkeys(probe.inputs for case in asked for probe in case.probes))
    answers = dict(zip(inputs, _scored(predict_proba, inputs), strict=True))
    outcomes = (
        Outcome(case, answers[case.probe.inputs], answers[case.original.inputs] if case.original else None, margin)
        for case in asked
    )
    return BehaviourReport(tuple(outcomes), margin)


def _scored(predict_proba: PredictProba, inputs: Sequence[tuple[str, ...]]) -> list[Row]:
    """Return the probabilities of each input."""
    table = dict(zip(INPUTS, map(list, zip(*inputs, strict=True)), strict=True))
    y_prob = np.asarray(predict_proba(table), dtype=np.float64)
    if y_prob.shape != (len(inputs), len(LABELS)):
        raise ModelError(f"{len(inputs)} statements were asked, and the answer has the shape {y_prob.shape}")
    if not np.isfinite(y_prob).all():
        raise ModelError("some answers of the model are no probabilities but NaN or infinite; train it again")
    return [cast(Row, tuple(row)) for row in y_prob.tolist()]
