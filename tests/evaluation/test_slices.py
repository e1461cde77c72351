"""Slices and their figures."""

import math

import numpy as np
import pytest

from pipeline.evaluation.resampling import Intervals
from pipeline.evaluation.slices import SLICES, SMALL, slice_figures, slices

# A row, and what it is filed under by each name, in the order of SLICES.
ROWS = [
    ({"text": "one two three four five"}, [None, None, None, None, "1 to 5 words", None, None, None]),
    (
        {
            "text": "one two three four five six",
            "target": "drones",
            "outlet": "The Ferry",
            "published": "2031-04-05T10:00:00Z",
            "kind": "fragment",
            "speaker_type": "unnamed",
            "speaker_seen": False,
            "coder_type": "weak",
        },
        ["drones", "The Ferry", "2031", "fragment", "6 to 15 words", "unnamed", "not in training", "weak"],
    ),
    (
        {"text": "w " * 16, "published": "5 April", "speaker_seen": True, "outlet": ""},
        [None, None, None, None, "16 to 30 words", None, "in training", None],
    ),
    ({"text": "w " * 31, "published": "31"}, [None, None, None, None, "over 30 words", None, None, None]),
]
# Twelve statements of two debates, three articles each; all drones right, of masts one in two.
TARGETS = ["drones"] * 6 + ["masts"] * 6
ARTICLES = ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e", "f", "f"]
Y_TRUE = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
SAID = np.array([0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize(("row", "filed"), ROWS)
def test_what_a_row_is_filed_under(row, filed):
    assert [value_of(row) for value_of in SLICES.values()] == filed


def test_slices_hold_every_row_that_tells_the_fullest_first():
    found = slices([row for row, _ in ROWS])
    assert {name: sum(map(len, by.values())) for name, by in found.items()} == {
        "target": 1, "outlet": 1, "year": 1, "kind": 1, "length": 4, "speaker type": 1, "speaker": 2, "labelled by": 1,
    }  # fmt: skip
    assert list(slices([{"text": "", "target": t} for t in "abb"])["target"]) == ["b", "a"]


def measured(articles=ARTICLES):
    rows = [{"text": "x", "target": target} for target in TARGETS]
    return slice_figures(rows, Y_TRUE, np.eye(3)[SAID], articles, Intervals(resamples=200))["target"]


def test_each_slice_is_measured_as_if_it_were_all():
    found = measured()
    assert (found["drones"].macro_f1.value, found["drones"].macro_f1.low, found["drones"].n) == (1, 1, 6)
    # Anti is found in all three and given thrice too often: 2 * 3 / (3 + 6); neutral never.
    assert found["masts"].macro_f1.value == pytest.approx((6 / 9 + 0) / 2)
    assert (found["masts"].accuracy.value, found["masts"].accuracy.low, found["masts"].accuracy.high) == (0.5, 0.5, 0.5)


def test_a_slice_from_one_article_has_no_interval():
    assert math.isnan(measured(["a"] * 6 + ARTICLES[6:])["drones"].accuracy.low)


@pytest.mark.parametrize(("n", "small"), [(SMALL - 1, True), (SMALL, False)])
def test_small_slices_are_marked(n, small):
    rows = [{"text": "x"}] * n
    zeros = np.zeros(n, dtype=np.int64)
    found = slice_figures(rows, zeros, np.eye(3)[zeros], ["a", *"b" * (n - 1)], Intervals(resamples=100))
    assert found["length"]["1 to 5 words"].small is small
