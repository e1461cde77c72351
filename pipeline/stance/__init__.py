"""Stance classifiers behind one protocol: a table of names, loaded on demand, and bundles on disk.

Examples
--------
>>> from pipeline import stance
>>> sorted(stance.CLASSIFIERS)
['embedding', 'ensemble', 'finetuned', 'llm', 'onnx', 'tfidf', 'zero_shot']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError
from pipeline.stance.base import ALONE, COLUMNS, Fitting, StanceClassifier, StatementTable, strip_marks
from pipeline.stance.bundle import StanceModel, check, fingerprint, read_card, save
from pipeline.stance.calibration import Calibration
from pipeline.stance.conformal import Conformal

__all__ = [
    "ALONE", "CLASSIFIERS", "COLUMNS", "Fitting", "StanceClassifier", "StanceModel", "StatementTable", "build", "check",
    "fingerprint", "fit", "load", "read_card", "save", "strip_marks",
]  # fmt: skip

CLASSIFIERS: Mapping[str, str] = {
    "tfidf": "pipeline.stance.linear:TfidfClassifier",
    "embedding": "pipeline.stance.embedding:EmbeddingClassifier",
    "finetuned": "pipeline.stance.finetune:FinetunedClassifier",
    "zero_shot": "pipeline.stance.zero_shot:ZeroShotClassifier",
    "llm": "pipeline.stance.llm:LlmClassifier",
    "onnx": "pipeline.stance.onnx:OnnxClassifier",
    "ensemble": "pipeline.stance.ensemble:EnsembleClassifier",
}
"""Name -> ``module:Class``. Only this table names classes: a bundle or a configuration cannot."""


def build(name: str, options: Mapping[str, Any], *, seed: int = 0) -> StanceClassifier:
    """Return an unfitted classifier.

    Parameters
    ----------
    name
        A key of ``CLASSIFIERS``.
    options
        Keyword arguments of its constructor.

    Raises
    ------
    ModelError
        If the name is unknown or the options do not fit.
    """
    if name not in CLASSIFIERS:
        raise ModelError(f"no classifier is called {name!r}; there are: {', '.join(sorted(CLASSIFIERS))}")
    module, _, kind = CLASSIFIERS[name].partition(":")
    try:
        classifier: StanceClassifier = getattr(import_module(module), kind)(**options, seed=seed)
    except TypeError as error:
        raise ModelError(f"classifier {name}: options that do not fit it ({error})") from error
    return classifier


def fit(
    name: str,
    options: Mapping[str, Any],
    table: StatementTable,
    y: Sequence[str],
    *,
    training: Mapping[str, Any],
    seed: int = 0,
    fitting: Fitting = ALONE,
) -> StanceModel:
    """Return a model built and fitted on labelled statements, not yet calibrated.

    Parameters
    ----------
    training
        What the bundle shall tell about the training data, ``sha256`` above all.
    """
    classifier = build(name, options, seed=seed).fit(table, y, fitting)
    return StanceModel(classifier, Calibration(), dict(options), dict(training), seed)


def load(folder: Path | str) -> StanceModel:
    """Return a saved model; every byte is checked against the bundle's manifest before a file is opened.

    Raises
    ------
    ModelError
        If the folder is no bundle, was changed since it was saved, or was made by another version.
    """
    folder = Path(folder)
    card = read_card(folder)
    try:
        seed, calibration = int(card["seed"]), Calibration.from_dict(card["calibration"])
        classifier = build(card["classifier"], card["options"], seed=seed).load(folder)
        thresholds = {str(name): float(value) for name, value in card.get("thresholds", {}).items()}
        conformal = Conformal.from_dict(card["conformal"]) if card.get("conformal") else None
        return StanceModel(classifier, calibration, card["options"], card["training"], seed, thresholds, conformal)
    except ModelError as error:
        raise ModelError(f"{folder}: {str(error).removeprefix(f'{folder}: ')}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder}: bundle.json does not describe a model ({error}); train it again") from error
