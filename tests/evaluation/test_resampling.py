"""The fast clustered bootstrap against a naive one, hand-made cases, and its coverage."""

import math

import numpy as np
import pytest

from pipeline import resampling
from pipeline.evaluation.metrics import METRICS
from pipeline.evaluation.resampling import DECOMPOSED, bootstrap
from pipeline.resampling import draw_clusters


def sample(seed, articles, per_article):
    """Random labels and probabilities, with articles of different sizes."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, per_article + 1, size=articles)
    clusters = np.repeat([f"article {i:03}" for i in range(articles)], sizes)
    n = len(clusters)
    return rng.integers(0, 3, n), rng.dirichlet([0.7, 0.7, 0.7], n), clusters


def naive(y_true, y_prob, clusters, *, seed, resamples, level):
    """Draw the same articles, put their items together, and run each metric as it stands."""
    names = np.unique(clusters)
    members = [np.flatnonzero(clusters == name) for name in names]
    draws = draw_clusters(np.random.default_rng(seed), len(names), resamples)
    items = [np.concatenate([members[cluster] for cluster in draw]) for draw in draws]
    edges = [(1 - level) / 2, (1 + level) / 2]
    return {
        name: np.nanquantile([metric(y_true[i], y_prob[i]) for i in items], edges) for name, metric in METRICS.items()
    }


def test_every_metric_is_decomposed():
    assert set(DECOMPOSED) == set(METRICS)


@pytest.mark.parametrize(("articles", "per_article"), [(25, 6), (4, 2)])
def test_intervals_equal_those_of_naive_resampling_with_the_same_draws(articles, per_article):
    y_true, y_prob, clusters = sample(3, articles, per_article)
    expected = naive(y_true, y_prob, clusters, seed=11, resamples=60, level=0.9)
    found = bootstrap(y_true, y_prob, clusters, rng=np.random.default_rng(11), resamples=60, level=0.9)
    for name, metric in METRICS.items():
        assert found[name].value == pytest.approx(metric(y_true, y_prob), nan_ok=True)
        assert [found[name].low, found[name].high] == pytest.approx(list(expected[name]), abs=1e-9, nan_ok=True), name


@pytest.mark.parametrize("name", DECOMPOSED)
def test_sums_over_items_give_the_metric_itself(name):
    y_true, y_prob, _ = sample(5, 30, 4)
    sums = DECOMPOSED[name].per_item(y_true, y_prob).sum(axis=0, keepdims=True)
    assert DECOMPOSED[name].combine(sums)[0] == pytest.approx(METRICS[name](y_true, y_prob), abs=1e-12)


def test_accuracy_of_two_articles_by_hand():
    # One article all right, one all wrong, alike in size: a resample is 0, 1/2 or 1 with chances 1/4, 1/2, 1/4.
    y_true, y_prob = np.array([0, 0, 1, 1]), np.eye(3)[[0, 0, 2, 2]]
    estimate = bootstrap(y_true, y_prob, ["a", "a", "b", "b"], rng=np.random.default_rng(0), metrics=["accuracy"])
    assert (estimate["accuracy"].value, estimate["accuracy"].low, estimate["accuracy"].high) == (0.5, 0.0, 1.0)
    narrow = bootstrap(
        y_true, y_prob, ["a", "a", "b", "b"], rng=np.random.default_rng(0), metrics=["accuracy"], level=0.4
    )
    assert (narrow["accuracy"].low, narrow["accuracy"].high) == (0.5, 0.5)


def test_same_seed_gives_the_same_intervals_and_another_seed_others():
    y_true, y_prob, clusters = sample(1, 20, 5)
    runs = [bootstrap(y_true, y_prob, clusters, rng=np.random.default_rng(seed), resamples=200) for seed in (7, 7, 8)]
    assert runs[0] == runs[1]
    assert runs[0]["macro_f1"] != runs[2]["macro_f1"]


def test_blocks_draw_the_same_articles_as_one_piece(monkeypatch):
    y_true, y_prob, clusters = sample(2, 20, 5)
    whole = bootstrap(y_true, y_prob, clusters, rng=np.random.default_rng(7), resamples=100)
    monkeypatch.setattr(resampling, "_BLOCK", 20 * 13)
    assert bootstrap(y_true, y_prob, clusters, rng=np.random.default_rng(7), resamples=100) == whole


def test_order_of_the_items_does_not_matter():
    y_true, y_prob, clusters = sample(4, 15, 4)
    shuffled = np.random.default_rng(0).permutation(len(y_true))
    first = bootstrap(y_true, y_prob, clusters, rng=np.random.default_rng(7), resamples=50)
    second = bootstrap(
        y_true[shuffled], y_prob[shuffled], clusters[shuffled], rng=np.random.default_rng(7), resamples=50
    )
    for name in METRICS:
        assert second[name].low == pytest.approx(first[name].low, abs=1e-12)


def test_one_article_has_a_value_and_no_interval():
    y_true, y_prob = np.array([0, 1]), np.eye(3)[[0, 0]]
    estimate = bootstrap(y_true, y_prob, ["a", "a"], rng=np.random.default_rng(0), metrics=["accuracy"])["accuracy"]
    assert (estimate.value, estimate.n) == (0.5, 2)
    assert math.isnan(estimate.low)
    assert math.isnan(estimate.high)


def test_no_items_give_nan_throughout():
    estimates = bootstrap(np.empty(0, dtype=np.int64), np.empty((0, 3)), [], rng=np.random.default_rng(0))
    for estimate in estimates.values():
        assert estimate.n == 0
        assert all(math.isnan(figure) for figure in (estimate.value, estimate.low, estimate.high))


def test_resamples_without_the_label_are_left_out_of_its_interval():
    # "pro" occurs in one article of three, always found: recall is 1 wherever it is defined.
    y_true, y_prob = np.array([2, 0, 0]), np.eye(3)[[2, 0, 1]]
    estimate = bootstrap(y_true, y_prob, ["a", "b", "c"], rng=np.random.default_rng(0), metrics=["recall_pro"])
    assert (estimate["recall_pro"].low, estimate["recall_pro"].high) == (1.0, 1.0)


def test_label_that_never_occurs_has_no_interval():
    y_true, y_prob = np.array([0, 1]), np.eye(3)[[0, 1]]
    estimate = bootstrap(y_true, y_prob, ["a", "b"], rng=np.random.default_rng(0), metrics=["f1_pro"])["f1_pro"]
    assert math.isnan(estimate.value)
    assert math.isnan(estimate.low)


def correlated(rng, articles=40, size=8):
    """Items right with an article's own chance, uniform in (0, 1): the true accuracy is 1/2."""
    right = rng.random((articles, size)) < rng.random((articles, 1))
    y_true = np.zeros(articles * size, dtype=np.int64)
    return y_true, np.eye(3)[np.where(right.ravel(), 0, 1)], np.repeat(np.arange(articles), size)


def test_clustered_intervals_cover_the_truth_where_item_intervals_do_not():
    rng, trials = np.random.default_rng(0), 200
    covered = {"article": 0, "item": 0}
    for _ in range(trials):
        y_true, y_prob, clusters = correlated(rng)
        for unit, members in (("article", clusters), ("item", np.arange(len(y_true)))):
            found = bootstrap(y_true, y_prob, members.astype(str), rng=rng, metrics=["accuracy"], resamples=200)
            covered[unit] += found["accuracy"].low <= 0.5 <= found["accuracy"].high
    assert 0.90 <= covered["article"] / trials <= 0.99
    assert covered["item"] / trials < 0.85
