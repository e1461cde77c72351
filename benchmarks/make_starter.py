"""Make `models/starter`, the model that ships: train, calibrate, export as INT8 ONNX.

usage: python benchmarks/make_starter.py [--data FOLDER] [--out models/starter] [--work FOLDER]

1. All-MiniLM-L6-v2 learns sides from debate arguments.
2. It goes on with quotations: annotated real ones (train split, with our codings), those of further articles, invented
   ones; names and targets are exchanged in some. Training stops where a story-grouped fifth of train says so.
3. On that fifth it is calibrated, and its 8-bit form is compared with the whole one.

Nothing of the dev split, nothing of the founding documents, and no near-copy of their quotations is looked at. The same
data give the same predictions. ``--work`` keeps checkpoints, so that a run broken off goes on; it takes about two hours
on two processor cores.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import _statements as statements
import numpy as np
from _shared import ROOT, SHARED

SEED = 13
READING = {"title": True, "context_words": 40, "quote_words": 120}
COMMON = {"reading": READING, "max_tokens": 160, "batch": 32, "weight_decay": 0.01, "warmup": 0.1, "dropout": 0.0}
DEBATE = {**COMMON, "encoder": "all-MiniLM-L6-v2", "epochs": 1, "rate": 1e-4}
QUOTATIONS = {
    **COMMON, "epochs": 3, "rate": 1e-4, "label_smoothing": 0.05, "patience": 2,
    "augmentation": {"rename_vendors": 0.5, "rename_speakers": 0.3, "swap_targets": 0.15},
}  # fmt: skip
DISPUTED_WEIGHT = 0.7
"""Weight of a statement on which coders differ, beside 1 for the others."""

Rows = Sequence[Mapping[str, Any]]


def training_rows(data: Path) -> tuple[list[Any], list[Any]]:
    """Return the rows to fit on, and the held-out ones; near-copies of what is reported on are in neither."""
    parts = statements.real(data)
    reported = [*parts["dev"], *statements.founding(data.parent / "seeds")]
    fit, held = statements.held_out(statements.apart_from(parts["train"], reported))
    fit = statements.apart_from([*fit, *parts["more"], *statements.invented()], [*held, *reported])
    return fit, held


def soft(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Return what coders say of the rows: label shares, shape [n, 3], and weights, shape [n]."""
    shares = np.array([statements.voted(row["codings"])[1] for row in rows])
    return shares, np.where(shares.max(axis=1) > 0.99, 1.0, DISPUTED_WEIGHT)


def fitted(data: Path, work: Path) -> tuple[Any, list[Any], dict[str, int]]:
    """Return the calibrated model, the held-out rows, and the counts of its training data."""
    from pipeline.stance import Calibration, StanceModel
    from pipeline.stance.finetune import FinetunedClassifier

    arguments = statements.debate(data)
    first = FinetunedClassifier(**DEBATE, seed=SEED)
    first.fit_targets(statements.columns(arguments), *soft(arguments), fitting=_fitting(work / "debate"))
    encoder = work / "debate-encoder"
    encoder.mkdir(exist_ok=True)
    first.save(encoder)
    fit, held = training_rows(data)
    labels = [statements.voted(row["codings"])[0] for row in held]
    dev = (statements.columns(held), labels)
    second = FinetunedClassifier(str(encoder), **QUOTATIONS, seed=SEED)
    second.fit_targets(statements.columns(fit, "speaker"), *soft(fit), fitting=_fitting(work / "quotations", dev))
    counts = {"debate": len(arguments), "statements": len(fit), "held_out": len(held)}
    options = {"encoder": DEBATE["encoder"], **QUOTATIONS}
    model = StanceModel(second, Calibration(), options, {"made_by": Path(__file__).name, **counts}, SEED)
    return model.calibrated(*dev, method="temperature"), held, counts


def _fitting(folder: Path, dev: Any = None) -> Any:
    from pipeline.stance import Fitting

    began = time.monotonic()

    def show(step: int, figures: Mapping[str, float]) -> None:
        told = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
        print(f"{folder.name:<12}{step:>6}{time.monotonic() - began:>7.0f} s  {told}", flush=True)

    return Fitting(dev=dev, checkpoints=folder, observe=show)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED / "data", help="folder of the data beside the project")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "starter", help="where the model goes")
    parser.add_argument("--work", type=Path, help="folder of checkpoints; without it, a temporary one")
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        model, held, counts = fitted(arguments.data, work)
        print(counts, f"{time.monotonic() - began:.0f} s")
        export(model, held, arguments.out, work)
    return 0


def export(model: Any, held: Rows, out: Path, work: Path) -> None:
    """Write the model as ONNX, 8-bit where that costs nothing on the held-out rows; the card beside it stays."""
    from pipeline import stance
    from pipeline.stance.export import export_onnx

    stance.save(model, work / "whole")  # what the speed of the scorer is compared with
    dev = (statements.columns(held), [statements.voted(row["codings"])[0] for row in held])
    told = export_onnx(model, out, dev=dev).training["export"]
    print(f"{out}: {told}, {sum(path.stat().st_size for path in out.iterdir()) / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
