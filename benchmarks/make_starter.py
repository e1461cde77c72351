"""Make `models/starter`, the model that ships: tune an encoder, calibrate, export as INT8 ONNX.

usage: python benchmarks/make_starter.py [--data FOLDER] [--out models/starter] [--work FOLDER] [--encoder NAME]
                                         [--plain]

The lower eight layers of all-mpnet-base-v2 read target, context, quotation and title. The lowest five are rounded to
about 2.7 bits a weight and stay so. The three above learn from annotated real quotations (train split, and those of
further articles) which side is taken, and from the invented statements of ``seeds/`` what a "not" does; they are then
rounded, too, and a kernel machine is fitted over what they say of the real ones.

A story-grouped fifth of the train split is kept out of training: there the model is calibrated, and its 8-bit form is
compared with the whole one. The kernel machine is then fitted once more, with that fifth. Nothing of the dev split,
nothing of the founding documents, and no near-copy of their quotations is looked at. The same data give the same model
on the same kind of processor. ``--work`` keeps checkpoints, so that a run broken off goes on; ``--encoder`` is a name
or a folder. With ``--plain`` the encoder is rounded and learns nothing.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import _statements as statements
import numpy as np
from _memory import remember
from _shared import ROOT, SHARED

from pipeline.train_config import load_train_config

SEED = 13
CONFIG = "mpnet"
"""Configuration under ``configs/models`` of the model that ships."""
LAYERS = 8
"""Lower layers of the larger encoder that stay; the upper ones were trained to tell topics apart, not sides."""
STEPS = {"step": 0.75, "word_step": 0.62, "rare_word_step": 1.5}
"""How coarsely its weights are rounded: what fits in 30 MB."""
FROZEN = 5
"""The lowest of them, which learn nothing: other debates use their words in other ways."""
TUNING: Mapping[str, Any] = {
    "epochs": 3, "batch": 32, "rate": 1.5e-4, "dropout": 0.1, "label_smoothing": 0.05, "balance_targets": 1.0,
    "class_weight": None, "patience": None, "augmentation": {"swap_targets": 0.3}, "precision": "bf16",
}  # fmt: skip
"""How the others learn, as in ``configs/models/finetuned.yaml``; chosen on the held-out fifth."""

Rows = Sequence[Mapping[str, Any]]


def training_rows(data: Path) -> tuple[list[Any], list[Any]]:
    """Return the real rows to fit on, and the held-out ones; near-copies of what is reported on are in neither."""
    parts = statements.real(data)
    reported = [*parts["dev"], *statements.founding(data.parent / "seeds")]
    fit, held = statements.held_out(statements.apart_from(parts["train"], reported))
    return statements.apart_from([*fit, *parts["more"]], [*held, *reported]), held


def invented_rows(data: Path, held: Rows) -> list[Any]:
    """Return the invented statements to tune on; near-copies of what is held out or reported on are not among them."""
    reported = [*statements.real(data)["dev"], *statements.founding(data.parent / "seeds")]
    return statements.apart_from(statements.invented(), [*held, *reported])


def origin(arguments: argparse.Namespace, fit: Rows, held: Rows, invented: Rows) -> dict[str, Any]:
    """Return what the model is to tell of its training: enough to know the rows again by, and no text."""
    # Where data and checkpoints lie changes nothing in the model: such paths are left out.
    encoder = arguments.encoder and Path(arguments.encoder)
    chosen = ["--encoder", encoder.name if encoder.is_dir() else arguments.encoder] if encoder else []
    script = Path(__file__).resolve().relative_to(ROOT)
    return {
        "made_by": script.name,
        "command": " ".join(["python", script.as_posix(), *chosen, *(["--plain"] if arguments.plain else [])]),
        "git_commit": git_commit(),
        "data": statements.files(arguments.data),
        "rows_sha256": statements.digest([*fit, *held]),
        "rows": len(fit) + len(held),
        "statements": len(fit),
        "held_out": len(held),
        "invented": 0 if arguments.plain else len(invented),
    }


def git_commit() -> str | None:
    """Return the commit of the project, with ``-dirty`` behind it where files differ from it; None outside git."""
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def columns_and_labels(rows: Rows) -> Any:
    """Return the rows as a classifier learns from them."""
    return statements.columns(rows), [row["label"] for row in rows]


def embedding(rows: Rows, encoder: str) -> tuple[Any, dict[str, Any]]:
    """Return the classifier fitted on the rows, and its options."""
    import torch

    from pipeline.stance.embedding import EmbeddingClassifier

    options = load_train_config(model=CONFIG).options() | {"encoder": encoder}
    # What half precision takes from the vectors is far less than 8-bit weights will; it takes a third of the time.
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return EmbeddingClassifier(**options, seed=SEED).fit(*columns_and_labels(rows)), options


def small_encoder(name: str | None, rows: Rows, work: Path, *, plain: bool, invented: Rows = ()) -> str:
    """Return the folder of the encoder that ships, made unless it is there; None is the configuration's.

    Parameters
    ----------
    rows
        What the roundings are fitted to, and with ``invented`` what the upper layers learn from.
    """
    lower, upper, folder = work / "lower", work / "upper", work / ("plain" if plain else "encoder")
    name = name or load_train_config(model=CONFIG).options()["encoder"]
    if plain:
        _made(folder, partial(_round, name, rows))
    elif not folder.exists():
        _made(lower, partial(_round, name, rows, last=FROZEN))
        _made(upper, partial(_tune, lower, [*rows, *invented], work / "checkpoints"))
        _made(folder, partial(_round, str(upper), rows, first=FROZEN))
    return str(folder)


def _made(folder: Path, make: Callable[[Path], None]) -> None:
    """Have a folder made unless it is there; one that was broken off is made afresh."""
    if folder.exists():
        return
    began, part = time.monotonic(), folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    make(part)
    part.rename(folder)
    print(f"{folder.name}: {time.monotonic() - began:.0f} s", flush=True)


def _round(name: str, rows: Rows, folder: Path, **layers: int) -> None:
    from pipeline.stance.encoders import find_encoder
    from pipeline.stance.inputs import Reading, pairs
    from pipeline.stance.rounding import Rounding, round_encoder

    table = statements.columns(rows)
    del table["speaker"]  # names that others are asked about are words, too
    texts = pairs(table, Reading(**load_train_config(model=CONFIG).options()["reading"]))
    order = np.random.default_rng(SEED).permutation(len(texts))
    round_encoder(find_encoder(name), [texts[index] for index in order], Rounding(LAYERS, **STEPS, **layers), folder)


def _tune(lower: Path, rows: Rows, checkpoints: Path, folder: Path) -> None:
    from pipeline.stance.finetune import FinetunedClassifier

    options = load_train_config(model=CONFIG).options()
    read = {name: options[name] for name in ("reading", "max_tokens", "layers")}
    classifier = FinetunedClassifier(str(lower), **read, **TUNING, freeze_layers=FROZEN, seed=SEED)
    classifier.fit(*columns_and_labels(rows), _fitting(checkpoints)).network_.save_encoder(folder)


def _fitting(folder: Path) -> Any:
    from pipeline.stance import Fitting

    began = time.monotonic()

    def show(step: int, figures: Mapping[str, float]) -> None:
        told = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
        print(f"{step:>6}{time.monotonic() - began:>7.0f} s  {told}", flush=True)

    return Fitting(checkpoints=folder, observe=show)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED / "data", help="folder of the data beside the project")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "starter", help="where the model goes")
    parser.add_argument("--work", type=Path, help="folder of checkpoints; without it, a temporary one")
    parser.add_argument("--encoder", help="a name or a folder; default: what the configuration names")
    parser.add_argument("--plain", action="store_true", help="round the encoder without training any of its layers")
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
    invented = invented_rows(arguments.data, held)
    told = origin(arguments, fit, held, invented)
    encoder = small_encoder(arguments.encoder, fit, work, plain=arguments.plain, invented=invented)
    classifier, options = embedding(fit, encoder)
    print(told)
    model = StanceModel(classifier, Calibration(), options, told, SEED).calibrated(*dev, method="temperature")
    stance.save(model, work / "whole")  # what the speed of the scorer is compared with
    exported = export_onnx(model, work / "exported", dev=dev)
    exported.classifier.head_ = embedding([*fit, *held], encoder)[0].head_  # type: ignore[attr-defined]
    exported = replace(exported, training={**exported.training, "fitted_again_on": len(fit) + len(held)})
    stance.save(exported, arguments.out)
    size = sum(path.stat().st_size for path in arguments.out.iterdir()) / 1e6
    print(f"{arguments.out}: {exported.training['export']}, {size:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
