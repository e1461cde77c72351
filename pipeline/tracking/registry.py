"""The registry: versions of the model ``stance``, the aliases that point at them, and where an alias pointed before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import TrackingError
from pipeline.tracking.runs import RunRecord, runs
from pipeline.tracking.store import VARIABLE, connect, is_empty, reported, selected, store_uri
from pipeline.tracking.tracker import MODEL_NAME, register_model

if TYPE_CHECKING:
    from mlflow import MlflowClient

_LONGEST_HISTORY = 50
"""Versions that are remembered of an alias; a tag holds a few thousand characters."""

_MISSING = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""What MLflow answers where there is no such model, and where a model has no such alias."""


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version of the model, and the run that made it."""

    version: str
    run_id: str

    @property
    def address(self) -> str:
        """What it is loaded by."""
        return f"models:/{MODEL_NAME}/{self.version}"


def resolve_model(address: str) -> Path:
    """Return the local model folder behind ``models:/NAME@ALIAS``, ``models:/NAME/VERSION`` or ``models:/ID``.

    Raises
    ------
    TrackingError
        If the registry knows no such model, or it holds no model folder of ours.
    """
    if is_empty():
        raise TrackingError(f"{address}: no registry at {store_uri()}; train with --register first")
    client, _ = connect()
    import mlflow

    uri = str(client.tracking_uri)
    advice = f"register one with `stance train --register`, or check name, alias and {VARIABLE}"
    with reported(uri, advice=advice), selected(uri):
        folder = Path(mlflow.artifacts.download_artifacts(artifact_uri=address))
    found = sorted((folder / "artifacts").glob("*/MANIFEST.sha256"))
    if len(found) != 1:
        raise TrackingError(f"{address}: holds no stance model folder; it was not logged by `stance train`")
    return found[0].parent


def model_run(run: RunRecord) -> RunRecord:
    """Return the run that logged the model which a run evaluated; mostly the same one.

    Raises
    ------
    TrackingError
        If no run in the store has logged it.
    """
    for found in [run, *siblings(run)]:
        if found.tags.get("model"):
            return found
    raise TrackingError(f"run {run.name}: its model was not logged in MLflow; train it with track=true")


def trained(model_sha256: str) -> RunRecord | None:
    """Return the run that trained a model of this fingerprint and logged it; None where none is known.

    Looking makes no store.
    """
    known = (run for run in runs(limit=100_000, parts=True) if run.tags.get("model_sha256") == model_sha256)
    return next((run for run in known if run.tags.get("model")), None)


def siblings(run: RunRecord) -> list[RunRecord]:
    """Return the other runs of the same model, by its fingerprint, newest first."""
    sha256 = run.tags.get("model_sha256")
    known = runs(limit=100_000, parts=True) if sha256 else []
    return [other for other in known if other.tags.get("model_sha256") == sha256 and other.run_id != run.run_id]


def find_version(run: RunRecord) -> Version | None:
    """Return the version under which the model of a run is registered; None where it is not."""
    client, _ = connect()
    with reported(str(client.tracking_uri)):
        found = client.search_model_versions(f"name='{MODEL_NAME}' and run_id='{run.run_id}'")
    return max((Version(str(v.version), run.run_id) for v in found), key=lambda v: int(v.version), default=None)


def register(run: RunRecord) -> Version:
    """Return the version of the model that a run has logged, registered now where it was not.

    Raises
    ------
    TrackingError
        If the run has logged no model.
    """
    if found := find_version(run):
        return found
    client, _ = connect()
    with reported(str(client.tracking_uri)):
        address = register_model(client, run.tags["model"].removeprefix("models:/"), run.run_id)
    return Version(address.rpartition("/")[2], run.run_id)


def aliased(alias: str) -> Version | None:
    """Return the version that an alias points at; None where it points nowhere. Looking makes no store."""
    if is_empty():
        return None
    from mlflow.exceptions import MlflowException

    client, _ = connect()
    with reported(str(client.tracking_uri)):
        try:
            found = client.get_model_version_by_alias(MODEL_NAME, alias)
        except MlflowException as error:
            if error.error_code in _MISSING:
                return None
            raise
    return Version(str(found.version), str(found.run_id))


def set_alias(alias: str, version: str) -> None:
    """Point an alias (``champion``, ``challenger``) of the registered model at one of its versions."""
    client, _ = connect()
    with reported(str(client.tracking_uri)):
        client.set_registered_model_alias(MODEL_NAME, alias, version)


def move_alias(alias: str, version: str) -> None:
    """Point an alias at a version, and remember where it pointed, in a tag of the registered model."""
    before = aliased(alias)
    set_alias(alias, version)
    if before and before.version != version:
        client, _ = connect()
        _remember(client, alias, [*_history(client, alias), before.version])


def roll_back(alias: str, *, dry_run: bool = False) -> tuple[Version, Version]:
    """Point an alias at where it pointed before; return the version that it leaves, and the one that it points at.

    Parameters
    ----------
    dry_run
        Only tell which they are.

    Raises
    ------
    TrackingError
        If it points nowhere, nothing is remembered, or the version is gone.
    """
    left = aliased(alias)
    if left is None:
        raise TrackingError(f"{MODEL_NAME}@{alias}: points at no model at {store_uri()}; `stance promote RUN` sets it")
    client, _ = connect()
    history = _history(client, alias)
    if not history:
        raise TrackingError(f"{MODEL_NAME}@{alias}: no earlier model is remembered; it stays at version {left.version}")
    with reported(str(client.tracking_uri)):
        previous = client.get_model_version(MODEL_NAME, history[-1])
    if not dry_run:
        set_alias(alias, history[-1])
        _remember(client, alias, history[:-1])
    return left, Version(str(previous.version), str(previous.run_id))


def _tag(alias: str) -> str:
    return f"{alias}.before"


def _history(client: MlflowClient, alias: str) -> list[str]:
    """Return the versions at which an alias pointed, the latest last."""
    with reported(str(client.tracking_uri)):
        told = client.get_registered_model(MODEL_NAME).tags.get(_tag(alias), "")
    return [version for version in told.split(",") if version]


def _remember(client: MlflowClient, alias: str, versions: list[str]) -> None:
    with reported(str(client.tracking_uri)):
        client.set_registered_model_tag(MODEL_NAME, _tag(alias), ",".join(versions[-_LONGEST_HISTORY:]))
