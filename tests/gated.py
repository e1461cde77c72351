"""Evaluated runs of invented models, as they stand before the gate."""

from answered import mixed

from pipeline import tracking
from pipeline.evaluation.items import labels_and_probabilities
from pipeline.evaluation.metrics import macro_f1
from pipeline.files import write_json
from pipeline.stages import evaluate
from pipeline.storage import schema_of, write_table

_NOTHING_TO_DO_WITH_STANCE = ("speaker swap", "vendor swap", "spelling", "typos", "quotation marks")
BEHAVIOUR = {
    "capabilities": {
        "negation": {"n": 20, "failures": 5},
        **{name: {"n": 10, "failures": 0} for name in _NOTHING_TO_DO_WITH_STANCE},
    }
}


def rows(right, *, confidence=None, size=30, **options):
    """Return predictions of a model whose confidence fits; the first eight articles have a target of their own."""
    found = mixed(0, right, confidence=confidence or right, **options)[: size * 4]
    return [{**row, "target": "Tessaly order" if row["article_id"] < "a08" else row["target"]} for row in found]


# Name to predictions; the champion is plain.
RUNS = {
    "plain": rows(0.6),
    "better": rows(0.9),
    "same": rows(0.62),
    "unsure": rows(0.9, confidence=0.5),
    "sliced": rows(0.95, confidence=0.7, wrong_in=range(8)),
    "other": rows(0.9, prefix="r"),
    "half": rows(0.9, size=15),
    "guess": rows(0.34),
    "silent": rows(0.9),
}


def log(name, predictions, folder, *, model=None, sha256=None, behaviour=BEHAVIOUR, baseline=0.4):
    """Log a run as training and evaluation leave it."""
    with tracking.start_run(name=name) as tracker:
        tags = {"model": model, "model_sha256": sha256 or name}
        tracker.set_tags({key: value for key, value in tags.items() if value})
        if predictions:
            write_table(folder / "predictions.parquet", predictions, schema_of(evaluate.PREDICTION_COLUMNS))
            figure = {"value": macro_f1(*labels_and_probabilities(predictions))}
            write_json(
                folder / "metrics.json", {"test": {"macro_f1": figure}, "baseline": {"macro_f1": {"high": baseline}}}
            )
            if behaviour:
                write_json(folder / "behaviour.json", behaviour)
            for path in sorted(folder.iterdir()):
                tracker.log_artifact(path)
            tracker.log_metrics({"macro_f1": figure["value"]})
    return tracker.run_id
