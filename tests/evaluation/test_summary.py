"""One evaluation as plain data."""

import json
import re

import numpy as np
import pytest

from pipeline.evaluation.documents import SLICE_PREFIX, TRACKED_SLICES, metrics_document, tracked_metrics
from pipeline.evaluation.metrics import METRICS
from pipeline.evaluation.resampling import Intervals
from pipeline.evaluation.slices import SMALL
from pipeline.evaluation.summary import OVERALL, Scored, evaluate

INTERVALS = Intervals(resamples=100, level=0.9, seed=3)
ENDS = ("", "_low", "_high")
Y_TRUE = np.array([0, 0, 1, 1, 2, 2])
Y_PROB = np.eye(3)[[0, 1, 1, 1, 2, 2]]
SCORED = Scored(["a", "a", "b", "b", "c", "c"], [False, True, False, False, False, True], Y_TRUE, Y_PROB)
NOTHING = Scored([], [], np.empty(0, dtype=np.int64), np.empty((0, 3)))


def test_model_and_baseline_are_resampled_alike():
    # A model that says what the baseline says has the baseline's figures, intervals included.
    train = np.array([1, 1, 0, 2])
    same = SCORED.with_probabilities(np.tile([0.25, 0.5, 0.25], (6, 1)))
    evaluation = evaluate(same, NOTHING, train, INTERVALS)
    assert repr(evaluation.test) == repr(evaluation.baseline)


def test_clear_part_leaves_ambiguous_items_out():
    clear = SCORED.clear()
    assert clear.articles == ["a", "b", "b", "c"]
    assert clear.y_true.tolist() == [0, 1, 1, 2]
    assert clear.y_prob.tolist() == Y_PROB[[0, 2, 3, 4]].tolist()


def test_clear_part_may_be_empty():
    everything = Scored(SCORED.articles, [True] * 6, Y_TRUE, Y_PROB)
    document = metrics_document(evaluate(everything, NOTHING, Y_TRUE, INTERVALS))
    assert document["test_clear"]["macro_f1"] == {"value": None, "low": None, "high": None, "n": 0}


def test_document_is_strict_json():
    document = metrics_document(evaluate(SCORED, NOTHING, Y_TRUE, INTERVALS))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert list(document["test"]) == list(METRICS)
    assert (
        document["macro_f1"]
        == document["test"]["macro_f1"]["value"]
        == pytest.approx((2 / 3 + 4 / 5 + 1) / 3, abs=1e-6)
    )


def test_tracked_metrics_are_flat_and_finite():
    figures = tracked_metrics(evaluate(SCORED, NOTHING, Y_TRUE, INTERVALS))
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 4 / 5 + 1) / 3, abs=1e-6)
    assert figures["macro_f1_low"] <= figures["macro_f1"] <= figures["macro_f1_high"]
    assert {f"baseline_{name}" for name in OVERALL} <= set(figures)
    assert figures["test_items"] == 6
    assert all(np.isfinite(value) for value in figures.values())
    assert "precision_anti" in figures


def test_undefined_figures_are_not_tracked():
    one_article = Scored(["a"] * 6, [False] * 6, Y_TRUE, Y_PROB)
    figures = tracked_metrics(evaluate(one_article, NOTHING, Y_TRUE, INTERVALS))
    assert "macro_f1" in figures
    assert "macro_f1_low" not in figures


def many(outlets):
    """Return the tracked names of an evaluation with so many statements of each outlet."""
    rows = [{"text": "It stays", "outlet": outlet} for outlet, size in outlets.items() for _ in range(size)]
    y_true = np.arange(len(rows)) % 3
    scored = Scored([f"a{i // 2}" for i in range(len(rows))], [False] * len(rows), y_true, np.eye(3)[y_true])
    figures = tracked_metrics(evaluate(scored, NOTHING, y_true, INTERVALS, rows=rows))
    return {name: value for name, value in figures.items() if name.startswith(SLICE_PREFIX)}


def test_slices_that_are_not_small_are_tracked_with_their_intervals():
    figures = many({"The Ferry": SMALL, "The Quay": SMALL - 1})
    names = [f"slice.{part}.macro_f1{end}" for part in ("outlet.The_Ferry", "length.1_to_5_words") for end in ENDS]
    assert figures == dict.fromkeys(names, 1.0)


def test_the_fullest_slices_are_tracked():
    figures = many({f"Quay {i}": SMALL + i for i in range(TRACKED_SLICES + 3)})
    tracked = {name.split(".")[2] for name in figures if name.startswith("slice.outlet.")}
    assert tracked == {f"Quay_{i}" for i in range(3, TRACKED_SLICES + 3)}


# Outlets, and the beginnings of their names.
ODD = {
    "A/B": "A_B-",
    "A B": "A_B-",
    "../x": "x",
    "é: “ß”": "é_ß",
    "„“": "",
    "w" * 300: "w" * 80,
    "quay.example": "quay_example",
}


def test_names_of_slices_are_such_as_mlflow_takes_and_no_two_are_the_same():
    figures = many(dict.fromkeys(ODD, SMALL))
    for name in figures:
        assert re.fullmatch(r"[\w.-]{20,250}", name)
    names = {name.split(".")[2] for name in figures if name.startswith("slice.outlet.")}
    assert len(names) == len(ODD)
    assert all(any(name.startswith(beginning) for name in names) for beginning in ODD.values())
    assert all(len(name) > 5 for name in names - {"x", "é_ß"})


def test_abstention_is_tracked_at_one_coverage_and_sets_where_there_are_some():
    figures = tracked_metrics(evaluate(SCORED, NOTHING, Y_TRUE, INTERVALS))
    assert figures["risk_coverage_0.8"] == pytest.approx(1 / 6, abs=1e-6)  # all six are equally sure, one is wrong
    assert figures["aurc"] == pytest.approx(1 / 6, abs=1e-6)
    assert "sets_coverage" not in figures
    sets = np.eye(3, dtype=bool)[[0, 0, 1, 1, 2, 1]]
    figures = tracked_metrics(evaluate(SCORED, NOTHING, Y_TRUE, INTERVALS, sets=sets))
    assert figures["sets_coverage"] == pytest.approx(5 / 6, abs=1e-6)
    assert figures["sets_set_size"] == 1


def test_thresholds_are_measured_under_their_names():
    evaluation = evaluate(SCORED, NOTHING, Y_TRUE, INTERVALS, thresholds={"coverage_0.8": 0.5, "coverage_0.5": 1.1})
    document = metrics_document(evaluation)["thresholds"]
    assert document["coverage_0.8"]["coverage"]["value"] == 1
    assert document["coverage_0.5"]["coverage"]["value"] == 0
    assert document["coverage_0.5"]["risk"]["value"] is None
