"""The risk-coverage curve against hand-made cases, all orders of equal rows, and naive resampling."""

import math
from itertools import permutations

import numpy as np
import pytest

from pipeline import resampling
from pipeline.evaluation.metrics import METRICS
from pipeline.evaluation.resampling import bootstrap
from pipeline.evaluation.selective import COVERAGES, selective
from pipeline.resampling import draw_clusters

# Ten rows, surest first; the model always says "anti". Wrong ones at places 4, 8 and 10.
SURE = [0.98, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55]
WRONG = [0, 0, 0, 1, 0, 0, 0, 1, 0, 1]


def rows(confidences, wrong):
    y_prob = np.array([[c, (1 - c) * 0.75, (1 - c) * 0.25] for c in confidences])
    return np.array(wrong, dtype=np.int64), y_prob


def curve(y_true, y_prob, clusters=None, seed=0, **options):
    clusters = ["a"] * len(y_true) if clusters is None else clusters
    return selective(y_true, y_prob, clusters, rng=np.random.default_rng(seed), **options)


def at(found, coverage):
    return next(point for point in found.points if point.coverage == coverage)


def sample(seed, articles=12, per_article=5, ties=False):
    rng = np.random.default_rng(seed)
    clusters = np.repeat([f"article {i}" for i in range(articles)], rng.integers(1, per_article + 1, size=articles))
    y_prob = rng.dirichlet([0.7, 0.7, 0.7], len(clusters))
    y_prob = y_prob[rng.integers(0, 6, len(clusters))] if ties else y_prob
    return rng.integers(0, 3, len(clusters)), y_prob, clusters


@pytest.mark.parametrize(
    ("coverage", "risk", "threshold"),
    [(1.0, 3 / 10, 0.55), (0.9, 2 / 9, 0.6), (0.8, 2 / 8, 0.65), (0.7, 1 / 7, 0.7), (0.5, 1 / 5, 0.8)],
)
def test_risk_and_threshold_by_hand(coverage, risk, threshold):
    point = at(curve(*rows(SURE, WRONG)), coverage)
    assert point.risk.value == pytest.approx(risk)
    assert point.threshold == threshold
    assert point.risk.n == round(10 * coverage)


def test_a_coverage_between_rows_keeps_a_part_of_the_last_one():
    # 65 % of ten rows are six and a half; the seventh is right.
    assert at(curve(*rows(SURE, WRONG)), 0.65).risk.value == pytest.approx(1 / 6.5)


def test_macro_f1_by_hand():
    # All of the first seven are called anti; one is neutral: F1 of anti is 12/13, of neutral 0, pro is not there.
    assert at(curve(*rows(SURE, WRONG)), 0.7).macro_f1.value == pytest.approx(12 / 13 / 2)


def test_the_area_is_the_mean_risk_of_the_first_k_rows():
    y_true, y_prob = rows(SURE, WRONG)
    expected = np.mean(np.cumsum(WRONG) / np.arange(1, 11))
    assert curve(y_true, y_prob).aurc.value == pytest.approx(expected)
    assert curve(*rows(SURE, [0] * 10)).aurc.value == 0
    assert curve(*rows(SURE, [1] * 10)).aurc.value == pytest.approx(1)


def test_everything_is_kept_at_full_coverage():
    y_true, y_prob, clusters = sample(3)
    whole = at(curve(y_true, y_prob, clusters), 1.0)
    assert whole.macro_f1.value == pytest.approx(METRICS["macro_f1"](y_true, y_prob))
    assert whole.risk.value == pytest.approx(1 - METRICS["accuracy"](y_true, y_prob))
    assert whole.threshold == y_prob.max(axis=1).min()


def test_the_draws_are_those_of_the_other_figures():
    y_true, y_prob, clusters = sample(3)
    whole = at(curve(y_true, y_prob, clusters, seed=5, resamples=200, level=0.9), 1.0)
    other = bootstrap(y_true, y_prob, clusters, rng=np.random.default_rng(5), resamples=200, level=0.9)
    assert (whole.macro_f1.low, whole.macro_f1.high) == pytest.approx((other["macro_f1"].low, other["macro_f1"].high))
    assert whole.risk.level == 0.9


def test_equal_rows_count_as_their_mean_over_all_orders():
    # Five rows of which three are equally sure, one of these wrong.
    confidences, wrong = [0.9, 0.7, 0.7, 0.7, 0.6], [0, 1, 0, 0, 1]
    found = curve(*rows(confidences, wrong))
    orders = [[wrong[0], *middle, wrong[4]] for middle in permutations(wrong[1:4])]
    risks = np.mean([np.cumsum(order) / np.arange(1, 6) for order in orders], axis=0)
    assert found.aurc.value == pytest.approx(risks.mean())
    # At 0.5 two and a half rows: all of the first and a half of the three equal ones.
    assert at(found, 0.5).risk.value == pytest.approx((1.5 / 3) / 2.5)
    assert at(found, 0.6).risk.value == pytest.approx(risks[2])


@pytest.mark.parametrize("ties", [False, True])
def test_the_order_of_the_rows_does_not_matter(ties):
    y_true, y_prob, clusters = sample(4, ties=ties)
    shuffled = np.random.default_rng(0).permutation(len(y_true))
    first = curve(y_true, y_prob, clusters, resamples=50)
    second = curve(y_true[shuffled], y_prob[shuffled], clusters[shuffled], resamples=50)
    for one, other in zip(first.points, second.points, strict=True):
        for name in ("risk", "macro_f1"):
            a, b = getattr(one, name), getattr(other, name)
            assert [b.value, b.low, b.high] == pytest.approx([a.value, a.low, a.high])
    assert [second.aurc.low, second.aurc.high] == pytest.approx([first.aurc.low, first.aurc.high])


@pytest.mark.parametrize("ties", [False, True])
def test_intervals_equal_those_of_naive_resampling_with_the_same_draws(ties):
    y_true, y_prob, clusters = sample(7, ties=ties)
    names = np.unique(clusters)
    members = [np.flatnonzero(clusters == name) for name in names]
    draws = draw_clusters(np.random.default_rng(11), len(names), 40)
    items = [np.concatenate([members[cluster] for cluster in draw]) for draw in draws]
    curves = [curve(y_true[i], y_prob[i]) for i in items]  # a row drawn twice is two equal rows
    found = curve(y_true, y_prob, clusters, seed=11, resamples=40, level=0.8)
    assert [found.aurc.low, found.aurc.high] == pytest.approx(np.quantile([c.aurc.value for c in curves], [0.1, 0.9]))
    for index, point in enumerate(found.points):
        for name in ("risk", "macro_f1"):
            expected = np.nanquantile([getattr(c.points[index], name).value for c in curves], [0.1, 0.9])
            assert [getattr(point, name).low, getattr(point, name).high] == pytest.approx(expected), (index, name)


def test_blocks_draw_the_same_articles_as_one_piece(monkeypatch):
    y_true, y_prob, clusters = sample(2)
    whole = curve(y_true, y_prob, clusters, resamples=100)
    monkeypatch.setattr(resampling, "_BLOCK", 13 * len(y_true))
    assert repr(curve(y_true, y_prob, clusters, resamples=100)) == repr(whole)


def test_leaving_out_the_unsure_helps_a_model_that_knows_when_it_is_unsure():
    rng = np.random.default_rng(1)
    confidences = rng.uniform(0.4, 1, 600)
    found = curve(*rows(confidences, (rng.random(600) > confidences).astype(int)))
    risks = [point.risk.value for point in found.points]
    assert [point.coverage for point in found.points] == list(COVERAGES)
    assert risks[0] - risks[-1] > 0.1


def test_one_article_has_values_and_no_intervals():
    found = curve(*rows(SURE, WRONG))
    assert found.aurc.value > 0
    assert math.isnan(found.aurc.low)
    assert all(math.isnan(point.risk.high) for point in found.points)


def test_no_rows_give_nan_throughout():
    found = curve(np.empty(0, dtype=np.int64), np.empty((0, 3)))
    figures = [found.aurc, *(point.risk for point in found.points), *(point.macro_f1 for point in found.points)]
    assert {figure.n for figure in figures} == {0}
    assert all(math.isnan(figure.value) and math.isnan(figure.low) for figure in figures)
    assert all(math.isnan(point.threshold) for point in found.points)
