"""Make `models/starter`, the model that ships: train, calibrate, export as INT8 ONNX.

usage: python benchmarks/make_starter.py [--kind embedding|finetuned] [--data FOLDER] [--out models/starter]
                                         [--work FOLDER] [--encoder NAME]

embedding  what ships: a kernel machine over what the lower eight layers of all-mpnet-base-v2, rounded to about 2.7 bits
           a weight, say of target, context, quotation and title, learnt from annotated real quotations (train split,
           and those of further articles)
finetuned  All-MiniLM-L6-v2 fine-tuned: on debate arguments, then on invented statements, then on the real quotations,
           with names and targets exchanged in some; an hour on one processor core

A story-grouped fifth of the train split is kept out of training: there fine-tuning stops, the model is calibrated, and
its 8-bit form is compared with the whole one. A head over an encoder that stays as it is is then fitted once more, with
that fifth. Nothing of the dev split, nothing of the founding documents, and no near-copy of their quotations is looked
at. The same data give the same model. ``--work`` keeps checkpoints, so that a run broken off goes on; ``--encoder`` is
a name or a folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import _statements as statements
import numpy as np
from _memory import remember
from _shared import ROOT, SHARED

SEED = 13
READING = {"title": True, "context_words": 40, "quote_words": 120}
COMMON: Mapping[str, Any] = {
    "reading": READING, "max_tokens": 160, "batch": 32, "rate": 1e-4, "weight_decay": 0.01, "warmup": 0.1,
    "dropout": 0.0,
}  # fmt: skip
ENCODER = "all-MiniLM-L6-v2"
CONFIG = "mpnet"
"""Configuration under ``configs/models`` of the model that ships."""
LAYERS = 8
"""Lower layers of the larger encoder that stay; the upper ones were trained to tell topics apart, not sides."""
STEPS = {"step": 0.75, "word_step": 0.62, "rare_word_step": 1.5}
"""How coarsely its weights are rounded: what fits in 30 MB."""
STAGES: Mapping[str, dict[str, Any]] = {
    "debate": {"epochs": 1},
    "invented": {"epochs": 1, "dropout": 0.1, "augmentation": {"swap_targets": 0.1}},
    "real": {
        "epochs": 2, "dropout": 0.1, "patience": None,
        "augmentation": {"rename_vendors": 0.2, "swap_targets": 0.1},
    },
}  # fmt: skip
"""What fine-tuning learns from, one after the other, and how."""
DISPUTED_WEIGHT = 0.7
"""Weight of a statement on which coders differ, beside 1 for the others."""
FIRST_CODER = 0.6
"""What the coder counts who came with a statement; our codings of it share the rest."""

Rows = Sequence[Mapping[str, Any]]


def training_rows(data: Path) -> tuple[list[Any], list[Any]]:
    """Return the real rows to fit on, and the held-out ones; near-copies of what is reported on are in neither."""
    parts = statements.real(data)
    reported = [*parts["dev"], *statements.founding(data.parent / "seeds")]
    fit, held = statements.held_out(statements.apart_from(parts["train"], reported))
    return statements.apart_from([*fit, *parts["more"]], [*held, *reported]), held


def soft(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Return what coders say of the rows: label shares, shape [n, 3], and weights, shape [n]."""
    from pipeline.stance.base import one_hot

    votes = np.array([statements.voted(row["codings"])[1] for row in rows])
    shares = FIRST_CODER * one_hot([row["label"] for row in rows]) + (1 - FIRST_CODER) * votes
    return shares, np.where(shares.max(axis=1) > 0.99, 1.0, DISPUTED_WEIGHT)


def columns_and_labels(rows: Rows) -> Any:
    """Return the rows as a classifier learns from them."""
    return statements.columns(rows), [row["label"] for row in rows]


def embedding(rows: Rows, encoder: str) -> tuple[Any, dict[str, Any]]:
    """Return the classifier fitted on the rows, and its options."""
    from pipeline.stance.embedding import EmbeddingClassifier
    from pipeline.train_config import load_train_config

    options = load_train_config(model=CONFIG).options() | {"encoder": encoder}
    return EmbeddingClassifier(**options, seed=SEED).fit(*columns_and_labels(rows)), options


def rounded(name: str | None, rows: Rows, folder: Path) -> str:
    """Return the folder of the smaller encoder, made unless it is there; None is the configuration's."""
    from pipeline.stance.encoders import find_encoder
    from pipeline.stance.inputs import Reading, pairs
    from pipeline.stance.rounding import Rounding, round_encoder
    from pipeline.train_config import load_train_config

    if not folder.exists():
        options = load_train_config(model=CONFIG).options()
        name = name or options["encoder"]
        table = statements.columns(rows)
        del table["speaker"]  # names that others are asked about are words, too
        texts = pairs(table, Reading(**options["reading"]))
        order = np.random.default_rng(SEED).permutation(len(texts))
        partial = folder.with_suffix(".part")
        round_encoder(find_encoder(name), [texts[index] for index in order], Rounding(LAYERS, **STEPS), partial)
        partial.rename(folder)
    return str(folder)


def finetuned(data: Path, fit: Rows, held: Rows, dev: Any, work: Path) -> tuple[Any, dict[str, int]]:
    from pipeline.stance.finetune import FinetunedClassifier

    reported = [*held, *statements.real(data)["dev"], *statements.founding(data.parent / "seeds")]
    stages = {
        "debate": statements.debate(data),
        "invented": statements.apart_from(statements.invented(), reported),
        "real": fit,
    }
    encoder = ENCODER
    for name, rows in stages.items():
        classifier = FinetunedClassifier(encoder, **{**COMMON, **STAGES[name]}, seed=SEED)
        fitting = _fitting(work / name, dev if name == "real" else None)
        classifier.fit_targets(statements.columns(rows, "speaker"), *soft(rows), fitting=fitting)
        folder = work / f"{name}-encoder"
        folder.mkdir(exist_ok=True)
        classifier.save(folder)
        encoder = str(folder)
    return classifier, {name: len(rows) for name, rows in stages.items() if name != "real"}


def _fitting(folder: Path, dev: Any = None) -> Any:
    from pipeline.stance import Fitting

    began = time.monotonic()

    def show(step: int, figures: Mapping[str, float]) -> None:
        told = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
        print(f"{folder.name:<12}{step:>6}{time.monotonic() - began:>7.0f} s  {told}", flush=True)

    return Fitting(dev=dev, checkpoints=folder, observe=show)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("embedding", "finetuned"), default="embedding")
    parser.add_argument("--data", type=Path, default=SHARED / "data", help="folder of the data beside the project")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "starter", help="where the model goes")
    parser.add_argument("--work", type=Path, help="folder of checkpoints; without it, a temporary one")
    parser.add_argument(
        "--encoder", help="of kind embedding: a name or a folder; default: what the configuration names"
    )
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        remember(work / "embeddings")
        make(arguments, work)
        print(f"{time.monotonic() - began:.0f} s")
    return 0


def make(arguments: argparse.Namespace, work: Path) -> None:
    """Train, calibrate, and write as ONNX, 8-bit where that costs next to nothing; the card beside the model stays."""
    from pipeline import stance
    from pipeline.stance import Calibration, StanceModel
    from pipeline.stance.export import export_onnx

    fit, held = training_rows(arguments.data)
    dev = columns_and_labels(held)
    told: dict[str, Any] = {"made_by": Path(__file__).name, "statements": len(fit), "held_out": len(held)}
    if arguments.kind == "embedding":
        encoder = rounded(arguments.encoder, fit, work / "encoder")
        classifier, options = embedding(fit, encoder)
    else:
        classifier, more = finetuned(arguments.data, fit, held, dev, work)
        told, options = told | more, {"encoder": ENCODER, **COMMON, **STAGES["real"]}
    print(told)
    model = StanceModel(classifier, Calibration(), options, told, SEED).calibrated(*dev, method="temperature")
    stance.save(model, work / "whole")  # what the speed of the scorer is compared with
    exported = export_onnx(model, work / "exported", dev=dev)
    if arguments.kind == "embedding":  # nothing is left to choose
        exported.classifier.head_ = embedding([*fit, *held], encoder)[0].head_  # type: ignore[attr-defined]
        exported = replace(exported, training={**exported.training, "fitted_again_on": len(fit) + len(held)})
    stance.save(exported, arguments.out)
    size = sum(path.stat().st_size for path in arguments.out.iterdir()) / 1e6
    print(f"{arguments.out}: {exported.training['export']}, {size:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
