"""Evaluate: a model and labelled statements -> metrics with intervals, predictions, pictures and a report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import report, stance, tracking
from pipeline.config import EvaluateConfig
from pipeline.evaluation.documents import coverage_plot, metrics_document, reliability, tracked_metrics
from pipeline.evaluation.learning import Curve
from pipeline.evaluation.metrics import SHORT_LABELS, confusion_counts, encode, predicted
from pipeline.evaluation.notes import notes
from pipeline.evaluation.resampling import Intervals
from pipeline.evaluation.signature import signature
from pipeline.evaluation.summary import Evaluation, Scored, evaluate
from pipeline.files import atomic_path, read_json, sha256_file, write_json, write_text
from pipeline.records import LABELS, Manifest
from pipeline.stages import learning_curve
from pipeline.stages.asked import Progress, ask
from pipeline.stages.ceiling import human_ceiling
from pipeline.stages.codings import codings_path
from pipeline.stages.held_out import Rows, certificate, read_splits, with_seen
from pipeline.storage import Stopwatch, read_table, schema_of, side_path, write_manifest, write_table

PREDICTION_COLUMNS = (
    "statement_id", "article_id", "story_id", "target", "speaker", "text", "label", "ambiguous", "stance", "p_anti",
    "p_neutral", "p_pro", "confidence", "context", "title", "kind", "outlet", "published", "speaker_type",
    "speaker_seen", "coder_type",
)  # fmt: skip
"""Columns of the predictions on the test split."""

Document = Mapping[str, Any]


def _score(model: stance.StanceModel, rows: Rows) -> Scored:
    table = {column: [row.get(column) for row in rows] for column in stance.COLUMNS}
    return Scored(
        articles=[row["article_id"] for row in rows],
        ambiguous=[bool(row.get("ambiguous")) for row in rows],
        y_true=encode([row["label"] for row in rows]),
        y_prob=model.predict_proba(table) if rows else np.empty((0, len(LABELS))),
    )


def _predictions(rows: Rows, scored: Scored) -> list[dict[str, Any]]:
    return [
        {
            **{column: row.get(column) for column in PREDICTION_COLUMNS},
            "stance": LABELS[label],
            **{f"p_{short}": p for short, p in zip(SHORT_LABELS, probabilities, strict=True)},
            "confidence": max(probabilities),
        }
        for row, label, probabilities in zip(rows, predicted(scored.y_prob), scored.y_prob.tolist(), strict=True)
    ]


def _document(
    evaluation: Evaluation, splits: Mapping[str, Rows], config: EvaluateConfig, intervals: Intervals
) -> dict[str, Any]:
    """Return what ``metrics.json`` holds."""
    test, scored = splits["test"], evaluation.scored
    near = config.leakage
    return metrics_document(
        evaluation,
        signature(test, intervals, model_sha256=stance.fingerprint(config.model)),
        human_ceiling=human_ceiling(config.statements, test, scored.y_true, predicted(scored.y_prob), intervals),
        leakage=certificate(splits, threshold=near.threshold, min_words=near.min_words).as_dict(),
        notes=notes(scored),
    )


def _write(evaluation: Evaluation, rows: Rows, document: Document, out: Path) -> dict[str, Path]:
    """Write everything but the page and the manifest; return the paths by what they hold."""
    paths = {
        "metrics": out / "metrics.json",
        "predictions": out / "predictions.parquet",
        "confusion": out / "plots" / "confusion.json",
        "reliability": out / "plots" / "reliability.json",
        "coverage": out / "plots" / "coverage.json",
        "picture": out / "confusion.png",
        "curve": out / "coverage.png",
    }
    scored = evaluation.scored
    predictions = _predictions(rows, scored)
    picture = report.confusion_png(confusion_counts(scored.y_true, scored.y_prob).tolist())
    curve = report.coverage_png(document["selective"])
    write_json(paths["metrics"], document)
    write_table(paths["predictions"], predictions, schema_of(PREDICTION_COLUMNS))
    write_json(paths["confusion"], [{"actual": row["label"], "predicted": row["stance"]} for row in predictions])
    write_json(paths["reliability"], reliability(scored))
    write_json(paths["coverage"], coverage_plot(evaluation.selective))
    for name, data in (("picture", picture), ("curve", curve)):
        with atomic_path(paths[name]) as temporary:
            temporary.write_bytes(data)
    return paths


def _behaviour(model: stance.StanceModel, config: EvaluateConfig, progress: Progress | None) -> dict[str, Path]:
    """Write what the model does with statements of known answers, if asked; return the path by what it holds."""
    path = config.out / "behaviour.json"
    if not config.behaviour or _calls_out(model):
        path.unlink(missing_ok=True)  # that of another model
        return {}
    write_json(path, ask(model, progress=progress).as_dict())
    return {"behaviour": path}


def _calls_out(model: stance.StanceModel) -> bool:
    """Return whether each statement is a call to an endpoint, which may cost money."""
    members = model.options.get("members", {}).values()
    return "llm" in {model.name, *(member["classifier"] for member in members)}


def _write_page(paths: Mapping[str, Path], model: stance.StanceModel, config: EvaluateConfig) -> None:
    """Write the page, from what stands in the other files."""
    documents = {
        name: read_json(path, "file of an evaluation")
        for name in ("behaviour", "learning_curve")
        if (path := config.out / f"{name}.json").is_file()
    }
    told = report.Evaluated(
        model.name,
        read_json(paths["metrics"], "metrics file"),
        read_table(paths["predictions"]),
        config.model_dump(mode="json") | tracking.flatten({"model": model.params()["model"]}),
        **documents,
    )
    write_text(paths["report"], report.evaluation_page(told))


def _track(
    evaluation: Evaluation,
    paths: Mapping[str, Path],
    model: stance.StanceModel,
    config: EvaluateConfig,
    curve: Curve | None,
) -> None:
    """Log to the run that trained the model, or to a new one where that has been evaluated or is not known."""
    pointer, sha256 = side_path(config.model, "run.json"), stance.fingerprint(config.model)
    tags = {"model_sha256": sha256}
    with tracking.continue_run(pointer, model_sha256=sha256, params=model.params(), tags=tags) as tracker:
        tracker.set_tags({"evaluate_config_hash": config.digest()})
        tracker.log_config(config.model_dump(mode="json"), "evaluate")
        tracker.log_params({"evaluate": config.model_dump(mode="json", include={"resamples", "level", "seed"})})
        tracker.log_dataset(config.statements, sha256=sha256_file(config.statements), context="evaluation")
        for path in paths.values():
            tracker.log_artifact(path, path.parent.name if path.parent != config.out else None)
        if curve:
            learning_curve.log(tracker, curve)
        # Last, because a run with such metrics counts as evaluated.
        tracker.log_metrics(tracked_metrics(evaluation))


def run(
    config: EvaluateConfig,
    *,
    curve: bool = False,
    observe: learning_curve.Observe | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Return the manifest of an evaluation.

    Writes ``metrics.json``, ``predictions.parquet``, ``behaviour.json``, ``plots/``, pictures and ``report.html`` under
    ``config.out``. The same inputs and seed give the same bytes of ``metrics.json``.

    Parameters
    ----------
    curve
        Draw the learning curve, too: models are trained, and ``learning_curve.json`` and a picture written.
    observe
        Told of each model that the curve takes.
    progress
        Called with the statements of the behavioural suite that are scored so far, and with all.

    Raises
    ------
    InputError
        If the statements cannot be read or lack a split.
    LabelError
        If a statement has no label of the codebook.
    ModelError
        If the model cannot be loaded, or is of a kind that has no learning curve.
    TrackingError
        If the MLflow store cannot be reached; the files are written by then.
    """
    watch = Stopwatch()
    splits = read_splits(config.statements)
    splits["test"] = with_seen(splits["test"], splits["train"])
    model = stance.load(config.model)
    if curve:
        learning_curve.check(model, config.model)
    intervals = Intervals(config.resamples, config.level, config.seed)
    test = _score(model, splits["test"])
    evaluation = evaluate(
        test,
        _score(model, splits["dev"]),
        encode([row["label"] for row in splits["train"]]),
        intervals,
        thresholds=model.thresholds,
        sets=model.conformal.sets(test.y_prob) if model.conformal else None,
        rows=splits["test"],
    )
    document = _document(evaluation, splits, config, intervals)
    paths = _write(evaluation, splits["test"], document, config.out)
    learning_curve.drop_other(document["signature"], config.out)
    found = None
    if curve:
        found = learning_curve.trace(model, splits, test, config.learning_curve, intervals, observe=observe)
        paths |= learning_curve.write(found, document["signature"], config.out)
    paths |= _behaviour(model, config, progress)
    paths["report"] = config.out / "report.html"
    _write_page(paths, model, config)
    manifest = watch.manifest(
        "evaluate",
        counts={split: len(rows) for split, rows in splits.items()},
        dropped={},
        inputs=[config.statements, *filter(Path.is_file, [codings_path(config.statements)]), config.model],
        outputs=paths.values(),
        config_hash=config.digest(),
        seed=config.seed,
    )
    write_manifest(side_path(paths["metrics"], "manifest.json"), manifest)
    if config.track:
        _track(evaluation, paths, model, config, found)
    return manifest
