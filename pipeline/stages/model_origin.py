"""Where the model of a scored row came from: its folder, its card, its training run; what is not recorded is told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline import stance, tracking
from pipeline.errors import PipelineError
from pipeline.files import read_json, sha256_file, sha256_tree
from pipeline.parts import beside
from pipeline.storage import side_path

_COMMIT = "mlflow.source.git.commit"


def recorded(scored: Path) -> tuple[dict[str, Any], list[str]]:
    """Return the manifest beside a scored table, and a line where there is none of this very table."""
    path = beside(scored, "manifest.json")
    told = _json(path)
    if not told:
        return {}, [f"{path}: no manifest here, so how the table was made is not recorded"]
    if sha256_tree(scored) not in told.get("outputs", {}).values():
        return {}, [f"{path}: is of another table than {scored}, so how that was made is not recorded"]
    return told, []


def find_folder(name: str, inputs: dict[str, str], folders: Iterable[Path]) -> tuple[str | None, Path | None]:
    """Return the fingerprint of a model as far as it is known, and its folder if that is found and the same model.

    Parameters
    ----------
    name
        As in the scored table: kind, and the beginning of the fingerprint.
    inputs
        Of the scored table's manifest.
    folders
        Where to look, beside the inputs.
    """
    beginning = name.rpartition("-")[2]
    known = {path: sha256 for path, sha256 in inputs.items() if beginning and sha256.startswith(beginning)}
    for folder in (*map(Path, known), *folders):
        try:
            found = stance.fingerprint(folder)
        except PipelineError:
            continue
        if beginning and found.startswith(beginning):
            return found, folder
    return next(iter(known.values()), None), None


def training_run(folder: Path, fingerprint: str) -> tuple[dict[str, Any], list[str]]:
    """Return run, store and git commit of the training of a model, None where not recorded, and why that is."""
    run: dict[str, Any] = {"run_id": None, "store": None, "git_commit": None}
    pointer = side_path(folder, "run.json")
    told = _json(pointer)
    if told.get("model_sha256") != fingerprint or not told.get("run_id"):
        return run, [f"{pointer}: tells no run of this model, so its training run and git commit are not recorded"]
    run |= {"run_id": str(told["run_id"]), "store": told.get("store")}
    if not tracking.is_known(run["run_id"]):
        return run, [f"run {run['run_id']}: not in the store at {tracking.store_uri()}, so its git commit is not told"]
    run["git_commit"] = tracking.find_run(run["run_id"]).tags.get(_COMMIT)
    return run, [] if run["git_commit"] else [f"run {run['run_id']}: has no git commit"]


def same_data(statements: Path, sha256: str | None) -> bool | None:
    """Return whether a table is what a model was trained on; None where the model does not tell."""
    return None if sha256 is None else sha256_file(statements) == sha256


def _json(path: Path) -> dict[str, Any]:
    try:
        told = read_json(path, "record")
    except PipelineError:  # a record that is missing or broken tells nothing
        return {}
    return told if isinstance(told, dict) else {}
