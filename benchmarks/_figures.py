"""Figures of stance models on labelled rows, with intervals clustered by article, as lines of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from _statements import columns

Rows = Sequence[Mapping[str, Any]]

WIDTH = 50


def header() -> None:
    """Print the head of the table."""
    print(f"{'':<{WIDTH}}{'n':>5}  {'macro-F1, all':<24}{'clear':<32}{'ECE':<22}clear, most sure 80 %")


def scored(rows: Rows, y_prob: np.ndarray) -> Any:
    """Return labelled rows with probabilities."""
    from pipeline.evaluation.metrics import encode
    from pipeline.evaluation.summary import Scored

    return Scored(
        articles=[row["article_id"] for row in rows],
        ambiguous=[bool(row["ambiguous"]) for row in rows],
        y_true=encode([row["label"] for row in rows]),
        y_prob=y_prob,
    )


def line(name: str, rows: Rows, y_prob: np.ndarray) -> float:
    """Print one line of figures and return macro-F1 on the rows that are not ambiguous."""
    from pipeline.evaluation.resampling import Intervals

    whole = scored(rows, y_prob)
    clear = whole.clear()
    everything, sure = whole.estimates(Intervals()), clear.estimates(Intervals())
    kept = _surest(clear, 0.8)
    print(
        f"{name:<{WIDTH}}{len(rows):>5}  {_told(everything['macro_f1']):<24}"
        f"{_told(sure['macro_f1']) + f' (n = {len(clear.y_true)})':<32}"
        f"{_told(everything['expected_calibration_error']):<22}{kept:.3f}",
        flush=True,
    )
    return float(sure["macro_f1"].value)


def macro_f1(rows: Rows, y_prob: np.ndarray) -> float:
    """Return the mean F1 of the labels, ambiguous rows among them."""
    from pipeline.evaluation import metrics

    return float(metrics.macro_f1(scored(rows, y_prob).y_true, y_prob))


def _told(estimate: Any) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _surest(whole: Any, coverage: float) -> float:
    """Return macro-F1 of the share of the rows whose confidence is highest."""
    from pipeline.evaluation.metrics import macro_f1

    order = np.argsort(-whole.y_prob.max(axis=1), kind="stable")[: round(coverage * len(whole.y_true))]
    return float(macro_f1(whole.y_true[order], whole.y_prob[order]))


def by_class(rows: Rows, y_prob: np.ndarray) -> None:
    """Print F1 of each label, of the rows that are not ambiguous."""
    from pipeline.evaluation.metrics import SHORT_LABELS
    from pipeline.evaluation.resampling import Intervals

    found = scored(rows, y_prob).clear().estimates(Intervals())
    print("  clear, by class: " + "  ".join(f"{short} {_told(found[f'f1_{short}'])}" for short in SHORT_LABELS))


def probabilities(model: Any, rows: Rows) -> np.ndarray:
    """Return what a model says of rows, shape [n, 3]."""
    return np.asarray(model.predict_proba(columns(rows)))


def majority(training_labels: Sequence[str], rows: Rows) -> np.ndarray:
    """Return what one says who knows the training labels alone."""
    from pipeline.evaluation.metrics import encode, prior_probabilities

    return prior_probabilities(encode(list(training_labels)), len(rows))


def fitted(name: str, rows: Rows, *overrides: str, held: Rows = (), seed: int = 13) -> Any:
    """Return a model of a configuration under ``configs/models``, calibrated where there are held-out rows."""
    from pipeline import stance
    from pipeline.train_config import load_train_config

    settings = load_train_config(overrides, model=name)
    dev = (columns(held), [row["label"] for row in held])
    model = stance.fit(
        settings.model.classifier, settings.options(), columns(rows), [row["label"] for row in rows],
        training={}, seed=seed, fitting=stance.Fitting(dev=dev if held else None),
    )  # fmt: skip
    return model.calibrated(*dev, method=settings.model.calibration) if held else model
