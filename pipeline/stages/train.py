"""Labelled statements -> a model folder, and a run in MLflow.

Dev statements are used up here: models that stop early stop by them, and calibration is fitted on them. Figures on dev
are therefore flattered, the more so for fine-tuned models; the test split is for evaluation.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline import stance, tracking
from pipeline.config import TrainConfig
from pipeline.evaluation import metrics
from pipeline.evaluation.thresholds import threshold_for_coverage
from pipeline.files import sha256_file
from pipeline.labels.splits import folds
from pipeline.records import Manifest
from pipeline.stages.statements import Rows, is_weak, labels, read_splits, statements, table, weights
from pipeline.stance import Fitting, StanceModel
from pipeline.storage import Stopwatch, side_path, write_manifest
from pipeline.tracking import Tracker

# Shares of the statements for which the model remembers from which confidence on they are kept.
_COVERAGES = (0.9, 0.8, 0.7, 0.6, 0.5)


def run(config: TrainConfig, *, register: bool = False) -> Manifest:
    """Return the manifest after fitting on train, calibrating on dev, saving the model folder and logging the run.

    A fit that keeps checkpoints keeps them beside the model folder, in ``NAME.checkpoints``, until the model is saved;
    broken off, the same command goes on from the last.

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
    LabelError
        If dev is to be cut in two and has one story.
    ModelError
        If a class is missing, or dev is too small to calibrate on.
    TrackingError
        If MLflow's store cannot be reached; before anything is fitted.
    """
    watch = Stopwatch()
    splits, dropped = read_splits(
        config.statements, keep_ambiguous=config.keep_ambiguous, weak_weight=config.weak_weight
    )
    sha256 = sha256_file(config.statements)
    with tracking.start_run(track=config.track, tags={"config_hash": config.digest()}) as tracker:
        training = {"sha256": sha256, **{name: len(rows) for name, rows in splits.items()}}
        if weak := sum(map(is_weak, splits["train"])):
            training["weak"] = weak
        training |= {"keep_ambiguous": config.keep_ambiguous, "weak_weight": config.weak_weight}
        model = _fit(config, splits, training, tracker)
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
    shutil.rmtree(_checkpoints(config), ignore_errors=True)
    return manifest


def _checkpoints(config: TrainConfig) -> Path:
    return side_path(config.out, "checkpoints")


def _fit(config: TrainConfig, splits: dict[str, Rows], training: dict[str, Any], tracker: Tracker) -> StanceModel:
    """Return the model fitted on train, stopped early by dev where it stops early, and calibrated on dev."""
    train, (dev, apart) = splits["train"], _dev(config, splits["dev"])
    held_out = (table(dev), labels(dev)) if dev else None
    with tracker.steps() as observe:
        model = stance.fit(
            config.model.classifier,
            config.options(),
            table(train),
            labels(train),
            training=training,
            seed=config.seed,
            fitting=Fitting(
                dev=held_out,
                checkpoints=_checkpoints(config),
                observe=observe,
                weights=weights(train, config.weak_weight),
            ),
        )
    model = model.calibrated(table(dev), labels(dev), method=config.model.calibration)
    if sets := config.model.conformal:
        model = model.conformalized(table(apart), labels(apart), method=sets.method, level=sets.level)
    return _with_thresholds(model, splits["dev"])


def _dev(config: TrainConfig, rows: Rows) -> tuple[Rows, Rows]:
    """Return the dev rows that fit and calibration may use, and those kept apart for sets of labels, by story.

    What sets of labels promise holds only if nothing was fitted on the statements that their quantile comes from.
    """
    if config.model.conformal is None:
        return rows, []
    first, second = folds(statements(rows), 2, seed=config.seed)
    return [rows[index] for index in first], [rows[index] for index in second]


def _with_thresholds(model: StanceModel, dev: Rows) -> StanceModel:
    """Return the model with the confidences from which it keeps so many of the dev statements."""
    if not dev:
        return model
    y_prob = model.predict_proba(table(dev))
    thresholds = {f"coverage_{share:g}": threshold_for_coverage(y_prob, share) for share in _COVERAGES}
    return replace(model, thresholds=thresholds)


def _log(tracker: Tracker, config: TrainConfig, model: StanceModel, splits: dict[str, Rows]) -> None:
    """Tell the tracker what the model was made with and from; its quality is for evaluation to say."""
    tracker.log_params({**model.params(), "keep_ambiguous": config.keep_ambiguous, "statements": config.statements})
    counts = {f"{name}_statements": float(len(rows)) for name, rows in splits.items()}
    tracker.log_metrics(counts | _dev_figures(model, splits["dev"]))
    tracker.log_dataset(config.statements, sha256=str(model.training["sha256"]), context="training")
    tracker.log_config(config.model_dump(mode="json"), "train")


def _dev_figures(model: StanceModel, dev: Rows) -> dict[str, float]:
    """Return macro-F1 and log loss on dev; both are flattered, for the fit and the calibration have seen dev."""
    if not dev:
        return {}
    y_true, y_prob = metrics.encode(labels(dev)), model.predict_proba(table(dev))
    return {
        "dev_macro_f1": float(metrics.macro_f1(y_true, y_prob)),
        "dev_log_loss": float(metrics.log_loss(y_true, y_prob)),
    }
