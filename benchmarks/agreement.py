"""Agreement between coders: seconds of the bootstrap and of the command, and how often its intervals hold the truth.

usage: python benchmarks/agreement.py [--trials N]

Codings are invented. Seconds are CPU time (goal: 10,000 resamples of 2,000 units and 3 coders in under 10). Coverage is
the share of 95 % intervals of alpha, each from other codings, that hold the alpha of very many articles.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

GOAL = 10.0
CODERS = (3, 10)
ARTICLES = (10, 20, 40, 80)
PER_ARTICLE = 5

_STANCE = "import sys; from pipeline.cli import main; sys.exit(main(sys.argv[1:]))"


def codes(rng: np.random.Generator, articles: int, per_article: int, coders: int) -> np.ndarray:
    """Return labels of coders who are right four times in five; half of an article's statements are of one label."""
    n = articles * per_article
    truth = np.where(rng.random(n) < 0.5, np.repeat(rng.integers(0, 3, articles), per_article), rng.integers(0, 3, n))
    hard = np.repeat(rng.random(articles) < 0.2, per_article)  # articles on which coders guess more
    right = rng.random((n, coders)) < np.where(hard, 0.4, 0.85)[:, None]
    return np.where(right, truth[:, None], rng.integers(0, 3, (n, coders)))


def data(articles: int, per_article: int, coders: int) -> Any:
    """Return codes with their units and articles."""
    from pipeline.labels.reliability import Codes
    from pipeline.records import LABELS

    names = [f"article{i // per_article:05}" for i in range(articles * per_article)]
    return Codes(
        labels=LABELS,
        coders=tuple(f"coder{i}" for i in range(coders)),
        types=("human",) * coders,
        codes=codes(np.random.default_rng(0), articles, per_article, coders),
        units=tuple((f"{name}:{i}-{i + 1}", None) for i, name in enumerate(names)),
        clusters=tuple(names),
    )


def bootstrap_seconds(articles: int, per_article: int, coders: int) -> float:
    """Return the CPU seconds of all figures of a group, 10,000 resamples."""
    from pipeline.labels.coder_groups import measure
    from pipeline.labels.reliability import Draws

    codings = data(articles, per_article, coders)
    start = time.process_time()
    measure(codings, Draws())
    return time.process_time() - start


def rows(codings: Any) -> Iterator[str]:
    """Yield the codings in long form."""
    for (statement_id, _), labels in zip(codings.units, codings.codes, strict=True):
        for coder, label in zip(codings.coders, labels, strict=True):
            named = {"statement_id": statement_id, "coder": coder, "coder_type": "human"}
            yield json.dumps({**named, "label": codings.labels[label]}) + "\n"


def command_seconds(coders: int) -> float:
    """Return the seconds of the whole command over 2,000 statements, start included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "codings.jsonl"
        path.write_text("".join(rows(data(400, PER_ARTICLE, coders))), encoding="utf-8")
        start = time.perf_counter()
        arguments = ["annotate", "agreement", str(path), "--json"]
        subprocess.run([sys.executable, "-c", _STANCE, *arguments], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start


def coverage(articles: int, trials: int) -> tuple[float, float]:
    """Return the share of intervals that hold the truth, and their mean width."""
    from pipeline.labels.agreement import alpha, coincidences
    from pipeline.resampling import bootstrap_sums

    rng = np.random.default_rng(1)
    truth = alpha(coincidences(codes(rng, 40_000, PER_ARTICLE, 2), 3).sum(axis=0, keepdims=True))[0]
    names = [str(i // PER_ARTICLE) for i in range(articles * PER_ARTICLE)]
    held, widths = 0, []
    for _ in range(trials):
        tallies = coincidences(codes(rng, articles, PER_ARTICLE, 2), 3)
        found = bootstrap_sums(tallies, {"alpha": alpha}, names, rng=rng, resamples=1000)["alpha"]
        held += found.low <= truth <= found.high
        widths.append(found.high - found.low)
    return held / trials, float(np.mean(widths))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000, help="codings drawn for each coverage")
    trials = parser.parse_args().trials
    bootstrap_seconds(10, 2, 2)  # imports
    for coders in CODERS:
        single, grouped = bootstrap_seconds(2000, 1, coders), bootstrap_seconds(400, PER_ARTICLE, coders)
        cost = f"{single:.1f} CPU-s by statement, {grouped:.1f} by article"
        print(f"2,000 units, {coders:>2} coders, 10,000 resamples: {cost}")
    print(f"the whole command, 3 coders: {command_seconds(3):.1f} s (goal of the bootstrap: under {GOAL:g})")
    for articles in ARTICLES:
        share, width = coverage(articles, trials)
        print(f"{articles:>3} articles: {share:.3f} of intervals hold alpha, mean width {width:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
