"""What choosing the next statements saves: labels needed for the same macro-F1, beside statements drawn at random.

usage: python benchmarks/next.py [--seeds N] [--most N] [--part dev|held ...] [--from SEED] [--only WORD ...]

The real quotations play the pool. A hundred are drawn and count as labelled; then fifty at a time are asked for, by
``pipeline.labels.queue``, by scikit-activeml (skipped where it is not installed) or at random, their labels looked up,
and logistic regression over frozen MiniLM embeddings of quotation and context is fitted again. Macro-F1 is that on the
dev split, the mean over seeds; intervals draw seeds. The last columns are the mean of a curve less that of the default,
draw by draw, with a t interval, and the seconds that a choice takes. ``--part held`` looks at the held-out fifth of
train instead, where choices are made. Data beside the project is read in place (QUOTESTANCE_SHARED, default ../shared).
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import _activeml as activeml
import _statements as statements
import numpy as np
from _memory import remember
from _shared import Absent, need, run_parts
from make_starter import training_rows
from scipy.stats import t as student_t
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

FIRST, STEP = 100, 50
STRATEGIES = {
    "at random": None, "uncertainty": (1.0, 0.0), "novelty": (0.0, 1.0),
    "both, a quarter novelty": (1.0, 0.25), "both, half novelty": (1.0, 0.5), "both, three quarters": (1.0, 0.75),
}  # fmt: skip
"""Shares of uncertainty and of novelty; None draws at random."""
DEFAULT = "uncertainty"


class Pool:
    """Statements, their labels and vectors, shape [n, 768]."""

    def __init__(self, rows: list[Any]) -> None:
        from pipeline.stance.embedding import EmbeddingClassifier
        from pipeline.train_config import load_train_config

        changes = ["model.blocks=[quote, context]", "model.layers=[-1]"]
        options = load_train_config(changes, model="embedding").options()
        encoder = EmbeddingClassifier(**options)
        self.stories, self.targets = [row["story_id"] for row in rows], [row["target"] for row in rows]
        self.y = np.array([row["label"] for row in rows])
        self.vectors = vectors_of(encoder, rows)


def vectors_of(classifier: Any, rows: list[Any]) -> np.ndarray:
    """Return embeddings of quotation and context, side by side, of unit length."""
    from pipeline.stance.embedder import Embedder
    from pipeline.stance.encoders import find_encoder

    classifier.embedder_ = Embedder(find_encoder(classifier.encoder), classifier.max_tokens, classifier.layers)
    values = classifier._values(statements.columns(rows))
    return np.asarray(values / np.linalg.norm(values, axis=1, keepdims=True))


def curve(pool: Pool, tests: list[Pool], name: str, most: int, seed: int) -> tuple[np.ndarray, float]:
    """Return macro-F1 with 100, 150 … labels, shape [tests, steps], and the seconds that a choice took."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(pool.y))
    labelled, scores, seconds = list(order[:FIRST]), [], []
    choose = by_shares(pool, STRATEGIES[name], rng) if name in STRATEGIES else activeml.strategies(seed)[name]
    while True:
        model = LogisticRegression(C=3.0, class_weight="balanced", max_iter=500)
        model.fit(pool.vectors[labelled], pool.y[labelled])
        scores.append([f1_score(test.y, model.predict(test.vectors), average="macro") for test in tests])
        if len(labelled) >= most:
            return np.array(scores).T, float(np.mean(seconds))
        start = time.perf_counter()
        labelled += choose(pool.vectors, pool.y, labelled, model, STEP)
        seconds.append(time.perf_counter() - start)


def by_shares(pool: Pool, shares: tuple[float, float] | None, rng: np.random.Generator) -> activeml.Choose:
    """Return the strategy of the project with these shares, or that of chance."""
    from pipeline.labels.queue import choose, uncertainties

    def chosen(vectors: np.ndarray, labels: np.ndarray, labelled: Any, model: Any, count: int) -> list[int]:
        left = np.setdiff1d(np.arange(len(labels)), labelled)
        if shares is None:
            return list(rng.choice(left, count, replace=False))
        unsure = uncertainties(model.predict_proba(vectors[left])) * shares[0]
        choices = choose(
            count, unsure, vectors[left], vectors[labelled], diversity=shares[1],
            stories=[pool.stories[i] for i in left], targets=[pool.targets[i] for i in left],
        )  # fmt: skip
        return [left[choice.index] for choice in choices]

    return chosen


def needed(scores: np.ndarray, level: float) -> float:
    """Return the labels at which a mean curve reaches the level for the first time, between two steps by a line."""
    above = np.flatnonzero(scores >= level)
    if not len(above):
        return float("nan")
    step = above[0]
    share = 0.0 if step == 0 else (level - scores[step - 1]) / (scores[step] - scores[step - 1]) - 1
    return float(FIRST + STEP * (step + share))


def difference(scores: np.ndarray, others: np.ndarray) -> tuple[float, float, float]:
    """Return the mean lead of curves, shapes [seeds, steps], over others of the same seeds, and its 95 % t interval."""
    leads = (scores - others).mean(axis=1)
    half = student_t.ppf(0.975, len(leads) - 1) * leads.std(ddof=1) / np.sqrt(len(leads))
    return float(leads.mean()), float(leads.mean() - half), float(leads.mean() + half)


def others() -> list[str]:
    """Return the names of scikit-activeml's strategies; none, and a line that says why, where it is not installed."""
    try:
        return list(activeml.strategies(0))
    except Absent as reason:
        print(f"skipped: {reason}")
        return []


def on_pool(seeds: range, most: int, parts: list[str], only: list[str]) -> bool:
    """Print a table a part, with a line a strategy: chance, the default, and those whose names have a word."""
    (data,) = need("data")
    fit, held = training_rows(data)
    pool = Pool(fit)
    tests = [Pool(held if part == "held" else statements.real(data)["dev"]) for part in parts]
    names = [*STRATEGIES, *others()]
    chosen = [name for name in names if name in ("at random", DEFAULT) or any(word in name for word in only)]
    curves = {name: [curve(pool, tests, name, most, seed) for seed in seeds] for name in chosen}
    seconds = {name: float(np.mean([spent for _, spent in draws])) for name, draws in curves.items()}
    for i, part in enumerate(parts):
        sizes = f"pool {len(pool.y):,}, {part} {len(tests[i].y)}, {len(seeds)} seeds"
        print(f"{sizes}, {FIRST} labels at first, {STEP} a time")
        show({name: np.array([scores[i] for scores, _ in draws]) for name, draws in curves.items()}, seconds, most)
    return True


def show(found: dict[str, np.ndarray], seconds: dict[str, float], most: int) -> None:
    """Print a line a strategy, of curves of shape [seeds, steps]."""
    level = found["at random"].mean(axis=0)[-1]
    rng = np.random.default_rng(0)
    print(f"{'':<28}{'300':>7}{'500':>7}{most:>7}  labels for {level:.3f}, mean less the default's, seconds")
    for name, scores in found.items():
        draws = [needed(scores[rng.integers(len(scores), size=len(scores))].mean(axis=0), level) for _ in range(2000)]
        low, high = np.nanpercentile(draws, [2.5, 97.5])
        at = [scores.mean(axis=0)[(n - FIRST) // STEP] for n in (300, 500, most)]
        figures = "".join(f"{value:>7.3f}" for value in at)
        labels = f"{needed(scores.mean(axis=0), level):,.0f} [{low:,.0f}, {high:,.0f}]"
        lead = "{:+.3f} [{:+.3f}, {:+.3f}]".format(*difference(scores, found[DEFAULT]))
        print(f"{name:<28}{figures}  {labels:<18}{lead:<25}{seconds[name]:>6.2f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--from", dest="start", type=int, default=0, metavar="SEED", help="the first seed")
    parser.add_argument("--only", nargs="+", default=[""], metavar="WORD", help="strategies whose names have a word")
    parser.add_argument("--most", type=int, default=1000, help="labels at the end")
    parser.add_argument("--part", choices=("dev", "held"), default=["dev"], nargs="+")
    parser.add_argument("--work", type=Path, help="folder that keeps embeddings for a later run")
    arguments = parser.parse_args()
    if arguments.seeds < 2 or arguments.most < 500:
        parser.error("--seeds below 2 leaves no interval, and --most below 500 no line for 500 labels")
    remember(arguments.work)
    seeds = range(arguments.start, arguments.start + arguments.seeds)
    run_parts({"next": lambda: on_pool(seeds, arguments.most, arguments.part, arguments.only)}, [])
    return 0


if __name__ == "__main__":
    sys.exit(main())
