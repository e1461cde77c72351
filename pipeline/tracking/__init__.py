"""Runs, metrics and models in MLflow, behind one context manager; the only importer of MLflow beside ``serving``.

The store is ``mlflow.db`` in the working folder with its artifacts in ``mlartifacts/``, both absolute, unless
``MLFLOW_TRACKING_URI`` names another. A store on sqlite keeps its artifacts beside the database.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, TrackingError
from pipeline.files import read_json, write_json
from pipeline.tracking.registry import (
    Version,
    aliased,
    find_version,
    model_run,
    move_alias,
    register,
    resolve_model,
    roll_back,
    set_alias,
    siblings,
    trained,
)
from pipeline.tracking.runs import PARENT, RunRecord, find_artifact, find_run, log_json, log_text, run_artifact, runs
from pipeline.tracking.store import EXPERIMENT, connect, is_empty, reported, store_uri
from pipeline.tracking.tracker import MODEL_NAME, MlflowTracker, Tracker, flatten

__all__ = [
    "EXPERIMENT", "MODEL_NAME", "MlflowTracker", "RunRecord", "Tracker", "Version", "aliased", "continue_run",
    "find_artifact", "find_run", "find_version", "flatten", "is_empty", "is_known", "log_json", "log_text", "model_run",
    "move_alias", "register", "resolve_model", "roll_back", "run_artifact", "runs", "set_alias", "siblings",
    "start_run", "store_uri", "trained", "write_pointer",
]  # fmt: skip


def _git_commit() -> str | None:
    """Return the commit of the working folder; None outside git or without it."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


@contextmanager
def start_run(
    *,
    name: str | None = None,
    run_id: str | None = None,
    parent: str | None = None,
    tags: Mapping[str, str] | None = None,
    track: bool = True,
) -> Iterator[Tracker]:
    """Yield a tracker of a new run, or of the run ``run_id``; the run ends as failed if the block raises.

    Parameters
    ----------
    name
        The run's name; None lets MLflow invent one.
    parent
        Id of the run that a new one is a part of.
    tags
        Beside the git commit, which is left out where there is none.
    track
        False yields a tracker that keeps nothing, and MLflow is not even imported.

    Raises
    ------
    TrackingError
        If the store cannot be reached.
    """
    if not track:
        yield Tracker()
        return
    client, experiment = connect()
    uri = str(client.tracking_uri)
    with reported(uri):
        if run_id is None:
            own = {"mlflow.source.name": "stance", "mlflow.source.type": "LOCAL"}
            if commit := _git_commit():
                own["mlflow.source.git.commit"] = commit
            if parent is not None:
                own[PARENT] = parent
            run_id = str(client.create_run(experiment, run_name=name, tags=own | dict(tags or {})).info.run_id)
        else:
            client.update_run(run_id, status="RUNNING")
    status = "FAILED"
    try:
        yield MlflowTracker(client, run_id)
        status = "FINISHED"
    finally:
        with reported(uri):
            client.set_terminated(run_id, status)


def write_pointer(path: Path, tracker: Tracker, *, model_sha256: str) -> None:
    """Write which run made a model, so that the run can be gone on with."""
    write_json(path, {"run_id": tracker.run_id, "store": store_uri(), "model_sha256": model_sha256})


@contextmanager
def continue_run(
    pointer: Path, *, model_sha256: str, params: Mapping[str, Any], tags: Mapping[str, str] | None = None
) -> Iterator[Tracker]:
    """Yield a tracker of the run that made a model, or of a new one.

    A new run is opened where the pointer is missing or tells of another model (one restored from a cache, say), where
    the store does not know the run, and where the run has been evaluated already. What was trained without tracking
    is not tracked later either.

    Parameters
    ----------
    model_sha256
        Fingerprint of the model in hand.
    params, tags
        What a new run shall tell about the model; a run that goes on has them from training.
    """
    told = _read_pointer(pointer)
    ours = told.get("model_sha256") == model_sha256
    run_id = told.get("run_id") if ours else None
    track = not (ours and run_id is None)
    if run_id is not None and not _can_go_on(str(run_id)):
        run_id = None
    fresh = run_id is None
    with start_run(run_id=run_id, tags=tags, track=track) as tracker:
        if fresh:
            tracker.log_params(params)
        yield tracker


def _read_pointer(path: Path) -> dict[str, Any]:
    try:
        told = read_json(path, "run pointer")
    except InputError:  # a missing or broken pointer only means a run of its own
        return {}
    return told if isinstance(told, dict) else {}


def _can_go_on(run_id: str) -> bool:
    if is_empty():
        return False
    try:
        return not find_run(run_id).evaluated
    except TrackingError:
        return False


def is_known(run_id: str) -> bool:
    """Return whether the store has a run of this id; looking makes no store."""
    try:
        return not is_empty() and find_run(run_id).run_id == run_id
    except TrackingError:
        return False
