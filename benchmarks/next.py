"""What choosing the next statements saves: labels needed for the same macro-F1, beside statements drawn at random.

usage: python benchmarks/next.py [--seeds N] [--most N] [--part dev|held]

The real quotations play the pool. A hundred are drawn and count as labelled; then fifty at a time are asked for, by
``pipeline.labels.queue`` or at random, their labels looked up, and logistic regression over frozen MiniLM embeddings of
quotation and context is fitted again. Macro-F1 is that on the dev split, the mean over seeds; intervals draw seeds.
``--part held`` looks at the held-out fifth of train instead, where choices are made. Data beside the project is read in
place (QUOTESTANCE_SHARED, default ../shared).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import _statements as statements
import numpy as np
from _memory import remember
from _shared import need, run_parts
from make_starter import training_rows
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

FIRST, STEP = 100, 50
STRATEGIES = {
    "at random": None, "uncertainty": (1.0, 0.0), "novelty": (0.0, 1.0),
    "both, a quarter novelty": (1.0, 0.25), "both, half novelty": (1.0, 0.5), "both, three quarters": (1.0, 0.75),
}  # fmt: skip
"""Shares of novelty; None draws at random."""


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


def curve(pool: Pool, test: Pool, shares: tuple[float, float] | None, most: int, seed: int) -> list[float]:
    """Return macro-F1 on the test statements with 100, 150 … labels."""
    from pipeline.labels.queue import choose, uncertainties

    rng = np.random.default_rng(seed)
    order = rng.permutation(len(pool.y))
    labelled, scores = list(order[:FIRST]), []
    while True:
        model = LogisticRegression(C=3.0, class_weight="balanced", max_iter=500)
        model.fit(pool.vectors[labelled], pool.y[labelled])
        scores.append(float(f1_score(test.y, model.predict(test.vectors), average="macro")))
        if len(labelled) >= most:
            return scores
        left = np.setdiff1d(order, labelled)
        if shares is None:
            labelled += list(rng.choice(left, STEP, replace=False))
            continue
        unsure = uncertainties(model.predict_proba(pool.vectors[left])) * shares[0]
        chosen = choose(
            STEP, unsure, pool.vectors[left], pool.vectors[labelled], diversity=shares[1],
            stories=[pool.stories[i] for i in left], targets=[pool.targets[i] for i in left],
        )  # fmt: skip
        labelled += [left[choice.index] for choice in chosen]


def needed(scores: np.ndarray, level: float) -> float:
    """Return the labels at which a mean curve reaches the level for the first time, between two steps by a line."""
    above = np.flatnonzero(scores >= level)
    if not len(above):
        return float("nan")
    step = above[0]
    share = 0.0 if step == 0 else (level - scores[step - 1]) / (scores[step] - scores[step - 1]) - 1
    return float(FIRST + STEP * (step + share))


def on_pool(seeds: int, most: int, part: str) -> bool:
    """Print a line a strategy."""
    (data,) = need("data")
    fit, held = training_rows(data)
    pool = Pool(fit)
    test = Pool(held if part == "held" else statements.real(data)["dev"])
    print(f"pool {len(pool.y):,}, {part} {len(test.y)}, {seeds} seeds, {FIRST} labels at first, {STEP} a time")
    found = {
        name: np.array([curve(pool, test, shares, most, seed) for seed in range(seeds)])
        for name, shares in STRATEGIES.items()
    }
    level = found["at random"].mean(axis=0)[-1]
    rng = np.random.default_rng(0)
    print(f"{'':<28}{'300':>7}{'500':>7}{most:>7}  labels for {level:.3f}")
    for name, scores in found.items():
        draws = [needed(scores[rng.integers(seeds, size=seeds)].mean(axis=0), level) for _ in range(2000)]
        low, high = np.nanpercentile(draws, [2.5, 97.5])
        at = [scores.mean(axis=0)[(n - FIRST) // STEP] for n in (300, 500, most)]
        figures = "".join(f"{value:>7.3f}" for value in at)
        print(f"{name:<28}{figures}  {needed(scores.mean(axis=0), level):,.0f} [{low:,.0f}, {high:,.0f}]", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--most", type=int, default=1000, help="labels at the end")
    parser.add_argument("--part", choices=("dev", "held"), default="dev")
    parser.add_argument("--work", type=Path, help="folder that keeps embeddings for a later run")
    arguments = parser.parse_args()
    remember(arguments.work)
    run_parts({"next": lambda: on_pool(arguments.seeds, arguments.most, arguments.part)}, [])
    return 0


if __name__ == "__main__":
    sys.exit(main())
