"""Weak labels: how good labelling functions are on real quotations, alone, together, and as training data.

usage: python benchmarks/weak.py [functions] [together] [training]

functions  each function that comes along, on the train split: coverage, overlap, conflict, accuracy on gold
together   macro-F1 of majority vote and of Dawid and Skene on dev, on the statements with a label and on all of them,
           those without counted as neutral
training   macro-F1 on dev of the default model (TF-IDF), trained on a few statements with gold, and on these and weak
           labels of all others, or of further articles alone

The words of the functions were weighed on the train split, so that the first table flatters them, and weak labels of
its statements are better than those of others. Nothing was looked at on dev to choose anything. Data beside the project
is read in place (QUOTESTANCE_SHARED, default ../shared); without it all parts are skipped. Intervals are 95 %, and
clustered by article.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

import _statements as statements
import numpy as np
from _shared import need, run_parts

SIZES = (125, 500)
"""Statements with gold, as many as somebody may label in an afternoon, or in a week."""
SEED = 13

Row = Mapping[str, Any]


class Real:
    """The real quotations as statements, put together when they are first asked for."""

    @cached_property
    def parts(self) -> dict[str, list[Any]]:
        """Statements of ``train``, whole stories in a random order, of ``more`` articles, and of ``dev``."""
        parts = statements.real(need("data")[0])
        train = statements.apart_from(parts["train"], parts["dev"])
        train.sort(key=lambda row: sha256(row["story_id"].encode()).hexdigest())
        more = statements.apart_from(parts["more"], [*train, *parts["dev"]])
        return {
            "train": [statement(row, "train") for row in train],
            "more": [statement(row, "train") for row in more],
            "dev": [statement(row, "dev") for row in parts["dev"]],
        }


def statement(row: Row, split: str) -> Any:
    """Return a row as the pipeline has it."""
    from pipeline.records import Statement

    names = ("article_id", "story_id", "text", "context", "target", "speaker", "label", "ambiguous")
    given = {name: row[name] for name in names} | {"context": row["context"] or "", "title": row["title"] or ""}
    return Statement(statement_id=row["id"], coder_type="model", split=split, **given)


def unlabelled(rows: Sequence[Any]) -> list[Any]:
    """Return statements as if no coder had seen them."""
    from dataclasses import replace

    return [replace(row, label=None, coder_type=None) for row in rows]


def votes_on(rows: Sequence[Any]) -> Any:
    """Return the votes of the functions that come along."""
    from pipeline.labels.builtin import BUILTIN
    from pipeline.labels.votes import apply

    return apply(BUILTIN, unlabelled(rows), max_faults=0.0)


def indices(rows: Sequence[Any]) -> np.ndarray:
    """Return the labels of statements as a vote matrix has them."""
    from pipeline.evaluation.metrics import encode

    return encode([row.label for row in rows]).astype(np.int8)


def on_functions(real: Real) -> bool:
    """Print the table of functions on the train split."""
    from pipeline.labels.votes import report

    rows = real.parts["train"]
    votes = votes_on(rows)
    print(f"train split, n = {len(rows)}; {(votes.matrix >= 0).any(axis=1).mean():.3f} with a vote")
    print(f"{'':<24}{'votes for':<18}{'coverage':>9}{'overlap':>9}{'conflict':>9}{'n':>6}{'accuracy':>10}")
    for row in report(votes, indices(rows)):
        sides = " ".join(label.removesuffix("-restriction") for label in row.labels)
        print(
            f"{row.name:<24}{sides:<18}{row.coverage:>9.3f}{row.overlap:>9.3f}{row.conflict:>9.3f}{row.gold:>6}"
            + (f"{row.accuracy:>10.2f}" if row.accuracy is not None else f"{'-':>10}")
        )
    return True


def on_together(real: Real) -> bool:
    """Print what label models say of dev; they learn from the votes on train, and where told so from its labels."""
    from pipeline.labels.label_model import NO_VOTE, DawidSkene, MajorityVote

    train, more, dev = (real.parts[name] for name in ("train", "more", "dev"))
    learnt = votes_on([*train, *more]).matrix
    votes, y_true = votes_on(dev).matrix, indices(dev)
    known = {size: np.full(len(learnt), NO_VOTE, dtype=np.int8) for size in SIZES}
    for size in SIZES:
        known[size][:size] = indices(train[:size])
    models = {
        "majority vote": MajorityVote(),
        "Dawid and Skene, votes alone": DawidSkene().fit(learnt),
        **{f"… and {size} gold labels": DawidSkene().fit(learnt, known[size]) for size in SIZES},
        "… abstentions as missing answers": DawidSkene(abstentions="missing").fit(learnt),
    }
    print(f"dev, n = {len(dev)}{'':<20}{'n':>5}  {'macro-F1, with a label':<26}{'right':>6}{'sure':>6}  all")
    for name, model in models.items():
        _line(name, dev, y_true, model.predict_proba(votes))
    return True


def _line(name: str, rows: Sequence[Any], y_true: np.ndarray, y_prob: np.ndarray) -> None:
    from pipeline.labels.label_model import NO_VOTE, decided
    from pipeline.records import LABELS

    chosen = decided(y_prob)
    kept = np.flatnonzero(chosen != NO_VOTE)
    articles = [row.article_id for row in rows]
    covered = _macro_f1(y_true[kept], chosen[kept], [articles[index] for index in kept])
    whole = _macro_f1(y_true, np.where(chosen == NO_VOTE, LABELS.index("neutral"), chosen), articles)
    right, sure = (chosen[kept] == y_true[kept]).mean(), y_prob[kept].max(axis=1).mean()
    print(f"{name:<34}{len(kept):>5}  {covered:<26}{right:>6.3f}{sure:>6.3f}  {whole}", flush=True)


def _macro_f1(y_true: np.ndarray, chosen: np.ndarray, articles: Sequence[str]) -> str:
    from pipeline.evaluation.resampling import bootstrap

    y_prob = np.eye(3)[chosen]
    rng = np.random.default_rng(SEED)
    return _told(bootstrap(y_true.astype(np.int64), y_prob, articles, rng=rng, metrics=["macro_f1"])["macro_f1"])


def _told(found: Any) -> str:
    value, low, high = (found[k] if isinstance(found, dict) else getattr(found, k) for k in ("value", "low", "high"))
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def on_training(real: Real) -> bool:
    """Print macro-F1 on dev of the default model, trained without and with weak labels."""
    from pipeline.stages.gain import gain
    from pipeline.stages.weak import label_weakly
    from pipeline.weak_config import WeakConfig

    train, more, dev = (real.parts[name] for name in ("train", "more", "dev"))
    print(f"{'gold':>5}{'weak':>6}  {'labelled':<18}{'by':<16}{'without':<24}{'with':<24}difference")
    for size in (*SIZES, len(train)):
        pools = {"all others": [*train[size:], *more], "further articles": more}
        for pool, model in (
            ("all others", "dawid-skene"), ("all others", "majority-vote"), ("further articles", "dawid-skene")
        ):  # fmt: skip
            if pool == "all others" and size == len(train):
                continue  # there the two pools are one
            gold = train[:size]
            weak = label_weakly(WeakConfig(label_model=model), gold, unlabelled(pools[pool])).statements
            found = gain("tfidf", [*gold, *dev], weak, seed=SEED)
            told = "".join(f"{_told(found[name]):<24}" for name in ("without", "with", "difference"))
            print(f"{size:>5}{len(weak):>6}  {pool:<18}{model:<16}{told.rstrip()}", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="functions, together, training")
    chosen = parser.parse_args().parts
    real = Real()
    parts = {
        "functions": lambda: on_functions(real),
        "together": lambda: on_together(real),
        "training": lambda: on_training(real),
    }
    if unknown := set(chosen) - set(parts):
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are: {', '.join(parts)}")
    run_parts(parts, chosen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
