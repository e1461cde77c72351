"""The learning curve: points, spread, and what a doubling brings."""

import math

import numpy as np
import pytest

from pipeline.evaluation.documents import learning_document
from pipeline.evaluation.learning import Fits, learning_curve
from pipeline.evaluation.metrics import macro_f1
from pipeline.evaluation.resampling import Intervals

ARTICLES = [f"a{i // 3}" for i in range(90)]
Y_TRUE = np.tile([0, 1, 2], 30)


def right(share, seed=0):
    """Return probabilities that are right for about such a share of the statements, whatever their label."""
    rng = np.random.default_rng(seed)
    return np.eye(3)[np.where(rng.random(90) < share, Y_TRUE, (Y_TRUE + 1) % 3)]


def curve(first, second, sizes=(100, 200), articles=ARTICLES):
    fits = [Fits(0.5, [sizes[0]] * len(first), first), Fits(1.0, [sizes[1]], second)]
    return learning_curve(Y_TRUE, articles, fits, Intervals(resamples=400))


def test_a_point_is_the_mean_of_its_parts():
    parts = [right(0.4, seed) for seed in range(3)]
    first, last = curve(parts, [right(0.9)]).points
    expected = [macro_f1(Y_TRUE, y_prob) for y_prob in parts]
    assert first.drawn == pytest.approx(expected)
    assert first.macro_f1.value == pytest.approx(np.mean(expected))
    assert first.spread == pytest.approx(np.std(expected, ddof=1))
    assert math.isnan(last.spread)
    assert (first.trained_on, last.trained_on, last.macro_f1.n) == (100, 200, 90)


def test_the_interval_holds_the_chance_of_the_parts_too():
    alike = curve([right(0.5, 1)] * 4, [right(0.9)]).points[0].macro_f1
    apart = curve([right(0.2, 1), right(0.4, 2), right(0.6, 3), right(0.8, 4)], [right(0.9)]).points[0].macro_f1
    assert apart.high - apart.low > alike.high - alike.low


def test_the_gain_is_told_a_doubling():
    rise = macro_f1(Y_TRUE, right(0.9)) - macro_f1(Y_TRUE, right(0.4))
    assert curve([right(0.4)], [right(0.9)]).gain.value == pytest.approx(rise)
    assert curve([right(0.4)], [right(0.9)], sizes=(100, 400)).gain.value == pytest.approx(rise / 2)


VERDICTS = [
    (right(0.3), right(0.9), "more labels are likely to help: from 100 to 200 statements macro-F1 rose by "),
    (right(0.9), right(0.9), "more labels of this kind are not likely to help: from 100 to 200 statements"),
    (right(0.6, 1), right(0.62, 2), "it cannot be told whether more labels help: from 100 to 200 statements"),
]


@pytest.mark.parametrize(("before", "after", "verdict"), VERDICTS)
def test_the_verdict_follows_the_interval_of_the_gain(before, after, verdict):
    assert curve([before], [after]).verdict.startswith(verdict)


def test_one_article_and_a_train_that_cannot_be_halved_are_told():
    one = curve([right(0.4)], [right(0.9)], articles=["a"] * 90)
    assert one.verdict == "it cannot be told whether more labels help: the test statements are from one article"
    assert math.isnan(one.points[0].macro_f1.low)
    same = curve([right(0.4)], [right(0.9)], sizes=(50, 50))
    assert same.verdict == "it cannot be told whether more labels help: the last two parts both have 50 statements"
    document = learning_document(same, {"seed": 13})
    assert document["gain"] == {"value": None, "low": None, "high": None, "n": 90}
    assert document["points"][0]["spread"] is None


def test_equal_seeds_give_equal_curves():
    parts = [right(0.4, seed) for seed in range(3)]
    assert repr(curve(parts, [right(0.9)])) == repr(curve(parts, [right(0.9)]))
