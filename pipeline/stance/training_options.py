"""How a network is fine-tuned, from what, and what that means to the Hugging Face Trainer."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.files import sha256_file, sha256_text
from pipeline.stance.adapters import LoraOptions
from pipeline.stance.networks import Pair
from pipeline.stance.trainer import SCORE

Precision = Literal["auto", "fp32", "bf16", "fp16"]
FloatArray = npt.NDArray[np.float64]

LOG_STEPS = 10
"""The loss is told as the mean of so many steps."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to fine-tune.

    Parameters
    ----------
    max_tokens
        Longer pairs are cut.
    epochs, batch, accumulate
        Passes over the data, rows of a batch, and batches of one step.
    rate, weight_decay
        Peak learning rate and decay of AdamW; the rate falls linearly to zero after the warm-up.
    warmup
        Share of the steps over which the rate rises.
    patience
        Stop after so many epochs that bring no better macro-F1 on dev; None goes through all epochs.
    label_smoothing
        Share of each target that is spread over all labels.
    lora
        Train adapters and the head only.
    precision
        ``auto`` takes ``bf16`` or ``fp16`` on a GPU and ``fp32`` elsewhere.
    dropout
        Inside the encoder; None keeps what its configuration says. Without any, a step takes a quarter less time on a
        processor.
    freeze_layers
        Keep the embeddings and this many of the lowest layers as they are, without dropout; 0 trains everything.
    layers
        Of the encoder, by number: the head reads their means over the quotation and over what stands around it, and
        those above are dropped. None reads all layers as the encoder's makers meant it, mostly by its first token.
    """

    max_tokens: int = 160
    epochs: int = 4
    batch: int = 16
    accumulate: int = 1
    rate: float = 1e-4
    weight_decay: float = 0.01
    warmup: float = 0.1
    patience: int | None = 2
    label_smoothing: float = 0.0
    lora: LoraOptions | None = None
    precision: Precision = "auto"
    dropout: float | None = None
    freeze_layers: int = 0
    layers: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Examples:
    """What is learnt from.

    Parameters
    ----------
    targets
        Probabilities of the labels, shape [n, 3]; rows sum to 1.
    weights
        How much each row counts, shape [n]; only their proportions matter. None counts every row alike.
    """

    pairs: Sequence[Pair]
    targets: FloatArray
    weights: FloatArray | None = None


def resolved_precision(wanted: Precision) -> Precision:
    """Return ``fp32``, ``bf16`` or ``fp16``."""
    import torch

    gpu = torch.cuda.is_available()
    if wanted == "fp16" and not gpu:
        raise ModelError("precision fp16: there is no GPU here, and processors train in fp32 or bf16; take auto")
    if wanted != "auto":
        return wanted
    # Emulated bf16 would be slower than single precision.
    return ("bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16") if gpu else "fp32"


def fingerprint(
    examples: Examples, dev: Examples | None, encoder: Path, options: TrainingOptions, seed: int
) -> dict[str, Any]:
    """Return what a fit hangs on, as JSON knows it."""
    from importlib.metadata import version

    import torch

    files = sorted([*encoder.glob("*.safetensors"), encoder / "config.json", encoder / "tokenizer.json"])
    mark = {
        "data": _digest(examples),
        "dev": _digest(dev) if dev else None,
        "encoder": {path.name: sha256_file(path) for path in files if path.is_file()},
        "options": asdict(options),
        "seed": seed,
        "device": "cuda" if torch.cuda.is_available() else "cpu",
        "versions": {name: version(name) for name in ("torch", "transformers", "accelerate")},
    }
    return dict(json.loads(json.dumps(mark)))


def _digest(examples: Examples) -> str:
    weights = None if examples.weights is None else examples.weights.tolist()
    return sha256_text(json.dumps([list(examples.pairs), examples.targets.tolist(), weights]))


def trainer_arguments(
    output: str, options: TrainingOptions, rows: int, *, seed: int, dev: bool, resumable: bool
) -> Any:
    """Return the Trainer's arguments for options with a resolved precision.

    Parameters
    ----------
    rows
        Number of rows that are trained on.
    dev
        Whether there are held-out rows.
    resumable
        Whether ``output`` keeps whole checkpoints.
    """
    import torch
    from transformers import TrainingArguments

    gpu, steps = torch.cuda.is_available(), math.ceil(rows / options.batch / options.accumulate)
    arguments = TrainingArguments(
        output_dir=output, num_train_epochs=options.epochs, seed=seed % 2**32,
        per_device_train_batch_size=options.batch, gradient_accumulation_steps=options.accumulate,
        per_device_eval_batch_size=64, label_names=["targets"], remove_unused_columns=False,
        learning_rate=options.rate, weight_decay=options.weight_decay, lr_scheduler_type="linear",
        warmup_steps=options.warmup, max_grad_norm=1.0,
        bf16=options.precision == "bf16", fp16=options.precision == "fp16", use_cpu=not gpu, dataloader_pin_memory=gpu,
        eval_strategy="epoch" if dev else "no", metric_for_best_model=SCORE if dev else None,
        greater_is_better=True if dev else None,
        # Without a place for checkpoints only the best weights are kept, in a folder that goes when the fit is done.
        save_strategy="epoch" if resumable else "best" if dev else "no", save_only_model=not resumable,
        save_total_limit=2, logging_steps=min(LOG_STEPS, steps), logging_nan_inf_filter=False,
        report_to="none", disable_tqdm=True, log_level="error",
    )  # fmt: skip
    if arguments.n_gpu > 1:
        arguments._n_gpu = (
            1  # on several GPUs the Trainer multiplies the batch, and the same options would mean another
        )
    return arguments
