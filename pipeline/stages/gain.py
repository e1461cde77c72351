"""What weak labels add on dev, or cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from pipeline import stance
from pipeline.config import load_train_config
from pipeline.errors import ModelError
from pipeline.evaluation.metrics import FloatArray, encode
from pipeline.evaluation.resampling import DECOMPOSED
from pipeline.records import Statement
from pipeline.resampling import bootstrap_sums
from pipeline.stages.statements import labels, not_trained_on, table, weights
from pipeline.stance import Fitting


def gain(model: str, coded: Sequence[Statement], weak: Sequence[Statement], *, seed: int) -> dict[str, Any]:
    """Return macro-F1 on the gold of dev of a model trained without and with weak labels, and the difference.

    The model is fitted as ``stance train`` would. All three figures have their interval from the same resamples of
    articles. Where no model can be fitted, ``left_out`` says why.

    Parameters
    ----------
    model
        A configuration under ``configs/models``.
    coded
        Statements with gold labels and splits.
    weak
        Those with weak labels, of train.
    seed
        Of the resamples.
    """
    dev = _rows(s for s in coded if s.split == "dev")
    train = _rows(s for s in coded if s.split == "train")
    try:
        y_probs = [_trained(model, rows, dev) for rows in (train, [*train, *_rows(weak)])]
    except ModelError as error:
        return {"left_out": str(error)}
    figures = _paired(labels(dev), y_probs, [row["article_id"] for row in dev], seed)
    return {"model": model, "n": len(dev), **figures}


def _rows(statements: Iterable[Statement]) -> list[dict[str, Any]]:
    return [asdict(statement) for statement in statements]


def _trained(name: str, rows: Sequence[dict[str, Any]], dev: Sequence[dict[str, Any]]) -> FloatArray:
    settings = load_train_config(model=name)
    kept = [row for row in rows if not not_trained_on(row, settings.keep_ambiguous, settings.weak_weight)]
    model = stance.fit(
        settings.model.classifier,
        settings.options(),
        table(kept),
        labels(kept),
        training={},
        seed=settings.seed,
        fitting=Fitting(dev=(table(dev), labels(dev)), weights=weights(kept, settings.weak_weight)),
    )
    return model.predict_proba(table(dev))


def _paired(
    y: Sequence[str], y_probs: Sequence[FloatArray], articles: Sequence[str], seed: int
) -> dict[str, dict[str, float | None]]:
    macro_f1, y_true = DECOMPOSED["macro_f1"], encode(list(y))
    items = [macro_f1.per_item(y_true, y_prob) for y_prob in y_probs]
    middle = items[0].shape[1]

    def without(sums: FloatArray) -> FloatArray:
        return macro_f1.combine(sums[:, :middle])

    def with_weak(sums: FloatArray) -> FloatArray:
        return macro_f1.combine(sums[:, middle:])

    figures = {"without": without, "with": with_weak, "difference": lambda sums: with_weak(sums) - without(sums)}
    found = bootstrap_sums(np.hstack(items), figures, articles, rng=np.random.default_rng(seed))
    return {name: {"value": e.value, "low": _known(e.low), "high": _known(e.high)} for name, e in found.items()}


def _known(bound: float) -> float | None:
    """Return the end of an interval, or None: articles too few to draw from have none."""
    return None if math.isnan(bound) else bound
