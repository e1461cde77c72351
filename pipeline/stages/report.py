"""Report: an evaluated run -> one HTML page about it."""

from __future__ import annotations

from pathlib import Path

from pipeline import tracking
from pipeline.errors import InputError
from pipeline.files import write_text
from pipeline.report import Evaluated, evaluation_page
from pipeline.stages.evaluated_runs import METRICS, read_document, read_run

ARTIFACT = "report.html"
"""The page among the artifacts of a run."""


def run(reference: str, out: Path, *, log: bool = True) -> None:
    """Write the page of a run from the figures and predictions that its evaluation left.

    Parameters
    ----------
    reference
        Id, beginning of an id, name, or folder that ``evaluate`` wrote.
    out
        The page.
    log
        Keep the page among the artifacts of the run, where it is one of MLflow.

    Raises
    ------
    InputError
        If the run has not been evaluated, or its files cannot be used.
    TrackingError
        If there is no such run, or MLflow cannot be reached.
    """
    found = read_run(reference)
    metrics = read_document(found, METRICS)
    if metrics is None or found.predictions is None:
        raise InputError(f"{reference}: has not been evaluated; `stance evaluate` makes {METRICS} and predictions")
    more = {name: read_document(found, f"{name}.json") for name in ("behaviour", "learning_curve")}
    name = found.name or found.run_id
    page = evaluation_page(Evaluated(name, metrics, found.predictions, dict(found.params or {}), **more))
    write_text(out, page)
    if log and found.params is not None:
        tracking.log_text(found.run_id, page, ARTIFACT)
