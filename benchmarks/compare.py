"""Comparison of runs: seconds of the command, and how often its intervals and verdicts are right.

usage: python benchmarks/compare.py [--trials N]

Predictions are invented. Seconds are those of `stance compare` on two runs with 5,000 statements of 1,000 articles and
10,000 resamples (goal: under 10). Then, for test sets of few and of many articles, each drawn anew: the share of 95 %
intervals of the difference in macro-F1 that hold the true one, and of two models that are equally good, how often each
test calls one better. Beside it stands the same with statements drawn and swapped one by one, and McNemar's test.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

GOAL = 10.0
ARTICLES = (10, 20, 40, 100, 300)
PER_ARTICLE = 5
RIGHT = 0.6
BETTER = 0.68
LIKE = 4.0
"""Of a model's chance within an article: a Beta distribution's two parameters sum to it. The less, the more alike."""

_STANCE = "import sys; from pipeline.cli import main; sys.exit(main(sys.argv[1:]))"


def drawn(rng: np.random.Generator, articles: int, means: tuple[float, float]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return gold labels, and the probabilities of two models, right with a chance of their own in each article."""
    n = articles * PER_ARTICLE
    of_article = np.repeat(rng.integers(0, 3, articles), PER_ARTICLE)
    y_true = np.where(rng.random(n) < 0.5, of_article, rng.integers(0, 3, n))
    models = []
    for mean in means:
        chance = np.repeat(rng.beta(LIKE * mean, LIKE * (1 - mean), articles), PER_ARTICLE)
        said = np.where(rng.random(n) < chance, y_true, (y_true + rng.integers(1, 3, n)) % 3)
        spread = rng.dirichlet([1, 1, 1], n) + 2 * np.eye(3)[said]
        models.append(spread / spread.sum(axis=1, keepdims=True))
    return y_true, models


def truth(means: tuple[float, float]) -> float:
    """Return the difference in macro-F1 on very many articles."""
    from pipeline.evaluation.metrics import macro_f1

    y_true, (a, b) = drawn(np.random.default_rng(2), 200_000, means)
    return macro_f1(y_true, b) - macro_f1(y_true, a)


def difference(y_true: np.ndarray, models: list[np.ndarray], names: np.ndarray, seed: int) -> Any:
    """Return the difference in macro-F1, where what has one name is drawn and swapped together."""
    from pipeline.evaluation.paired import Draws, differences
    from pipeline.evaluation.resampling import DECOMPOSED, confusion_items

    a, b = (confusion_items(y_true, model) for model in models)
    figures = {"macro_f1": DECOMPOSED["macro_f1"].combine}
    return differences(a, b, figures, names.tolist(), Draws(resamples=1000, seed=seed))["macro_f1"]


def simulated(articles: int, trials: int) -> dict[str, float]:
    """Return shares of intervals that hold the truth, and of verdicts on models that are equally good."""
    from pipeline.evaluation.paired import mcnemar

    rng = np.random.default_rng(1)
    n = articles * PER_ARTICLE
    units = {"article": np.repeat(np.arange(articles), PER_ARTICLE), "statement": np.arange(n)}
    better = truth((RIGHT, BETTER))
    found = dict.fromkeys((f"{what} {unit}" for what in ("held", "p", "interval", "verdict") for unit in units), 0)
    found |= {"mcnemar": 0, "told": 0}
    for seed in range(trials):
        y_true, models = drawn(rng, articles, (RIGHT, BETTER))
        y_null, null = drawn(rng, articles, (RIGHT, RIGHT))
        found["mcnemar"] += mcnemar(y_null, *null).p < 0.05
        for unit, names in units.items():
            real, nothing = difference(y_true, models, names, seed), difference(y_null, null, names, seed)
            found[f"held {unit}"] += real.low <= better <= real.high
            found[f"p {unit}"] += nothing.p < 0.05
            found[f"interval {unit}"] += nothing.low > 0 or nothing.high < 0
            found[f"verdict {unit}"] += nothing.tells(nothing.p, 0.05)
            found["told"] += unit == "article" and real.tells(real.p, 0.05)
    return {name: count / trials for name, count in found.items()}


def folders(root: Path, articles: int) -> list[str]:
    """Return two report folders with invented predictions."""
    from pipeline.records import LABELS
    from pipeline.storage import schema_of, write_table

    y_true, models = drawn(np.random.default_rng(0), articles, (RIGHT, BETTER))
    rng = np.random.default_rng(3)
    told = {"target": 12, "outlet": 20, "kind": 3, "speaker_type": 3}
    values = {name: rng.integers(0, count, len(y_true)) for name, count in told.items()}
    for name, y_prob in zip(("first", "second"), models, strict=True):
        rows = [
            {
                "statement_id": f"a{i // PER_ARTICLE:04}:{i}-{i + 1}",
                "article_id": f"a{i // PER_ARTICLE:04}",
                "text": "“one of many invented quotations”",
                "label": LABELS[label],
                "published": f"{2020 + i % 6}-01-01",
                **{column: f"{column} {value[i]}" for column, value in values.items()},
                **dict(zip(("p_anti", "p_neutral", "p_pro"), map(float, probabilities), strict=True)),
            }
            for i, (label, probabilities) in enumerate(zip(y_true, y_prob, strict=True))
        ]
        write_table(root / name / "predictions.parquet", rows, schema_of(list(rows[0])))
    return [str(root / "first"), str(root / "second")]


def seconds(articles: int) -> tuple[float, float, float]:
    """Return wall and CPU seconds of the whole command, start included, and CPU seconds of the comparison in it."""
    from pipeline.evaluation.compare import compare
    from pipeline.stages.evaluated_runs import read_run

    with tempfile.TemporaryDirectory() as folder:
        runs = folders(Path(folder), articles)
        start = time.perf_counter()
        arguments = [sys.executable, "-c", _STANCE, "compare", *runs, "--json"]
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall = time.perf_counter() - start
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        read = [read_run(run) for run in runs]
        compare(read)  # imports
        start = time.process_time()
        comparison = compare(read)
        cpu = time.process_time() - start
    (pair,) = comparison.pairs
    print(f"{comparison.items.n:,} statements, {len(pair.slices)} slices, {len(pair.flips):,} flips")
    return wall, spent.ru_utime + spent.ru_stime, cpu


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000, help="test sets drawn for each number of articles")
    trials = parser.parse_args().trials
    wall, cpu, own = seconds(1000)
    print(f"stance compare, 10,000 resamples: {cpu:.1f} CPU-s (goal: under {GOAL:g}), {wall:.1f} s")
    print(f"the comparison itself: {own:.1f} CPU-s")
    for articles in ARTICLES:
        found = simulated(articles, trials)
        print(
            f"{articles:>3} articles: intervals hold the truth {found['held article']:.3f} "
            f"(by statement {found['held statement']:.3f}); false alarms: verdict {found['verdict article']:.3f}, "
            f"p {found['p article']:.3f}, interval {found['interval article']:.3f} (by statement: verdict "
            f"{found['verdict statement']:.3f}, p {found['p statement']:.3f}, interval "
            f"{found['interval statement']:.3f}; McNemar {found['mcnemar']:.3f}); real difference told "
            f"{found['told']:.3f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
