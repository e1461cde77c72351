"""Runs side by side, as plain data."""

import pytest

from pipeline.errors import InputError
from pipeline.evaluation.compare import Run, compare

FIRST = Run("a1", {"seed": 13, "model": "tfidf", "c": 1.0}, {"macro_f1": 0.5, "accuracy": 0.6})
SECOND = Run("b2", {"seed": 13, "model": "tfidf", "c": 2.0, "extra": "yes"}, {"macro_f1": 0.7, "brier_score": 0.3})
THIRD = Run("c3", {"seed": 14, "model": "tfidf", "c": 1.0}, {"macro_f1": 0.6})


def test_only_parameters_that_differ_are_listed():
    assert compare([FIRST, SECOND]).params == {"c": (1.0, 2.0), "extra": (None, "yes")}


def test_every_metric_is_listed_macro_f1_first_with_gaps_where_a_run_lacks_it():
    metrics = compare([FIRST, SECOND]).metrics
    assert list(metrics.items()) == [
        ("macro_f1", (0.5, 0.7)),
        ("accuracy", (0.6, None)),
        ("brier_score", (None, 0.3)),
    ]


def test_three_runs_keep_their_order():
    comparison = compare([THIRD, FIRST, SECOND])
    assert comparison.runs == ("c3", "a1", "b2")
    assert comparison.params["seed"] == (14, 13, 13)
    assert comparison.metrics["macro_f1"] == (0.6, 0.5, 0.7)


def test_comparison_turns_into_plain_data():
    assert compare([FIRST, THIRD]).as_dict() == {
        "runs": ["a1", "c3"],
        "params": {"seed": [13, 14]},
        "metrics": {"macro_f1": [0.5, 0.6], "accuracy": [0.6, None]},
    }


@pytest.mark.parametrize(
    ("runs", "message"), [([], "not 0"), ([FIRST], "not 1"), ([FIRST, FIRST], "a1 is named twice")]
)
def test_fewer_than_two_different_runs_are_refused(runs, message):
    with pytest.raises(InputError, match=message):
        compare(runs)
