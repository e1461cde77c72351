"""Differences of two models: by hand, against naive drawing and swapping, and how often they are right."""

import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import binomtest, chi2
from statsmodels.stats.multitest import multipletests  # 0.15

from pipeline.evaluation.metrics import METRICS
from pipeline.evaluation.paired import (
    Difference,
    Draws,
    compared,
    differences,
    effort,
    holm,
    mcnemar,
)
from pipeline.evaluation.resampling import DECOMPOSED, confusion_items
from pipeline.resampling import draw_clusters

ACCURACY = {"accuracy": DECOMPOSED["accuracy"].combine}


def said(labels):
    """Probabilities whose arg-max is the label."""
    return 0.7 * np.eye(3)[labels] + 0.1


def sample(seed, articles=12, per_article=5):
    """Random labels, two models' probabilities, and articles of different sizes."""
    rng = np.random.default_rng(seed)
    clusters = np.repeat([f"article {i:02}" for i in range(articles)], rng.integers(1, per_article + 1, size=articles))
    n = len(clusters)
    return rng.integers(0, 3, n), *(rng.dirichlet([0.7, 0.7, 0.7], n) for _ in "ab"), clusters


# Gold, and what either model says. F1 is twice the hits over the gold and the predicted ones.
GOLD, A, B = [0, 0, 1, 1, 1, 2], [0, 1, 1, 0, 0, 1], [0, 0, 1, 1, 2, 2]
BY_HAND = {
    "accuracy": (2 / 6, 5 / 6),
    "f1_anti": (2 * 1 / (2 + 3), 1.0),
    "f1_neutral": (2 * 1 / (3 + 3), 2 * 2 / (3 + 2)),
    "f1_pro": (0.0, 2 * 1 / (1 + 2)),
    "macro_f1": ((2 / 5 + 2 / 6 + 0) / 3, (1 + 4 / 5 + 2 / 3) / 3),
    # One confidence, 0.8, in one bin: how far accuracy is from it.
    "expected_calibration_error": (0.8 - 2 / 6, 5 / 6 - 0.8),
    "log_loss": (-(2 * math.log(0.8) + 4 * math.log(0.1)) / 6, -(5 * math.log(0.8) + math.log(0.1)) / 6),
}


def test_differences_by_hand():
    found = compared(np.array(GOLD), said(A), said(B), ["x", "x", "y", "y", "z", "z"], Draws(resamples=100))
    assert set(found) == set(METRICS)
    for name, (a, b) in BY_HAND.items():
        assert (found[name].a, found[name].b) == pytest.approx((a, b)), name
        assert found[name].difference == pytest.approx(b - a)
        assert (found[name].n, found[name].articles) == (6, 3)


def test_accuracy_of_two_articles_by_hand():
    # b is right in article x alone, a nowhere: a resample's difference is 0, 1/2 or 1 with chances 1/4, 1/2, 1/4.
    # No swap changes how large it is: 1/2 or -1/2.
    found = differences(
        confusion_items(np.array([0, 0]), said([1, 1])),
        confusion_items(np.array([0, 0]), said([0, 1])),
        ACCURACY,
        ["x", "y"],
        Draws(resamples=2000),
    )["accuracy"]
    assert found == Difference(a=0.0, b=0.5, low=0.0, high=1.0, p=1.0, n=2, articles=2)


def test_intervals_equal_those_of_naive_resampling_with_the_same_draws():
    y_true, a, b, clusters = sample(3)
    names = np.unique(clusters)
    draws = draw_clusters(np.random.default_rng(11), len(names), 20)
    items = [np.concatenate([np.flatnonzero(clusters == names[i]) for i in draw]) for draw in draws]
    found = compared(y_true, a, b, clusters, Draws(resamples=20, level=0.8, seed=11))
    for name, metric in METRICS.items():
        naive = [metric(y_true[i], b[i]) - metric(y_true[i], a[i]) for i in items]
        expected = np.nanquantile(naive, [0.1, 0.9])
        assert [found[name].low, found[name].high] == pytest.approx(list(expected), abs=1e-9), name


@pytest.mark.parametrize("name", ["macro_f1", "recall_pro", "expected_calibration_error", "brier_score"])
def test_p_values_are_those_of_all_swaps(name):
    y_true, a, b, clusters = sample(5, articles=6)
    members = [clusters == article for article in np.unique(clusters)]
    metric, reached = METRICS[name], []
    for swap in product([False, True], repeat=len(members)):
        swapped = np.any([m for m, s in zip(members, swap, strict=True) if s] or [np.zeros(len(a), bool)], axis=0)
        mixed_a, mixed_b = np.where(swapped[:, None], b, a), np.where(swapped[:, None], a, b)
        reached.append(abs(metric(y_true, mixed_b) - metric(y_true, mixed_a)))
    exact = np.mean(np.array(reached) >= reached[0] - 1e-12)
    # Of 20,000 random swaps: within four standard errors.
    assert compared(y_true, a, b, clusters, Draws(resamples=20_000))[name].p == pytest.approx(exact, abs=0.015)


def test_which_model_comes_first_changes_the_sign_alone():
    y_true, a, b, clusters = sample(7)
    draws = Draws(resamples=500)
    forth, back = compared(y_true, a, b, clusters, draws), compared(y_true, b, a, clusters, draws)
    for name in METRICS:
        assert (back[name].low, back[name].high) == pytest.approx((-forth[name].high, -forth[name].low))
        assert back[name].p == pytest.approx(forth[name].p, abs=0.1)  # other swaps, for a lies where b lay
        assert back[name].difference == -forth[name].difference


def test_same_seed_gives_the_same_figures_and_another_seed_others():
    given = sample(1)
    first, again, other = (compared(*given, Draws(resamples=200, seed=seed)) for seed in (7, 7, 8))
    assert first == again
    assert first["macro_f1"].low != other["macro_f1"].low


def test_blocks_draw_and_swap_the_same_as_one_piece(monkeypatch):
    given = sample(2)
    whole = compared(*given, Draws(resamples=100))
    for name in ("pipeline.evaluation.paired._BLOCK", "pipeline.resampling._BLOCK"):
        monkeypatch.setattr(name, 7 * 40)
    for name, found in compared(*given, Draws(resamples=100)).items():
        assert (found.low, found.high, found.p) == pytest.approx((whole[name].low, whole[name].high, whole[name].p))


def test_equal_models_differ_by_nothing():
    y_true, a, _, clusters = sample(4)
    for found in compared(y_true, a, a, clusters, Draws(resamples=200)).values():
        assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_one_article_has_values_and_neither_interval_nor_p():
    found = compared(np.array([0, 1]), said([0, 0]), said([0, 1]), ["x", "x"], Draws(resamples=100))["accuracy"]
    assert (found.a, found.b, found.articles) == (0.5, 1.0, 1)
    assert all(math.isnan(value) for value in (found.low, found.high, found.p))


def test_a_label_that_never_occurs_has_no_difference():
    found = compared(np.array([0, 1]), said([0, 1]), said([1, 1]), ["x", "y"], Draws(resamples=100))["f1_pro"]
    assert all(math.isnan(value) for value in (found.difference, found.low, found.p))


# A difference is one where p and interval say so; the bounds and p, and whether it is.
TELLING = [
    ((0.01, 0.05), 0.01, True), ((-0.05, -0.01), 0.01, True), ((-0.01, 0.05), 0.01, False),
    ((0.01, 0.05), 0.05, False), ((0.0, 0.05), 0.01, False), ((math.nan, math.nan), math.nan, False),
]  # fmt: skip


@pytest.mark.parametrize(("bounds", "p", "told"), TELLING)
def test_a_difference_is_told_by_p_and_interval_together(bounds, p, told):
    assert Difference(0.5, 0.6, *bounds, p, 10, 10).tells(p, 0.05) is told


# Right with both, a alone, b alone, neither. The first is Agresti's (Categorical Data Analysis, table 10.1: 86 and 150
# changed their mind, of 1,600); with continuity correction (|86 - 150| - 1)^2 / 236 = 16.818.
TABLES = [
    ((794, 150, 86, 570), "chi2", chi2.sf((150 - 86 - 1) ** 2 / (150 + 86), 1)),
    ((5, 10, 2, 3), "exact", binomtest(2, 12, 0.5).pvalue),
    ((5, 12, 12, 3), "exact", 1.0),
    ((5, 0, 0, 3), "exact", 1.0),
    ((0, 25, 0, 0), "chi2", chi2.sf(24**2 / 25, 1)),
]


@pytest.mark.parametrize(("table", "method", "p"), TABLES)
def test_mcnemar_on_known_tables(table, method, p):
    a = np.repeat([0, 0, 1, 1], table)
    b = np.repeat([0, 1, 0, 1], table)
    found = mcnemar(np.zeros(len(a), dtype=np.int64), said(a), said(b))
    assert (found.broken, found.fixed, found.method) == (table[1], table[2], method)
    assert found.p == pytest.approx(p, rel=1e-9)


def test_holm_by_hand():
    # 3 * 0.01, then 2 * 0.03, and 0.04 is no less than that.
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.4]) == [0.4]
    assert holm([]) == []
    assert holm([0.02, math.nan, 0.5])[:1] == pytest.approx([0.04])
    assert math.isnan(holm([0.02, math.nan, 0.5])[1])


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_holm_equals_that_of_statsmodels(n):
    p_values = np.random.default_rng(n).random(n).round(1) ** 3  # with ties, small ones and some that stop at 1
    assert holm(p_values.tolist()) == multipletests(p_values, method="holm")[1].tolist()


def test_effort_by_hand():
    # Half-width 0.04; wanted 0.01 * 1.959964 / (1.959964 + 0.841621) = 0.00699591: 32.691 times the articles.
    found = effort(Difference(0.5, 0.51, -0.03, 0.05, 0.6, n=100, articles=20), 0.95)
    assert (found.statements, found.articles) == (math.ceil(100 * 31.691), math.ceil(20 * 31.691))
    assert effort(Difference(0.5, 0.5, -0.03, 0.05, 1.0, 100, 20), 0.95) is None
    assert effort(Difference(0.5, 0.6, 0.0, 0.0, 1.0, 100, 20), 0.95) is None
    assert effort(Difference(0.5, 0.6, math.nan, math.nan, math.nan, 10, 1), 0.95) is None
    assert effort(Difference(0.5, 0.9, 0.39, 0.41, 0.1, 100, 20), 0.95).statements == 0


def chances(rng, articles, means, size=6):
    """Items right with an article's and model's own chance, of the given mean: gold, two models, articles."""
    y_true = np.zeros(articles * size, dtype=np.int64)
    models = [
        said(np.where(rng.random(articles * size) < np.repeat(rng.beta(2 * m, 2 - 2 * m, articles), size), 0, 1))
        for m in means
    ]
    return y_true, *models, np.repeat(np.arange(articles), size).astype(str)


def accuracy(given, seed, resamples=200):
    y_true, a, b, clusters = given
    items = [confusion_items(y_true, y_prob) for y_prob in (a, b)]
    return differences(*items, ACCURACY, clusters, Draws(resamples=resamples, seed=seed))["accuracy"]


def test_the_half_width_shrinks_as_effort_says():
    rng = np.random.default_rng(0)
    few, many = (accuracy(chances(rng, articles, (0.5, 0.5)), 1, 2000) for articles in (100, 900))
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(3, rel=0.15)


def test_the_effort_told_is_what_tells_four_differences_in_five():
    rng, trials = np.random.default_rng(1), 100
    given = Difference(0.5, 0.6, *np.array([-0.5, 0.5]) * 0.4, 0.3, n=240, articles=40)
    # Standard error of a difference of 40 articles: two shares of 6 items with variance 1/12 between and 1/6 within.
    se = math.sqrt(2 * (0.5**2 / 3 + 0.5**2 / 6 * 2 / 3) / 40)
    more = effort(Difference(0.5, 0.6, 0.1 - 1.96 * se, 0.1 + 1.96 * se, 0.3, given.n, 40), 0.95)
    told = sum(
        (found := accuracy(chances(rng, 40 + more.articles, (0.5, 0.6)), seed)).tells(found.p, 0.05)
        for seed in range(trials)
    )
    assert 0.7 <= told / trials <= 0.9


def test_intervals_cover_the_truth_and_equal_models_are_seldom_told_apart():
    rng, trials = np.random.default_rng(0), 300
    found = dict.fromkeys(("held", "told", "held by item", "told by item"), 0)
    for seed in range(trials):
        better, equal = chances(rng, 40, (0.4, 0.6)), chances(rng, 40, (0.5, 0.5))
        for unit in ("", " by item"):
            if unit:
                better, equal = ((*given[:3], np.arange(len(given[0])).astype(str)) for given in (better, equal))
            real, none = accuracy(better, seed), accuracy(equal, seed)
            found[f"held{unit}"] += real.low <= 0.2 <= real.high
            found[f"told{unit}"] += none.tells(none.p, 0.05)
    assert 0.91 <= found["held"] / trials <= 0.98
    assert found["held by item"] / trials < 0.85
    assert 0.02 <= found["told"] / trials <= 0.08
    assert found["told by item"] / trials > 0.12
