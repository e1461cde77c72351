"""Export: a trained model -> an ONNX one that scores without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline import stance, tracking
from pipeline.config import ExportConfig
from pipeline.errors import InputError
from pipeline.records import Manifest
from pipeline.stages.statement_rows import read_statements
from pipeline.stance.export import export_onnx
from pipeline.storage import Stopwatch, write_manifest

_REQUIRED = (*stance.COLUMNS, "label", "split")

Dev = tuple[dict[str, list[Any]], list[str]]


def run(config: ExportConfig, model: str, out: Path) -> Manifest:
    """Return the manifest after exporting the model; the figures are in the new bundle's card, under ``training``.

    Parameters
    ----------
    model
        Model folder, or an MLflow address such as ``models:/stance@champion``.
    out
        The new model folder; an older model there is replaced.

    Raises
    ------
    InputError
        If the statements cannot be read, hold no dev split, or the output would replace the model itself.
    ModelError
        If there is no such model, it is of a kind that cannot be exported, or packages are missing.
    TrackingError
        If the registry cannot be reached or knows no such model.
    """
    watch = Stopwatch()
    folder = tracking.resolve_model(model) if model.startswith("models:/") else Path(model)
    if out.resolve() == folder.resolve():
        raise InputError(f"{out}: is the model itself and would be overwritten; choose another folder")
    dev = _dev(config.statements) if config.statements else None
    exported = export_onnx(stance.load(folder), out, dev=dev, precision=config.precision)
    manifest = watch.manifest(
        "export",
        counts={"dev": len(dev[1]) if dev else 0},
        dropped={},
        inputs=[folder, *([config.statements] if config.statements else [])],
        outputs=[out],
        config_hash=config.digest(),
        seed=exported.seed,
    )
    # Not the stem: models/own.onnx is no other format of models/own.
    write_manifest(out.with_name(f"{out.name}.manifest.json"), manifest)
    return manifest


def exported(out: Path) -> dict[str, Any]:
    """Return what a bundle's card says of its export: ``from``, ``precision``, ``dev_macro_f1``."""
    return dict(stance.read_card(out)["training"]["export"])


def _dev(statements: Path) -> Dev:
    """Return the labelled statements of the dev split and their labels."""
    table = read_statements(statements, _REQUIRED)
    rows = [row for row in table if row["split"] == "dev" and row["label"] is not None]
    if not rows:
        raise InputError(
            f"{statements}: no labelled statement is in the dev split; run `stance label` again, or export unchecked "
            f"with --set statements=null"
        )
    return {name: [row[name] for row in rows] for name in stance.COLUMNS}, [row["label"] for row in rows]
