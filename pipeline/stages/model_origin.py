"""Where the model of a scored row came from: its folder, its training data, its run; what is not recorded is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline import stance, tracking
from pipeline.errors import PipelineError, TrackingError
from pipeline.files import read_json, sha256_file
from pipeline.parts import beside
from pipeline.storage import content_sha256, side_path

_COMMIT = "mlflow.source.git.commit"
_REGISTRY = "models:/"

OF_THE_CARD = ("sha256", "rows_sha256", "rows", "data", "made_by", "command")
"""What only the model itself can tell of its training; no store knows it better."""


def recorded(scored: Path) -> tuple[dict[str, Any], list[str]]:
    """Return the manifest beside a scored table, and a line where there is none of this very table."""
    path = beside(scored, "manifest.json")
    told = _json(path)
    if not told:
        return {}, [f"{path}: no manifest here, so how the table was made is not recorded"]
    if content_sha256(scored) not in told.get("outputs", {}).values():
        return {}, [f"{path}: is of another table than {scored}, so how that was made is not recorded"]
    return told, []


def address_of(fingerprint: str | None, inputs: Mapping[str, str]) -> str | None:
    """Return the registry's address by which a table was scored; None where its model was a folder."""
    return next((name for name, sha256 in inputs.items() if sha256 == fingerprint and _is_address(name)), None)


def find_folder(
    name: str, inputs: Mapping[str, str], places: Iterable[Path]
) -> tuple[str | None, Path | None, list[str]]:
    """Return the fingerprint of a model as far as it is known, its folder if that is found, and what stood in the way.

    An address in the registry (``models:/NAME@ALIAS``) is looked up in the store. Where the alias has moved on, the
    model is taken from the run that logged it.

    Parameters
    ----------
    name
        As in the scored table: kind, and the beginning of the fingerprint.
    inputs
        Of the scored table's manifest: paths and addresses with their hashes.
    places
        Folders and addresses to look in, beside the inputs.
    """
    beginning = name.rpartition("-")[2]
    known = {path: sha256 for path, sha256 in inputs.items() if beginning and sha256.startswith(beginning)}
    sha256 = next(iter(known.values()), None)
    faults: list[str] = []
    moved: list[str] = []
    for place in dict.fromkeys((*known, *map(str, places))):
        try:
            folder = _looked_up(place) if _is_address(place) else Path(place)
            found = stance.fingerprint(folder)
        except TrackingError as error:
            faults.append(str(error))
            continue
        except PipelineError:
            continue
        if beginning and found.startswith(beginning):
            return found, folder, moved
        if _is_address(place):
            moved.append(f"{place}: is another model ({found[:12]}) than that of the row")
    logged = _logged(sha256) if sha256 and any(map(_is_address, known)) else None
    return sha256, logged, moved + ([] if logged else faults)


def _is_address(place: str) -> bool:
    return place.startswith(_REGISTRY)


def _looked_up(address: str) -> Path:
    """Return the folder behind an address; raise ``TrackingError`` where there is no store, or no such model in it."""
    if tracking.is_empty():
        where = f"no MLflow store at {tracking.store_uri()}"
        raise TrackingError(f"{address}: {where}; set MLFLOW_TRACKING_URI to the one that the table was scored with")
    return tracking.resolve_model(address)


def _logged(fingerprint: str) -> Path | None:
    """Return the folder of a model as the run that trained it logged it; None where the store has none."""
    try:
        run = tracking.trained(fingerprint)
        folder = tracking.resolve_model(run.tags["model"]) if run else None
        return folder if folder and stance.fingerprint(folder) == fingerprint else None
    except PipelineError:
        return None


def training_of(folder: Path, card: Mapping[str, Any], fingerprint: str) -> tuple[dict[str, Any], list[str]]:
    """Return what is recorded of the training of a model, None where nothing is, and lines that say why.

    Keys: those of ``OF_THE_CARD``, ``run_id``, ``store`` and ``git_commit``.
    """
    told = card.get("training", {})
    training = {name: told.get(name) for name in OF_THE_CARD}
    # Models from before `rows` was written have the number under the names of their makers.
    counts = (told.get(name) for name in ("rows", "fitted_again_on", "train"))
    training["rows"] = next((count for count in counts if count is not None), None)
    if training["data"] is None and training["sha256"] is not None:
        inputs = _json(side_path(folder, "manifest.json")).get("inputs", {})
        training["data"] = {path: sha for path, sha in inputs.items() if sha == training["sha256"]} or None
    run, lacking = _training_run(folder, fingerprint, made_by_train=training["sha256"] is not None)
    run["git_commit"] = run["git_commit"] or told.get("git_commit")
    silent = [name for name in OF_THE_CARD if training[name] is None]
    if training["sha256"] is None:
        lacking.append(f"{folder}: its card does not tell {', '.join(silent)} of the training data: not recorded")
    return training | run, lacking


def _training_run(folder: Path, fingerprint: str, *, made_by_train: bool) -> tuple[dict[str, Any], list[str]]:
    """Return run, store and git commit of a training: by the pointer beside the model, else by the fingerprint."""
    run: dict[str, Any] = {"run_id": None, "store": None, "git_commit": None}
    pointer = side_path(folder, "run.json")
    told = _json(pointer)
    if told.get("model_sha256") != fingerprint or not told.get("run_id"):
        record = _trained(fingerprint) if made_by_train else None
        if record is None:
            what = "tells no run of this model, so its training run is not recorded"
            return run, [f"{pointer}: {what}"]
        told = {"run_id": record.run_id, "store": tracking.store_uri()}
    run |= {"run_id": str(told["run_id"]), "store": told.get("store")}
    if not tracking.is_known(run["run_id"]):
        return run, [f"run {run['run_id']}: not in the store at {tracking.store_uri()}, so its git commit is not told"]
    run["git_commit"] = tracking.find_run(run["run_id"]).tags.get(_COMMIT)
    return run, [] if run["git_commit"] else [f"run {run['run_id']}: has no git commit"]


def _trained(fingerprint: str) -> tracking.RunRecord | None:
    try:
        return tracking.trained(fingerprint)
    except TrackingError:  # a store that does not answer tells nothing
        return None


def same_data(statements: Path, sha256: str | None) -> bool | None:
    """Return whether a table is what a model was trained on; None where the model does not tell."""
    return None if sha256 is None else sha256_file(statements) == sha256


def _json(path: Path) -> dict[str, Any]:
    try:
        told = read_json(path, "record")
    except PipelineError:  # a record that is missing or broken tells nothing
        return {}
    return told if isinstance(told, dict) else {}
