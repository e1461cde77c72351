"""Labelled statements -> a model folder, and a run in MLflow."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline import stance, tracking
from pipeline.config import TrainConfig
from pipeline.errors import InputError
from pipeline.evaluation import metrics
from pipeline.files import sha256_file
from pipeline.records import Manifest
from pipeline.stance import COLUMNS, StanceModel
from pipeline.storage import Stopwatch, read_table, side_path, write_manifest
from pipeline.tracking import Tracker

_REQUIRED = (*COLUMNS, "label", "split", "ambiguous")

Rows = list[dict[str, Any]]


def run(config: TrainConfig, *, register: bool = False) -> Manifest:
    """Return the manifest after fitting on train, calibrating on dev, saving the model folder and logging the run.

    Parameters
    ----------
    config
        From ``config.load_train_config``.
    register
        Register the model as ``stance``, too.

    Raises
    ------
    InputError
        If the statements cannot be read or a split is empty.
    ModelError
        If a class is missing, or dev is too small to calibrate on.
    TrackingError
        If MLflow's store cannot be reached; before anything is fitted.
    """
    watch = Stopwatch()
    splits, dropped = _splits(config)
    sha256 = sha256_file(config.statements)
    with tracking.start_run(track=config.track, tags={"config_hash": config.digest()}) as tracker:
        training = {"sha256": sha256, **{name: len(rows) for name, rows in splits.items()}}
        model = _fit(config, splits, training)
        stance.save(model, config.out)
        model_sha256 = stance.fingerprint(config.out)
        _log(tracker, config, model, splits)
        tracker.set_tags({"model_sha256": model_sha256})
        # Each run logs the model folder; registering one is a choice.
        address = tracker.log_model(config.out, requirements=model.requirements(), register=register)
        if address is not None:
            tracker.set_tags({"model": address})
        tracking.write_pointer(side_path(config.out, "run.json"), tracker, model_sha256=model_sha256)
        manifest = watch.manifest(
            "train",
            counts={name: len(rows) for name, rows in splits.items()},
            dropped=dropped,
            inputs=[config.statements],
            outputs=[config.out],
            config_hash=config.digest(),
            seed=config.seed,
        )
        write_manifest(side_path(config.out, "manifest.json"), manifest)
    return manifest


def _splits(config: TrainConfig) -> tuple[dict[str, Rows], dict[str, int]]:
    """Return the labelled rows of train and dev, and how many rows were left out by reason."""
    splits: dict[str, Rows] = {"train": [], "dev": []}
    dropped: Counter[str] = Counter()
    for row in read_table(config.statements, required=_REQUIRED):
        if row["split"] == "test":
            continue  # held out for evaluation
        if row["split"] not in splits:
            dropped["no-split"] += 1
        elif row["label"] is None:
            dropped["unlabelled"] += 1
        elif row["ambiguous"] and row["split"] == "train" and not config.keep_ambiguous:
            dropped["ambiguous"] += 1
        else:
            splits[row["split"]].append(row)
    if not splits["train"]:
        raise InputError(f"{config.statements}: no labelled statement is in the train split; run `stance label` again")
    return splits, dict(dropped)


def _table(rows: Rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in COLUMNS}


def _labels(rows: Rows) -> list[str]:
    return [row["label"] for row in rows]


def _fit(config: TrainConfig, splits: dict[str, Rows], training: dict[str, Any]) -> StanceModel:
    """Return the model fitted on train and calibrated on dev."""
    train, dev = splits["train"], splits["dev"]
    options = config.model.options()
    model = stance.fit(
        config.model.classifier, options, _table(train), _labels(train), training=training, seed=config.seed
    )
    return model.calibrated(_table(dev), _labels(dev), method=config.model.calibration)


def _log(tracker: Tracker, config: TrainConfig, model: StanceModel, splits: dict[str, Rows]) -> None:
    """Tell the tracker what the model was made with and from; its quality is for evaluation to say."""
    tracker.log_params({**model.params(), "keep_ambiguous": config.keep_ambiguous, "statements": config.statements})
    counts = {f"{name}_statements": float(len(rows)) for name, rows in splits.items()}
    tracker.log_metrics(counts | _dev_figures(model, splits["dev"]))
    tracker.log_dataset(config.statements, sha256=str(model.training["sha256"]), context="training")
    tracker.log_config(config.model_dump(mode="json"), "train")


def _dev_figures(model: StanceModel, dev: Rows) -> dict[str, float]:
    """Return macro-F1 and log loss on dev; both are flattered, for the calibration has seen dev."""
    if not dev:
        return {}
    y_true, y_prob = metrics.encode(_labels(dev)), model.predict_proba(_table(dev))
    return {
        "dev_macro_f1": float(metrics.macro_f1(y_true, y_prob)),
        "dev_log_loss": float(metrics.log_loss(y_true, y_prob)),
    }
