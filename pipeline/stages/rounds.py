"""How good a model is on statements that it was not fitted on, held out by story.

Each round fits the model as ``stance train`` would, but on a part of the statements, and measures it on others; what a
fit wants to stop early by, or to calibrate members of an ensemble on, is a third part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline import stance
from pipeline.errors import ConfigError, InputError
from pipeline.evaluation.metrics import FloatArray, Metric, encode
from pipeline.labels.splits import folds, near_duplicate_pairs
from pipeline.stages.statements import Rows, is_weak, labels, statements, table, weights
from pipeline.stance import Fitting
from pipeline.tune_config import TuneConfig

Observe = Callable[[int, Mapping[str, float]], None]


@dataclass(frozen=True, slots=True)
class Round:
    """Statements to fit on, others to stop early by if the model does, and others again to measure on."""

    fit: Rows
    stop: Rows
    measure: Rows


def make_rounds(config: TuneConfig, splits: Mapping[str, Rows]) -> Iterator[Round]:
    """Yield the rounds of each trial; no story, and no copy of a quotation, is in two parts of one.

    Raises
    ------
    ConfigError
        If no fold is left to fit on.
    InputError
        If what is to be measured on has no statement that a coder has labelled.
    LabelError
        If there are fewer stories than folds.
    """
    parts = _folds(config, splits["train"])
    early = config.model.uses_held_out
    if config.held_out == "dev":
        if not splits["dev"]:
            raise InputError(f"{config.statements}: no labelled statement is in the dev split; set held_out=folds")
        yield Round(_joined(parts[1:] if early else parts), _coded(parts[0]) if early else [], splits["dev"])
        return
    if not _coded(splits["train"]):
        raise InputError(f"{config.statements}: train has weak labels alone, and nothing is measured on those")
    if early and len(parts) < 3:
        raise ConfigError(f"folds={len(parts)}: a model that stops early needs three, to fit, to stop and to measure")
    for number, part in enumerate(parts):
        stop = (number + 1) % len(parts) if early else number
        rest = [other for index, other in enumerate(parts) if index not in (number, stop)]
        if coded := _coded(part):
            yield Round(_joined(rest), _coded(parts[stop]) if early else [], coded)


def _folds(config: TuneConfig, rows: Rows) -> list[Rows]:
    told = statements(rows)
    pairs = near_duplicate_pairs(told, threshold=config.duplicate_share, min_words=config.duplicate_words)
    return [[rows[i] for i in part] for part in folds(told, config.folds, seed=config.seed, pairs=pairs)]


def _coded(rows: Rows) -> Rows:
    """Return the rows that a coder has labelled; nothing is measured on weak labels."""
    return [row for row in rows if not is_weak(row)]


def _joined(parts: Sequence[Rows]) -> Rows:
    return [row for part in parts for row in part]


def measured(settings: TuneConfig, rounds: Sequence[Round], metric: Metric, observe: Observe) -> float:
    """Return one figure over the statements of all rounds, of probabilities before calibration.

    A mean over rounds would count a label that one of them hardly has as much as in the others (Forman and Scholz 2010,
    "Apples-to-apples in cross-validation studies").

    Parameters
    ----------
    observe
        Told the figure of each round, and with ``roundN.`` before their names the figures of each fit's steps.
    """
    y_true, y_prob = [], []
    for number, part in enumerate(rounds):
        y_true.append(encode(labels(part.measure)))
        y_prob.append(_probabilities(settings, part, _told(observe, number)))
        observe(number, {"round": metric(y_true[-1], y_prob[-1])})
    return float(metric(np.concatenate(y_true), np.concatenate(y_prob)))


def _probabilities(settings: TuneConfig, part: Round, observe: Observe) -> FloatArray:
    held_out: tuple[dict[str, list[Any]], list[str]] | None = (
        (table(part.stop), labels(part.stop)) if part.stop else None
    )
    model = stance.fit(
        settings.model.classifier,
        settings.options(),
        table(part.fit),
        labels(part.fit),
        training={},
        seed=settings.seed,
        fitting=Fitting(dev=held_out, observe=observe, weights=weights(part.fit, settings.weak_weight)),
    )
    return model.predict_proba(table(part.measure))


def _told(observe: Observe, number: int) -> Observe:
    """Return an observer that puts the round before the names of figures: each fit counts its steps anew."""
    return lambda step, figures: observe(step, {f"round{number}.{name}": value for name, value in figures.items()})
