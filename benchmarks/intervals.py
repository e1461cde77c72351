"""Intervals of all metrics: seconds of the bootstrap beside naive resampling, and how often they hold the truth.

usage: python benchmarks/intervals.py [--trials N] [--check]

Predictions are invented. Seconds are CPU time of 10,000 resamples of 1,000 articles with 5 statements each (goal: all
metrics in under 10). The naive way puts the statements of the drawn articles together and calls each metric; so does
scipy.stats.bootstrap, for macro-F1 alone. Both are timed on few resamples, and the seconds multiplied. Coverage is the
share of 95 % intervals, each from other predictions, that hold the figure of very many articles.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

GOAL = 10.0
RESAMPLES = 10_000
FEW = 20  # resamples of the slow ways
ARTICLES, PER_ARTICLE = 1000, 5
NUMBERS = (10, 20, 40, 80, 160)
METRICS = ("macro_f1", "accuracy", "brier_score")


def predictions(rng: np.random.Generator, articles: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return labels, probabilities and articles; half of an article's statements are alike, and some articles hard."""
    n = articles * PER_ARTICLE
    y_true = np.where(rng.random(n) < 0.5, np.repeat(rng.integers(0, 3, articles), PER_ARTICLE), rng.integers(0, 3, n))
    ease = np.repeat(rng.beta(1.5, 1.0, articles), PER_ARTICLE)
    said = np.where(rng.random(n) < ease, y_true, rng.integers(0, 3, n))
    y_prob = 0.7 * np.eye(3)[said] + 0.3 * rng.dirichlet([1, 1, 1], n)
    return y_true, y_prob, [f"a{i // PER_ARTICLE:05}" for i in range(n)]


def seconds(work: Callable[[], Any]) -> float:
    """Return the CPU seconds of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def naive(y_true: np.ndarray, y_prob: np.ndarray, articles: list[str], resamples: int) -> None:
    """Draw articles, put their statements together, and call every metric."""
    from pipeline.evaluation.metrics import METRICS as ALL

    rng = np.random.default_rng(0)
    names, membership = np.unique(articles, return_inverse=True)
    members = [np.flatnonzero(membership == i) for i in range(len(names))]
    for _ in range(resamples):
        items = np.concatenate([members[i] for i in rng.integers(0, len(names), len(names))])
        for metric in ALL.values():
            metric(y_true[items], y_prob[items])


def by_scipy(y_true: np.ndarray, y_prob: np.ndarray, articles: list[str], resamples: int) -> None:
    """Draw articles by scipy.stats.bootstrap, with macro-F1 of the drawn ones' statements as statistic."""
    from scipy.stats import bootstrap

    from pipeline.evaluation.metrics import macro_f1

    names, membership = np.unique(articles, return_inverse=True)
    members = [np.flatnonzero(membership == i) for i in range(len(names))]

    def statistic(drawn: np.ndarray) -> float:
        items = np.concatenate([members[i] for i in drawn])
        return macro_f1(y_true[items], y_prob[items])

    data = (np.arange(len(names)),)
    bootstrap(data, statistic, n_resamples=resamples, vectorized=False, method="percentile", rng=0)


def speed() -> bool:
    """Print the seconds of each way; return whether the goal is met."""
    from pipeline.evaluation.resampling import Intervals, bootstrap
    from pipeline.evaluation.slices import slice_figures
    from pipeline.evaluation.summary import Scored

    y_true, y_prob, articles = data = predictions(np.random.default_rng(0), ARTICLES)
    intervals = Intervals(resamples=RESAMPLES)
    scored = Scored(articles, [False] * len(articles), y_true, y_prob)
    rows = [
        {"text": "word " * (1 + i % 40), "target": f"target {i % 4}", "outlet": f"outlet {i % 20}"}
        for i in range(len(y_true))
    ]
    bootstrap(*predictions(np.random.default_rng(0), 5), rng=np.random.default_rng(0), resamples=100)  # imports
    naive(*predictions(np.random.default_rng(0), 5), 1)
    ours = seconds(lambda: scored.estimates(intervals))
    print(f"{len(y_true):,} statements of {ARTICLES:,} articles, {RESAMPLES:,} resamples, CPU-s")
    print(f"  all metrics, on sums by article         {ours:8.2f}  (goal: under {GOAL:g})")
    print(f"  the risk-coverage curve                 {seconds(lambda: scored.selective(intervals)):8.2f}")
    sliced = seconds(lambda: slice_figures(rows, y_true, y_prob, articles, intervals))
    print(f"  macro-F1 and accuracy of 28 slices      {sliced:8.2f}")
    slow = RESAMPLES / FEW
    print(f"  all metrics, naive ({FEW} resamples x {slow:g})  {slow * seconds(lambda: naive(*data, FEW)):8.0f}")
    print(f"  macro-F1, scipy    ({FEW} resamples x {slow:g})  {slow * seconds(lambda: by_scipy(*data, FEW)):8.0f}")
    return ours < GOAL


def coverage(articles: int, trials: int, truth: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Return by metric the share of intervals that hold the truth, with articles drawn and with statements drawn."""
    from pipeline.evaluation.resampling import bootstrap

    rng = np.random.default_rng(1)
    held = {name: np.zeros(2) for name in METRICS}
    for _ in range(trials):
        y_true, y_prob, clusters = predictions(rng, articles)
        for way, drawn in enumerate((clusters, [str(i) for i in range(len(y_true))])):
            found = bootstrap(y_true, y_prob, drawn, rng=rng, metrics=METRICS, resamples=1000)
            for name in METRICS:
                held[name][way] += found[name].low <= truth[name] <= found[name].high
    return {name: tuple(counts / trials) for name, counts in held.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000, help="predictions drawn for each coverage")
    parser.add_argument("--check", action="store_true", help="status 1 where the goal is missed")
    options = parser.parse_args()
    met = speed()
    from pipeline.evaluation.metrics import METRICS as ALL

    y_true, y_prob, _ = predictions(np.random.default_rng(2), 40_000)
    truth = {name: ALL[name](y_true, y_prob) for name in METRICS}
    print(f"\nintervals that hold the truth, of {options.trials:,}: articles drawn, statements drawn")
    for articles in NUMBERS:
        shares = coverage(articles, options.trials, truth)
        print(f"{articles:>4} articles: " + ", ".join(f"{name} {a:.3f} {b:.3f}" for name, (a, b) in shares.items()))
    return int(options.check and not met)


if __name__ == "__main__":
    sys.exit(main())
