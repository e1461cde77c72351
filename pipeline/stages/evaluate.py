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
from pipeline.evaluation.metrics import METRICS, SHORT_LABELS, confusion_counts, encode, predicted
from pipeline.evaluation.notes import notes
from pipeline.evaluation.resampling import Intervals
from pipeline.evaluation.signature import signature
from pipeline.evaluation.summary import OVERALL, Evaluation, Scored, evaluate
from pipeline.files import atomic_path, sha256_file, write_json, write_text
from pipeline.records import LABELS, Manifest
from pipeline.stages import learning_curve
from pipeline.stages.ceiling import human_ceiling
from pipeline.stages.codings import codings_path
from pipeline.stages.held_out import Rows, certificate, read_splits, with_seen
from pipeline.storage import Stopwatch, schema_of, side_path, write_manifest, write_table

PREDICTION_COLUMNS = (
    "statement_id", "article_id", "story_id", "target", "speaker", "text", "label", "ambiguous", "stance", "p_anti",
    "p_neutral", "p_pro", "confidence", "context", "title", "kind", "outlet", "published", "speaker_type",
    "speaker_seen", "coder_type",
)  # fmt: skip
"""Columns of the predictions on the test split."""

_SET_TITLES = {
    "coverage": "Sets that hold the actual label",
    "set_size": "Labels in a set",
    "single": "Sets of one label",
    **{
        f"coverage_{short}": f"Sets that hold the actual label, {label}"
        for short, label in zip(SHORT_LABELS, LABELS, strict=True)
    },
}

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


def _page(evaluation: Evaluation, rows: Rows, model: stance.StanceModel, config: EvaluateConfig) -> report.Evaluation:
    test, scored = evaluation.test, evaluation.scored
    return report.Evaluation(
        model=model.name,
        facts={
            "statements": len(rows),
            "articles": len({row["article_id"] for row in rows}),
            "stories": len({row["story_id"] for row in rows}),
            "marked ambiguous": sum(scored.ambiguous),
        },
        figures=[
            report.Figure(METRICS[name].title, test[name], evaluation.baseline[name], evaluation.dev[name])
            for name in OVERALL
        ],
        per_class={
            label: {title: test[f"{title.lower()}_{short}"] for title in ("Precision", "Recall", "F1")}
            for label, short in zip(LABELS, SHORT_LABELS, strict=True)
        },
        confusion=confusion_counts(scored.y_true, scored.y_prob).tolist(),
        config=config.model_dump(mode="json") | tracking.flatten({"model": model.params()["model"]}),
        kept=[
            report.Kept(point.coverage, point.threshold, point.risk, point.macro_f1)
            for point in evaluation.selective.points
        ],
        aurc=evaluation.selective.aurc,
        sets={_SET_TITLES[name]: estimate for name, estimate in evaluation.sets.items()},
        slices=[
            report.Slice(name, value, found.macro_f1, found.accuracy, small=found.small)
            for name, by in evaluation.slices.items()
            for value, found in by.items()
        ],
    )


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


def _write(
    evaluation: Evaluation, rows: Rows, page: report.Evaluation, document: Document, out: Path
) -> dict[str, Path]:
    """Write everything but the manifest; return the paths by what they hold."""
    paths = {
        "metrics": out / "metrics.json",
        "predictions": out / "predictions.parquet",
        "confusion": out / "plots" / "confusion.json",
        "reliability": out / "plots" / "reliability.json",
        "coverage": out / "plots" / "coverage.json",
        "picture": out / "confusion.png",
        "curve": out / "coverage.png",
        "report": out / "report.html",
    }
    predictions = _predictions(rows, evaluation.scored)
    picture = report.confusion_png(page.confusion)
    points = evaluation.selective.points
    curve = report.coverage_png([p.coverage for p in points], [p.risk for p in points], [p.macro_f1 for p in points])
    write_json(paths["metrics"], document)
    write_table(paths["predictions"], predictions, schema_of(PREDICTION_COLUMNS))
    write_json(paths["confusion"], [{"actual": row["label"], "predicted": row["stance"]} for row in predictions])
    write_json(paths["reliability"], reliability(evaluation.scored))
    write_json(paths["coverage"], coverage_plot(evaluation.selective))
    for name, data in (("picture", picture), ("curve", curve)):
        with atomic_path(paths[name]) as temporary:
            temporary.write_bytes(data)
    write_text(paths["report"], report.evaluation_page(page, picture, curve))
    return paths


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


def run(config: EvaluateConfig, *, curve: bool = False, observe: learning_curve.Observe | None = None) -> Manifest:
    """Return the manifest of an evaluation.

    Writes ``metrics.json``, ``predictions.parquet``, ``plots/``, pictures and ``report.html`` under ``config.out``.
    The same inputs and seed give the same bytes of ``metrics.json``.

    Parameters
    ----------
    curve
        Draw the learning curve, too: models are trained, and ``learning_curve.json`` and a picture written.
    observe
        Told of each model that the curve takes.

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
    page = _page(evaluation, splits["test"], model, config)
    document = _document(evaluation, splits, config, intervals)
    paths = _write(evaluation, splits["test"], page, document, config.out)
    learning_curve.drop_other(document["signature"], config.out)
    found = None
    if curve:
        found = learning_curve.trace(model, splits, test, config.learning_curve, intervals, observe=observe)
        paths |= learning_curve.write(found, document["signature"], config.out)
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
