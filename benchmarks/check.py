"""How far the likely errors of ``stance annotate check`` are to be trusted: errors planted in the starter corpus.

usage: python benchmarks/check.py [--model tfidf] [--share 0.05] [--seeds N]

A share of the gold labels is turned into another at random; the rest counts as right, though some may be wrong. Then
the labels are looked at as the command does it. Of its suspects, the likeliest errors first, a row says how many are
planted (precision), how many of those planted are among them (recall), and how many get their right label back. Means
over seeds, and the range. Chance is the share that was planted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _memory import remember
from _shared import ROOT, stance

LENGTHS = (20, 50, 100, None)
"""First so many suspects that are looked at; None looks at all."""


def gold(folder: Path) -> list[Any]:
    """Return the labelled statements of the starter corpus, as the command has them."""
    from pipeline.labels.align import align
    from pipeline.labels.gold import read_gold
    from pipeline.storage import read_articles, read_table

    table = folder / "quotes.parquet"
    stance("ingest", ROOT / "seeds" / "articles", "--out", table)
    articles = list(read_articles(folder / "quotes.articles.parquet"))
    return list(align(read_gold(ROOT / "seeds" / "gold.jsonl"), read_table(table), articles).statements)


def planted(y: Sequence[str], share: float, rng: np.random.Generator) -> tuple[list[str], set[int]]:
    """Return the labels with some turned into another, and which."""
    from pipeline.records import LABELS

    wrong = rng.choice(len(y), round(share * len(y)), replace=False)
    given = list(y)
    for index in wrong:
        given[index] = str(rng.choice([label for label in LABELS if label != y[index]]))
    return given, set(wrong.tolist())


def look(statements: Sequence[Any], config: Any, share: float, seed: int) -> list[float]:
    """Return the model's share of right labels, the number of suspects, and the figures of each length."""
    from pipeline import stance as models
    from pipeline.labels.checks import likely_errors
    from pipeline.records import LABELS
    from pipeline.stages.annotate_check import unseen

    y = [str(statement.label) for statement in statements]
    given, wrong = planted(y, share, np.random.default_rng(seed))
    table = {name: [getattr(statement, name) for statement in statements] for name in models.COLUMNS}
    y_prob = unseen(table, given, [statement.story_id for statement in statements], config)
    suspects = likely_errors(given, y_prob)
    figures = [float(np.mean([LABELS[best] == label for best, label in zip(y_prob.argmax(1), y, strict=True)]))]
    figures.append(len(suspects))
    for length in LENGTHS:
        found = [suspect for suspect in suspects[:length] if suspect.index in wrong]
        mended = sum(suspect.label == y[suspect.index] for suspect in found)
        figures += [len(found) / len(suspects[:length]), len(found) / len(wrong), mended / max(len(found), 1)]
    return figures


def told(values: np.ndarray) -> str:
    """Return mean and range."""
    return f"{values.mean():.3f} ({values.min():.3f} to {values.max():.3f})"


def main() -> int:
    from pipeline.config import CheckConfig, load_config

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="tfidf", help="a file of configs/models")
    parser.add_argument("--share", type=float, default=0.05, help="of the labels that are planted errors")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--work", type=Path, help="folder that keeps embeddings for a later run")
    arguments = parser.parse_args()
    remember(arguments.work)
    config = load_config(CheckConfig, "check", [f"model={arguments.model}"])
    with tempfile.TemporaryDirectory() as folder:
        statements = gold(Path(folder))
    rows = np.array([look(statements, config, arguments.share, seed) for seed in range(arguments.seeds)])
    wrong = round(arguments.share * len(statements))
    print(f"{len(statements)} labels, {wrong} planted errors, {arguments.seeds} seeds, model {arguments.model}")
    print(f"labels that the model gives itself  {told(rows[:, 0])}")
    print(f"suspects                            {rows[:, 1].mean():.0f} of {len(statements)}")
    print(f"{'looked at':<12}{'precision':<26}{'recall':<26}right label back")
    for number, length in enumerate(LENGTHS):
        precision, recall, mended = (rows[:, 2 + 3 * number + i] for i in range(3))
        print(f"{length or 'all':<12}{told(precision):<26}{told(recall):<26}{mended.mean():.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
