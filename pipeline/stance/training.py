"""Fine-tuning of a sequence classifier on pairs of texts with soft targets and weights, by the Hugging Face Trainer."""

from __future__ import annotations

import logging
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import ModelError
from pipeline.stance.adapters import adapt
from pipeline.stance.checkpoints import latest, load_weights
from pipeline.stance.encoders import quiet
from pipeline.stance.networks import Network, freeze, open_network, require, set_dropout
from pipeline.stance.span_network import open_span_network
from pipeline.stance.trainer import LengthGrouped, macro_f1, make_trainer, progress, run_out, watcher
from pipeline.stance.training_options import (
    Examples,
    TrainingOptions,
    fingerprint,
    resolved_precision,
    trainer_arguments,
)

_log = logging.getLogger(__name__)


def fit_network(
    examples: Examples,
    encoder: Path,
    options: TrainingOptions,
    *,
    seed: int = 0,
    dev: Examples | None = None,
    folder: Path | None = None,
    observe: Callable[[int, Mapping[str, float]], None] | None = None,
) -> Network:
    """Return an encoder fine-tuned on pairs of texts, in evaluation mode.

    Parameters
    ----------
    encoder
        Folder of an encoder, or of a network fitted before: its head is kept if it has one of three labels.
    dev
        For early stopping: the weights of the epoch with the best macro-F1 are kept. Without it all epochs count and
        the last weights are kept. The likeliest label of each target is the true one; weights are not looked at.
    folder
        Keeps checkpoints, at the end of each epoch and every ten minutes. A fit of the same data, options, device and
        versions goes on from the last one and ends with the weights that it would have had; they stay when it is done.
    observe
        Called with a step and ``loss``, or ``dev_macro_f1`` and ``dev_loss``. Figures between the last checkpoint and
        a break are told twice.

    Raises
    ------
    ModelError
        If the encoder cannot be read, the options do not fit it or this machine, or the loss stops being a number.
    """
    require("torch", "transformers", "datasets", "accelerate", "safetensors")
    options = replace(options, precision=resolved_precision(options.precision))
    network = _prepared(encoder, options, seed)
    mark = fingerprint(examples, dev, encoder, options, seed) if folder else {}
    place = nullcontext(str(folder)) if folder else tempfile.TemporaryDirectory(prefix="quotestance-")
    with place as output, quiet(), _seeds_put_back():
        last = latest(Path(output), mark) if folder else None
        train = _dataset(network, _smoothed(examples, options.label_smoothing))
        held_out = _dataset(network, replace(dev, weights=None), ordered=True) if dev else None
        callbacks = [watcher(options.patience, observe, timed=folder is not None)]
        callbacks += [progress()] if sys.stderr.isatty() else []
        trainer = make_trainer(
            mark,
            LengthGrouped([len(ids) for ids in train["input_ids"]], options.batch * options.accumulate, seed),
            model=network.model,
            args=trainer_arguments(
                output, options, len(train), seed=seed, dev=dev is not None, resumable=folder is not None
            ),
            data_collator=partial(_collated, network),
            train_dataset=train,
            eval_dataset=held_out,
            compute_metrics=_figures,
            callbacks=callbacks,
        )
        _train(trainer, last, options.patience)
        # Without what it was wrapped in for half precision, so that it scores before saving as it does after.
        model = trainer.accelerator.unwrap_model(trainer.model, keep_fp32_wrapper=False)
    return replace(network, model=model.eval(), fresh=frozenset())


def _prepared(encoder: Path, options: TrainingOptions, seed: int) -> Network:
    """Return the network with those weights open to training that the options name."""
    network = opened(encoder, options, seed)
    if options.dropout is not None:
        set_dropout(network.model, options.dropout)
    if options.lora is None:
        freeze(network.model, options.freeze_layers)
        return network
    if options.freeze_layers:
        raise ModelError("freeze_layers: lora trains no layer of the encoder anyway; set freeze_layers to 0")
    return adapt(network, options.lora, seed=seed)


def opened(folder: Path, options: TrainingOptions, seed: int, *, whole: bool = False) -> Network:
    """Return the encoder in a folder under the head that the options name; ``whole`` if it was trained already."""
    if options.layers is None:
        return open_network(folder, max_tokens=options.max_tokens, seed=seed, whole=whole)
    if options.lora is not None:
        raise ModelError("layers: with lora the encoder's own head is trained; set one of the two to null")
    return open_span_network(folder, options.layers, max_tokens=options.max_tokens, seed=seed, whole=whole)


def _dataset(network: Network, examples: Examples, *, ordered: bool = False) -> Any:
    """Return tokenized rows with targets and weights, 1 on average, in memory; ``ordered`` sorts them by length."""
    from datasets import Dataset

    weights = np.ones(len(examples.pairs)) if examples.weights is None else examples.weights
    rows = [
        {**row, "targets": target, "weights": weight}
        for row, target, weight in zip(
            network.encode(examples.pairs), examples.targets.tolist(), (weights / weights.mean()).tolist(), strict=True
        )
    ]
    if ordered:
        rows.sort(key=lambda row: len(row["input_ids"]))
    return Dataset.from_dict({name: [row[name] for row in rows] for name in rows[0]})


def _smoothed(examples: Examples, share: float) -> Examples:
    return replace(examples, targets=examples.targets * (1 - share) + share / examples.targets.shape[1])


def _collated(network: Network, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    import torch

    own = {name: torch.tensor([row[name] for row in rows], dtype=torch.float32) for name in ("targets", "weights")}
    return network.collate(rows) | own


def _figures(found: Any) -> dict[str, float]:
    return {"macro_f1": macro_f1(found.predictions, found.label_ids)}


def _train(trainer: Any, last: Path | None, patience: int | None) -> None:
    """Run the Trainer from the start or from its last checkpoint, and put the best weights into its model."""
    import torch
    from transformers import PrinterCallback, TrainerState

    trainer.remove_callback(PrinterCallback)
    state: Any = TrainerState.load_from_json(str(last / "trainer_state.json")) if last else TrainerState()
    if last:
        _log.info("%s: going on from step %d", last, state.global_step)
    if not run_out(state.log_history, patience):
        try:
            trainer.train(resume_from_checkpoint=str(last) if last else None)
        except torch.OutOfMemoryError as error:
            raise ModelError("the GPU's memory is too small; take a smaller batch and a larger accumulate") from error
        state = trainer.state
    if state.best_global_step:
        load_weights(trainer.model, Path(trainer.args.output_dir) / f"checkpoint-{state.best_global_step}")


@contextmanager
def _seeds_put_back() -> Iterator[None]:
    """Let the Trainer seed everything that draws random numbers, and leave it as it was found."""
    import torch

    python, array = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[torch.cuda.current_device()] if torch.cuda.is_available() else []):
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(array)
