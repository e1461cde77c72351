"""Slices that got worse: planted ones are found, chance ones are not, small ones are not judged."""

import math

import pytest
from answered import mixed

from pipeline.evaluation.items import labels_and_probabilities
from pipeline.evaluation.metrics import macro_f1
from pipeline.evaluation.paired import Draws, compared
from pipeline.evaluation.slice_differences import slice_differences

DRAWS = Draws(resamples=1000)


def told(rows, others, **options):
    """Return the slices by name and value."""
    y_true, a = labels_and_probabilities(rows)
    found = slice_differences(rows, y_true, (a, labels_and_probabilities(others)[1]), DRAWS, **options)
    return {(part.name, part.value): part for part in found}


def with_outlet(rows, outlet_of):
    return [{**row, "outlet": outlet_of(int(row["article_id"][1:]))} for row in rows]


def halves(number):
    return "Halden Post" if number < 15 else "Tessaly Times"


def test_a_slice_in_which_the_second_model_is_always_wrong_got_worse():
    a = with_outlet(mixed(0, 0.7), halves)
    b = mixed(0, 0.7, wrong_in=range(15))
    found = told(a, b)
    post, times = (found["outlet", name] for name in ("Halden Post", "Tessaly Times"))
    assert (post.judged, post.worse, post.found.n, post.found.articles) == (True, True, 60, 15)
    assert (times.judged, times.worse, times.found.difference) == (True, False, 0.0)
    assert post.found.b == 0.0
    # Two slices judged, and the other has p = 1: Holm doubles the smaller p.
    assert post.p_holm == pytest.approx(2 * post.found.p)


def test_a_slice_that_got_better_is_not_worse():
    better = told(with_outlet(mixed(0, 0.3), halves), mixed(0, 0.9))["outlet", "Halden Post"]
    assert better.p_holm < 0.05
    assert not better.worse


def test_figures_are_those_of_the_slices_own_items():
    a, b = with_outlet(mixed(1, 0.6), halves), mixed(1, 0.8)
    found = told(a, b)["outlet", "Halden Post"].found
    (y_true, first), (_, second) = labels_and_probabilities(a[:60]), labels_and_probabilities(b[:60])
    assert (found.a, found.b) == pytest.approx((macro_f1(y_true, first), macro_f1(y_true, second)))
    assert found.low <= found.difference <= found.high


def test_small_slices_those_of_few_articles_and_the_whole_are_not_judged():
    def outlet(number):
        return {0: "One", 1: "Two", 2: "Two"}.get(number, "Rest")

    found = told(with_outlet(mixed(2, 0.6, size=20), outlet), mixed(2, 0.8, size=20), smallest=30)
    judged = {value: part.judged for (name, value), part in found.items() if name in ("outlet", "target")}
    # Two has 40 statements of 2 articles; every statement has the one target.
    assert judged == {"One": False, "Two": False, "Rest": True, "Quillon routers": False}
    one = found["outlet", "One"]
    assert math.isnan(one.p_holm)
    assert math.isnan(one.found.low)
    assert not one.worse
    assert not told(with_outlet(mixed(2, 0.6), halves), mixed(2, 0.8), smallest=61)["outlet", "Halden Post"].judged


def test_the_whole_as_a_slice_has_the_figures_of_the_whole():
    a, b = mixed(3, 0.6), mixed(3, 0.7)
    (y_true, first), (_, second) = labels_and_probabilities(a), labels_and_probabilities(b)
    whole = compared(y_true, first, second, [row["article_id"] for row in a], DRAWS)["macro_f1"]
    assert told(a, b)["target", "Quillon routers"].found == whole
