"""The Hugging Face Trainer for soft targets with weights, and what it does between its steps."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.stance import checkpoints

SAVE_SECONDS = 600.0
"""A checkpoint is written this often beside those at the end of each epoch."""

SCORE = "eval_macro_f1"


class LengthGrouped:
    """Row numbers in a new random order each epoch, rows of like length together: batches hold little padding.

    The order hangs on the seed and the epoch alone, so that a fit that goes on sees the rows it would have seen.
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        self.lengths, self.batch, self.seed, self.epoch = np.asarray(lengths), batch, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Take the order of an epoch; the Trainer calls it."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng([self.seed, self.epoch])
        order = rng.permutation(len(self.lengths))
        # Sorted within parts of the data: sorted as a whole, every epoch would make the same batches.
        part = self.batch * max(1, min(50, len(order) // (4 * self.batch)))
        parts = [order[at : at + part] for at in range(0, len(order), part)]
        order = np.concatenate([rows[np.argsort(self.lengths[rows], kind="stable")] for rows in parts])
        full = len(order) // self.batch * self.batch
        # The batch that is not full stays last, else all behind it would be shifted.
        batches = rng.permutation(order[:full].reshape(-1, self.batch))
        yield from np.concatenate([batches.ravel(), order[full:]]).tolist()


def macro_f1(logits: npt.NDArray[Any], targets: npt.NDArray[Any]) -> float:
    """Return the mean F1 of the labels that occur or are predicted, in [0, 1]; the likeliest label counts."""
    from sklearn.metrics import f1_score

    true, predicted = targets.argmax(1), logits.argmax(1)
    return float(f1_score(true, predicted, labels=range(targets.shape[1]), average="macro", zero_division=np.nan))


def run_out(history: Sequence[Mapping[str, Any]], patience: int | None) -> bool:
    """Return whether the last ``patience`` evaluations of a log brought nothing better."""
    scores = [entry[SCORE] for entry in history if SCORE in entry]
    return patience is not None and len(scores) - 1 - int(np.argmax(scores or [0])) >= patience


def watcher(patience: int | None, observe: Callable[[int, Mapping[str, float]], None] | None, *, timed: bool) -> Any:
    """Return the callback that stops early, saves by the clock if ``timed``, and tells the figures."""
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):  # type: ignore[misc, unused-ignore]
        """Keeps nothing that a resumed fit would miss: what it needs stands in the Trainer's log."""

        def __init__(self) -> None:
            self.saved = time.monotonic()

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            # At the end of an epoch a checkpoint is due anyway, after the evaluation that belongs to it.
            within = state.global_step % (state.max_steps // state.num_train_epochs) != 0
            if timed and within and time.monotonic() - self.saved >= SAVE_SECONDS:
                control.should_save = True

        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.saved = time.monotonic()

        def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if run_out(state.log_history, patience):
                control.should_training_stop = True

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            names = {"loss": "loss", "eval_loss": "dev_loss", SCORE: "dev_macro_f1"}
            figures = {name: float(logs[key]) for key, name in names.items() if key in logs}
            if not all(map(math.isfinite, figures.values())):
                raise ModelError(f"step {state.global_step}: the loss is no number any more; lower the rate")
            if figures and observe is not None:
                observe(state.global_step, figures)

    return Watcher()


def progress() -> Any:
    """Return a callback that shows a bar on standard error, and no figures."""
    from transformers.trainer_callback import ProgressCallback

    class Bar(ProgressCallback):  # type: ignore[misc, unused-ignore]
        def on_log(self, *_: Any, **__: Any) -> None:
            """Say nothing; the original prints to standard output."""

    return Bar()


def make_trainer(fingerprint: Mapping[str, Any], sampler: LengthGrouped, **given: Any) -> Any:
    """Return a Trainer over rows with ``targets`` [3] and ``weights``; its checkpoints hold no pickle.

    Parameters
    ----------
    fingerprint
        What a checkpoint belongs to.
    **given
        Arguments of the Trainer.
    """
    from torch.nn.functional import cross_entropy
    from transformers import Trainer

    class SoftTrainer(Trainer):  # type: ignore[misc, unused-ignore]
        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            return sampler

        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            targets, weights = inputs["targets"], inputs["weights"]
            outputs = model(**{name: inputs[name] for name in inputs if name not in ("targets", "weights")})
            loss = (weights * cross_entropy(outputs.logits.float(), targets, reduction="none")).mean()
            return (loss, outputs) if return_outputs else loss

        # What follows takes the place of every function that would write or open a pickle.

        def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
            checkpoints.save_weights(self.model, Path(str(output_dir)))

        def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
            checkpoints.load_weights(self.model, Path(resume_from_checkpoint))

        def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
            checkpoints.save_optimizer(self.optimizer, self.lr_scheduler, Path(output_dir))

        def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
            checkpoints.load_optimizer(self.optimizer, self.lr_scheduler, Path(str(checkpoint)))

        def _save_rng_state(self, output_dir: str) -> None:
            checkpoints.save_draws(Path(output_dir))

        def _load_rng_state(self, checkpoint: str | None) -> None:
            checkpoints.load_draws(Path(str(checkpoint)))

        def _save_scaler(self, output_dir: str) -> None:
            checkpoints.save_scale(self.accelerator.scaler, Path(output_dir))

        def _load_scaler(self, checkpoint: str | None) -> None:
            checkpoints.load_scale(self.accelerator.scaler, Path(str(checkpoint)))

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            super()._save_checkpoint(model, trial)
            checkpoints.seal(Path(str(self.args.output_dir)) / f"checkpoint-{self.state.global_step}", fingerprint)

    trainer = SoftTrainer(**given)
    trainer.model_accepts_loss_kwargs = False  # the loss above is a mean over its batch
    return trainer
