"""The learning curve of a model: the same kind trained on growing parts of train, whole stories at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import report, stance
from pipeline.errors import ModelError
from pipeline.evaluate_config import LearningCurveConfig
from pipeline.evaluation.documents import learning_document
from pipeline.evaluation.learning import Curve, Fits, learning_curve
from pipeline.evaluation.metrics import FloatArray, macro_f1
from pipeline.evaluation.resampling import Intervals
from pipeline.evaluation.summary import Scored
from pipeline.files import atomic_path, read_json, write_json
from pipeline.labels.splits import groups
from pipeline.stages.held_out import Rows
from pipeline.stages.statements import labels, not_trained_on, statements, table, weights
from pipeline.stance import Fitting, StanceModel
from pipeline.tracking import Tracker

Filled = list[dict[str, Any]]

_NOTHING: dict[str, Any] = {**dict.fromkeys(stance.COLUMNS), "ambiguous": False}
"""What a table of before may lack."""

Observe = Callable[[int, int, int, float], None]
"""Called after each fit with its number, how many there are, statements that it was trained on, and macro-F1."""


def check(model: StanceModel, folder: Path) -> None:
    """Raise ``ModelError`` unless the model in a folder is of a kind that can be trained anew."""
    if model.name == "onnx" or not getattr(model.classifier, "learns", True):
        raise ModelError(
            f"{folder}: a model of the kind {model.name} is not trained on labels, so it has no learning curve; name "
            "another model, or leave --learning-curve out"
        )


def trace(
    model: StanceModel,
    splits: Mapping[str, Rows],
    test: Scored,
    config: LearningCurveConfig,
    intervals: Intervals,
    *,
    observe: Observe | None = None,
) -> Curve:
    """Return the curve of a model's kind, options and seed, as its bundle has them; before calibration.

    A part is the first stories of a random order that have so many statements, and each label; larger parts hold the
    smaller ones. Dev serves as in training, for models that stop early.

    Raises
    ------
    ModelError
        If a label is missing in train, or nothing in it is to be learnt from.
    """
    keep, weak = model.training.get("keep_ambiguous", True), float(model.training.get("weak_weight", 1.0))
    filled = {name: [{**_NOTHING, **row} for row in rows] for name, rows in splits.items()}
    train = [row for row in filled["train"] if not not_trained_on(row, keep, weak)]
    if not train:
        raise ModelError("no statement of train is left to learn from, so there is no learning curve")
    parts = [_parts(train, config, draw) for draw in range(config.draws)]
    drawn = [parts if share < 1 else parts[:1] for share in config.shares]  # all of train is one part
    sizes, done, total = [], 0, sum(map(len, drawn))
    for place, (share, draws) in enumerate(zip(config.shares, drawn, strict=True)):
        own, y_probs = [part[place] for part in draws], []
        for part in own:
            y_probs.append(_probabilities(model, [train[index] for index in part], filled, weak))
            done += 1
            if observe:
                observe(done, total, len(part), macro_f1(test.y_true, y_probs[-1]))
        sizes.append(Fits(share, [len(part) for part in own], y_probs))
    return learning_curve(test.y_true, test.articles, sizes, intervals)


def _probabilities(
    model: StanceModel, rows: list[dict[str, Any]], splits: Mapping[str, Filled], weak: float
) -> FloatArray:
    """Return what a model of the same kind, trained on some rows, says of the test statements, [n, 3]."""
    dev = splits["dev"]
    found = stance.fit(
        model.name,
        model.options,
        table(rows),
        labels(rows),
        training={},
        seed=model.seed,
        fitting=Fitting(dev=(table(dev), labels(dev)) if dev else None, weights=weights(rows, weak)),
    )
    return found.predict_proba(table(splits["test"]))


def _parts(train: Sequence[dict[str, Any]], config: LearningCurveConfig, draw: int) -> list[list[int]]:
    """Return a part of each size, as sorted indices of rows."""
    stories = groups(statements(train))
    order = np.random.default_rng([config.seed, draw]).permutation(len(stories))
    taken = [index for story in order for index in stories[story]]
    ends = np.cumsum([len(stories[story]) for story in order])
    wanted = {row["label"] for row in train}
    complete = next(end for end in ends.tolist() if {train[index]["label"] for index in taken[:end]} == wanted)
    sizes = [max(int(ends[np.searchsorted(ends, share * len(train) - 1e-9)]), complete) for share in config.shares]
    return [sorted(taken[:size]) for size in sizes]


def _paths(out: Path) -> dict[str, Path]:
    return {"learning": out / "learning_curve.json", "learning picture": out / "learning_curve.png"}


def write(curve: Curve, signature: Mapping[str, Any], out: Path) -> dict[str, Path]:
    """Write the curve and its picture; return their paths by what they hold."""
    paths = _paths(out)
    document = learning_document(curve, signature)
    write_json(paths["learning"], document)
    picture = report.learning_png(document)
    with atomic_path(paths["learning picture"]) as temporary:
        temporary.write_bytes(picture)
    return paths


def drop_other(signature: Mapping[str, Any], out: Path) -> None:
    """Remove the curve of another model or other test statements, so that it does not stand beside their figures."""
    path, picture = _paths(out).values()
    same = ("test_sha256", "model_sha256")
    if path.is_file():
        known = read_json(path, "learning curve").get("signature", {})
        if any(known.get(name) != signature.get(name) for name in same):
            path.unlink()
            picture.unlink(missing_ok=True)


def log(tracker: Tracker, curve: Curve) -> None:
    """Keep macro-F1 by the number of statements trained on, and what a doubling brings."""
    with tracker.steps() as tell:
        for point in curve.points:
            tell(round(point.trained_on), {"learning_curve_macro_f1": point.macro_f1.value})
    figures = {"learning_curve_gain": curve.gain.value}
    figures |= {f"learning_curve_gain_{end}": getattr(curve.gain, end) for end in ("low", "high")}
    tracker.log_metrics({name: value for name, value in figures.items() if not math.isnan(value)})
