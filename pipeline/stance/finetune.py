"""A transformer fine-tuned on statements, read together with their target and context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt

from pipeline.records import LABELS
from pipeline.stance.adapters import LoraOptions, adapt, load_adapter, save_adapter
from pipeline.stance.augmentation import Augmentation, augmented
from pipeline.stance.balance import target_balance
from pipeline.stance.base import ALONE, Fitting, Probabilities, StatementTable, column, one_hot
from pipeline.stance.encoders import Encoder, find_encoder
from pipeline.stance.inputs import Reading, pairs
from pipeline.stance.linear import check_labels
from pipeline.stance.networks import Network, Pair
from pipeline.stance.training import fit_network, opened
from pipeline.stance.training_options import Examples, Precision, TrainingOptions

FloatArray = npt.NDArray[np.float64]


class FinetunedClassifier:
    """Any encoder as a classifier of (target, statement in its context).

    Parameters
    ----------
    encoder
        A folder, the name of an installed package's encoder, or a name in the hub.
    reading
        Fields of ``inputs.Reading``.
    max_tokens, epochs, batch, accumulate, rate, weight_decay, warmup, patience, label_smoothing, precision
        As in ``TrainingOptions``; ``dropout``, ``freeze_layers`` and ``layers`` too.
    class_weight
        ``balanced`` weighs each class by the inverse of its share; None counts every statement once.
    balance_targets
        As in ``embedding.EmbeddingClassifier``.
    lora
        Fields of ``LoraOptions``; None trains the whole encoder.
    download, revision
        Whether the encoder may be fetched from the hub, and at which commit.
    topics
        What is known of each target: its ``aliases`` are masked where the reading masks vendors.
    """

    name: ClassVar[str] = "finetuned"
    # peft is needed where a model has adapters, and comes with the extra that brings the rest.
    requirements: ClassVar[tuple[str, ...]] = ("numpy", "torch", "transformers", "tokenizers", "safetensors", "peft")

    def __init__(
        self,
        encoder: str,
        *,
        reading: Mapping[str, Any],
        max_tokens: int = 160,
        epochs: int = 4,
        batch: int = 16,
        accumulate: int = 1,
        rate: float = 1e-4,
        weight_decay: float = 0.01,
        warmup: float = 0.1,
        patience: int | None = 2,
        class_weight: Literal["balanced"] | None = "balanced",
        label_smoothing: float = 0.0,
        balance_targets: float = 0.0,
        lora: Mapping[str, Any] | None = None,
        precision: Precision = "auto",
        dropout: float | None = None,
        freeze_layers: int = 0,
        layers: Sequence[int] | None = None,
        augmentation: Mapping[str, Any] | None = None,
        download: bool = False,
        revision: str | None = None,
        topics: Mapping[str, Mapping[str, Any]] | None = None,
        seed: int = 0,
    ) -> None:
        self.encoder = encoder
        self.reading = Reading(**reading)
        self.options = TrainingOptions(
            max_tokens=max_tokens, epochs=epochs, batch=batch, accumulate=accumulate, rate=rate, warmup=warmup,
            weight_decay=weight_decay, patience=patience, label_smoothing=label_smoothing, precision=precision,
            lora=None if lora is None else LoraOptions(**lora), freeze_layers=freeze_layers,
            dropout=dropout, layers=None if layers is None else tuple(layers),
        )  # fmt: skip
        self.augmentation = None if augmentation is None else Augmentation(**augmentation)
        self.class_weight = class_weight
        self.balance_targets = balance_targets
        self.download = download
        self.revision = revision
        self.topics = topics or {}
        self.seed = seed

    @property
    def classes_(self) -> tuple[str, ...]:
        """The codebook's labels, in the order of the probability columns."""
        return LABELS

    def fit(self, table: StatementTable, y: Sequence[str], fitting: Fitting = ALONE) -> Self:
        """Fine-tune the encoder and return self.

        With ``fitting.dev`` the epoch of the best macro-F1 there is kept; without it, the last of all epochs.

        Raises
        ------
        ModelError
            If a label has no statement, the encoder is not there, or the options do not fit it or this machine.
        """
        check_labels(y)
        weights = None if fitting.weights is None else np.asarray(fitting.weights, dtype=np.float64)
        return self.fit_targets(table, one_hot(y), weights, fitting=fitting)

    def fit_targets(
        self, table: StatementTable, targets: FloatArray, weights: FloatArray | None = None, *, fitting: Fitting = ALONE
    ) -> Self:
        """Fine-tune on probabilities instead of labels, a teacher's for instance, and return self.

        Parameters
        ----------
        targets
            Shape [n, 3], rows sum to 1, columns in the order of ``classes_``.
        weights
            How much each statement counts, shape [n]; None counts each alike. Class weights come on top.
        """
        self.encoder_ = self._find_encoder()
        likeliest = [LABELS[index] for index in targets.argmax(axis=1)]
        counts = target_balance(column(table, "target"), likeliest, self.balance_targets)
        if weights is not None:
            counts = counts * np.asarray(weights, dtype=np.float64)
        if self.augmentation is not None:
            table, targets, counts = augmented(table, targets, counts, self.augmentation, seed=self.seed)
        if self.class_weight == "balanced":
            counts = counts * (targets @ _class_weights(targets, counts))
        dev = fitting.dev if fitting.dev and len(fitting.dev[1]) else None
        self.network_ = fit_network(
            Examples(self._pairs(table), targets, counts),
            self.encoder_.folder,
            self.options,
            seed=self.seed,
            dev=Examples(self._pairs(dev[0]), one_hot(dev[1])) if dev else None,
            folder=fitting.checkpoints,
            observe=fitting.observe,
        )
        return self

    def predict_proba(self, table: StatementTable) -> Probabilities:
        """Return probabilities, shape [n, 3], columns in the order of ``classes_``; on a GPU where there is one."""
        return self.network_.probabilities(self._pairs(table))

    def save(self, folder: Path) -> None:
        """Write the network as transformers do; of one with adapters, only these, the head and the encoder's hash."""
        if self.options.lora is None:
            self.network_.save(folder)
        else:
            save_adapter(self.network_, folder, self.encoder_)

    def load(self, folder: Path) -> Self:
        """Read what ``save`` wrote; safetensors and JSON, never a pickle.

        Raises
        ------
        ModelError
            If the files do not fit the options, or adapters belong to another encoder than the one found by its name.
        """
        if self.options.lora is None:
            self.network_ = self._open(folder, whole=True)
            return self
        self.encoder_ = self._find_encoder()
        self.network_ = adapt(self._open(self.encoder_.folder), self.options.lora, seed=self.seed)
        load_adapter(self.network_, folder, self.encoder_)
        return self

    def _open(self, folder: Path, *, whole: bool = False) -> Network:
        return opened(folder, self.options, self.seed, whole=whole)

    def _find_encoder(self) -> Encoder:
        return find_encoder(self.encoder, download=self.download, revision=self.revision)

    def _pairs(self, table: StatementTable) -> list[Pair]:
        return pairs(table, self.reading, self.topics)


def _class_weights(targets: FloatArray, weights: FloatArray) -> FloatArray:
    """Return a weight a class that makes each count alike, shape [3]; classes that do not occur get none."""
    mass = weights @ targets
    return np.asarray(np.divide(mass.sum() / len(mass), mass, out=np.zeros_like(mass), where=mass > 0))
