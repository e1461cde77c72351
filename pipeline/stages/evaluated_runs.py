"""Runs as they are compared: from MLflow, by id, beginning of an id or name, or from a folder of ``evaluate``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline import tracking
from pipeline.errors import InputError, LabelError, TrackingError
from pipeline.evaluation.compare import Run
from pipeline.evaluation.documents import SLICE_PREFIX
from pipeline.evaluation.items import Rows
from pipeline.files import read_json
from pipeline.records import LABELS
from pipeline.storage import read_table

METRICS, PREDICTIONS = "metrics.json", "predictions.parquet"

_PROBABILITIES = ("p_anti", "p_neutral", "p_pro")
_NEEDED = ("statement_id", "article_id", "target", "text", "label", *_PROBABILITIES)
_ALMOST = 1e-3  # what a sum of probabilities may lack


def read_run(reference: str) -> Run:
    """Return a run with its parameters, figures and predictions, these where it has been evaluated.

    Parameters
    ----------
    reference
        A folder with ``predictions.parquet`` or ``metrics.json``, else what ``tracking.find_run`` takes.

    Raises
    ------
    InputError
        If its files cannot be used.
    LabelError
        If it was evaluated on labels outside the codebook.
    TrackingError
        If there is no such run.
    """
    folder = Path(reference)
    if any((folder / name).is_file() for name in (METRICS, PREDICTIONS)):
        return _of_folder(folder)
    if folder.is_dir() and folder.name != reference:  # no run is called so
        raise InputError(f"{reference}: holds neither {PREDICTIONS} nor {METRICS}; name a folder of `stance evaluate`")
    try:
        run = tracking.find_run(reference)
    except TrackingError as error:
        if folder.name == reference and not folder.is_dir():
            raise
        raise TrackingError(f"{error}; and no folder {reference} holds {METRICS} or {PREDICTIONS}") from error
    return from_mlflow(run)


def from_mlflow(run: tracking.RunRecord) -> Run:
    """Return a run of MLflow with its predictions, where it has been evaluated."""
    with TemporaryDirectory(prefix="stance-") as temporary:
        path = tracking.find_artifact(run.run_id, PREDICTIONS, Path(temporary))
        rows = _read_predictions(path, run.name) if path else None
    # A comparison judges slices itself, from the predictions.
    figures = {name: value for name, value in run.metrics.items() if not name.startswith(SLICE_PREFIX)}
    return Run(run.run_id, run.params, figures, run.name, rows)


def run_json(run_id: str, name: str) -> Any:
    """Return a JSON artifact of a run; None where it has none such."""
    with TemporaryDirectory(prefix="stance-") as temporary:
        path = tracking.find_artifact(run_id, name, Path(temporary))
        return read_json(path, "artifact") if path else None


def read_document(run: Run, name: str) -> Any:
    """Return a JSON file that the evaluation of a run left, in its folder or its artifacts; None where it has none."""
    if run.params is not None:
        return run_json(run.run_id, name)
    path = Path(run.run_id) / name
    return read_json(path, "file of an evaluation") if path.is_file() else None


def _of_folder(folder: Path) -> Run:
    metrics, predictions = folder / METRICS, folder / PREDICTIONS
    document = read_json(metrics, "metrics file") if metrics.is_file() else {}
    return Run(
        run_id=str(folder.resolve()),
        params=None,
        metrics=_flat(document.get("test", {})),
        name=str(folder),
        predictions=_read_predictions(predictions, str(folder)) if predictions.is_file() else None,
    )


def _flat(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Return figures with their intervals under the names that they have in MLflow."""
    named = {
        f"{name}{end}": figure.get(key)
        for name, figure in figures.items()
        for key, end in (("value", ""), ("low", "_low"), ("high", "_high"))
    }
    return {name: float(value) for name, value in named.items() if value is not None}


def _read_predictions(path: Path, name: str) -> Rows:
    rows = read_table(path, required=_NEEDED)
    if not rows:
        raise InputError(f"run {name}: its {PREDICTIONS} holds no statements; evaluate it again")
    for row in rows:
        if row["label"] not in LABELS:
            allowed = ", ".join(LABELS)
            raise LabelError(f"run {name}: {row['statement_id']} has the label {row['label']!r}; allowed: {allowed}")
        values = [row[column] for column in _PROBABILITIES]
        numbers = all(isinstance(value, int | float) for value in values)
        if not (numbers and math.isclose(sum(values), 1, abs_tol=_ALMOST)):
            raise InputError(
                f"run {name}: the probabilities of {row['statement_id']} do not sum to 1; evaluate it again"
            )
    return rows
