"""Frozen sentence embeddings of quotation, context, title and target, and a head over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np

from pipeline.errors import ModelError
from pipeline.files import read_json, write_json
from pipeline.records import LABELS
from pipeline.stance.augmentation import Augmentation, augmented
from pipeline.stance.balance import class_balance, target_balance
from pipeline.stance.base import ALONE, Fitting, Probabilities, StatementTable, column, one_hot
from pipeline.stance.embedder import Embedder, Vectors
from pipeline.stance.encoders import find_encoder
from pipeline.stance.inputs import CLOSE, OPEN, Reading, pairs
from pipeline.stance.kernel import KernelHead, KernelOptions
from pipeline.stance.linear import HeadOptions, LogisticHead, check_labels, saved_weights

_ENCODER = "encoder.json"

BLOCKS: Mapping[str, tuple[str, ...]] = {
    "quote": ("quote",),
    "context": ("context",),
    "title": ("title",),
    "target": ("target",),
    "quote_read": ("quote_read",),
    "context_read": ("context_read",),
    "quote_by_target": ("quote", "target"),
    "context_by_target": ("context", "target"),
    "match": ("quote", "context", "title", "target"),
    "match_read": ("quote_read", "context_read", "title", "target"),
}
"""What a head may see: one text's embedding, the elementwise product of two, or the cosines of quotation, context and
title with the target. What is ``read`` stands behind the target in one input: context, and in it the quotation."""
_MATCHES = ("match", "match_read")

Head = LogisticHead | KernelHead

_READ = ("quote_read", "context_read")
_PRODUCT = 0.5
"""Length of a product of two unrelated unit vectors; what is longer is penalised less."""


class EmbeddingClassifier:
    """A head over the embeddings of a sentence encoder that stays as it is.

    Parameters
    ----------
    encoder
        A folder, the name of an installed package's encoder, or a name in the hub. The model keeps its name and hash;
        loading the model finds it again.
    blocks
        Keys of ``BLOCKS``, in the order of the features; none twice.
    reading
        Fields of ``inputs.Reading``.
    max_tokens
        Longer texts are cut.
    kernel
        Fields of ``kernel.KernelOptions``: compare with every statement learnt from; None is logistic regression.
    layers
        As in ``embedder.Embedder``.
    balance_targets
        In [0, 1]: how far statements are weighted to have the labels of each target equally often; 0 takes them as they
        come. Which label is the most frequent depends on the articles at hand, and others come later.
    c, class_weight, max_iterations
        As in ``linear.HeadOptions``; without a kernel only, but for the class weight.
    augmentation
        Fields of ``augmentation.Augmentation``; None learns from the statements as they are.
    download, revision
        Whether the encoder may be fetched from the hub, and at which commit.
    topics
        What is known of each target: its ``aliases`` are masked where the reading masks vendors.
    """

    name: ClassVar[str] = "embedding"
    requirements: ClassVar[tuple[str, ...]] = ("numpy", "scipy", "scikit-learn", "torch", "transformers", "safetensors")

    def __init__(
        self,
        encoder: str,
        *,
        blocks: Sequence[str],
        reading: Mapping[str, Any],
        max_tokens: int = 256,
        kernel: Mapping[str, Any] | None = None,
        layers: Sequence[int] = (-1,),
        balance_targets: float = 0.0,
        c: float = 1.0,
        class_weight: Literal["balanced"] | None = "balanced",
        max_iterations: int = 1000,
        augmentation: Mapping[str, Any] | None = None,
        download: bool = False,
        revision: str | None = None,
        topics: Mapping[str, Mapping[str, Any]] | None = None,
        seed: int = 0,
    ) -> None:
        self.encoder = encoder
        self.blocks = tuple(blocks)
        self.reading = Reading(**reading)
        self.max_tokens = max_tokens
        self.kernel = None if kernel is None else KernelOptions(**kernel)
        self.layers = tuple(layers)
        self.balance_targets = balance_targets
        self.head = HeadOptions(c, class_weight, max_iterations, seed)
        self.augmentation = None if augmentation is None else Augmentation(**augmentation)
        self.download = download
        self.revision = revision
        self.topics = topics or {}

    @property
    def classes_(self) -> tuple[str, ...]:
        """The codebook's labels, in the order of the probability columns."""
        return LABELS

    def fit(self, table: StatementTable, y: Sequence[str], fitting: Fitting = ALONE) -> Self:
        """Learn the head and return self.

        Raises
        ------
        ModelError
            If a label has no statement, or the encoder is not there or has no such layers.
        """
        check_labels(y)
        self.encoder_ = find_encoder(self.encoder, download=self.download, revision=self.revision)
        self.embedder_ = Embedder(self.encoder_, self.max_tokens, self.layers)
        weights = target_balance(column(table, "target"), y, self.balance_targets)
        if fitting.weights is not None:
            weights = weights * np.asarray(fitting.weights, dtype=np.float64)
        if self.augmentation is not None:
            table, targets, weights = augmented(table, one_hot(y), weights, self.augmentation, seed=self.head.seed)
            y = [LABELS[index] for index in targets.argmax(axis=1)]
        values = self._values(table)
        if self.kernel is None:
            self.head_: Head = LogisticHead.fit(values, y, self.head, weights)
            return self
        if self.head.class_weight:
            weights = class_balance(y, weights)
        blocks = sizes(self.blocks, _width(self.blocks, values.shape[1]))
        self.head_ = KernelHead.fit(
            values, y, self.kernel, sizes=dict(zip(self.blocks, blocks, strict=True)), weights=weights
        )
        return self

    def predict_proba(self, table: StatementTable) -> Probabilities:
        """Return probabilities, shape [n, 3], columns in the order of ``classes_``."""
        if len(table["text"]) == 0:
            return np.empty((0, len(LABELS)))
        return self.head_.predict_proba(self._values(table))

    def _values(self, table: StatementTable) -> Vectors:
        """Return the blocks side by side, shape [n, features]."""
        used = {part for block in self.blocks for part in BLOCKS[block]}
        texts = {part: found for part, found in self._texts(table).items() if part in used}
        together = self.embedder_.embed([text for found in texts.values() for text in found])[:, 0]
        vectors = dict(zip(texts, np.split(together, max(len(texts), 1)), strict=False))
        if used.intersection(_READ):
            read = self.embedder_.embed(pairs(table, self.reading, self.topics))
            vectors |= dict(zip(_READ, read.swapaxes(0, 1), strict=True))
        return np.hstack([self._block(block, vectors) for block in self.blocks])

    def _block(self, block: str, vectors: Mapping[str, Vectors]) -> Vectors:
        parts = [vectors[part] for part in BLOCKS[block]]
        if block in _MATCHES:
            *others, target = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in parts]
            return np.stack([(part * target).sum(axis=1) for part in others], axis=1)
        return _product(parts)

    def _texts(self, table: StatementTable) -> dict[str, list[str]]:
        """Return the texts that are read each for itself."""
        contexts = pairs(table, self.reading, self.topics)
        return {
            "quote": self._alone(table, "text"),
            "context": [second for _, second in contexts],
            "title": self._alone(table, "title"),
            "target": [first for first, _ in contexts],
        }

    def _alone(self, table: StatementTable, name: str) -> list[str]:
        """Return the texts of a column without what stands around them, names masked where the reading says so."""
        alone = {"text": column(table, name), "target": column(table, "target")}
        read = pairs(alone, replace(self.reading, context=False, title=False), self.topics)
        return [second.removeprefix(OPEN).removesuffix(CLOSE).strip() for _, second in read]

    def save(self, folder: Path) -> None:
        """Write ``weights.npz``, and in ``encoder.json`` which encoder they belong to."""
        self.head_.save(folder)
        width = _width(self.blocks, self.head_.features)
        write_json(folder / _ENCODER, {"name": self.encoder, "sha256": self.encoder_.sha256, "width": width})

    def load(self, folder: Path) -> Self:
        """Read what ``save`` wrote and find the encoder again.

        Raises
        ------
        ModelError
            If the encoder is not there or is another, or the files do not fit.
        """
        told = read_json(folder / _ENCODER, "encoder of a model")
        with saved_weights(folder) as arrays:
            self.head_ = read_head(arrays)
            self.head_.check(sum(sizes(self.blocks, int(told["width"]))))
        self.encoder_ = find_encoder(self.encoder, download=self.download, revision=self.revision)
        if self.encoder_.sha256 != told["sha256"]:
            raise ModelError(
                f"{folder}: encoder {self.encoder} in {self.encoder_.folder} has other weights than in training; "
                f"get those of sha256 {told['sha256']}"
            )
        self.embedder_ = Embedder(self.encoder_, self.max_tokens, self.layers)
        return self


def read_head(arrays: Mapping[str, Any]) -> Head:
    """Return the head of saved arrays, of whichever kind."""
    if "axes" in arrays:
        return KernelHead.read(arrays)
    return LogisticHead(arrays["coef"], arrays["intercept"])


def sizes(blocks: Sequence[str], width: int) -> list[int]:
    """Return how many features each block has, of embeddings of this width."""
    return [len(BLOCKS[block]) - 1 if block in _MATCHES else width for block in blocks]


def _width(blocks: Sequence[str], features: int) -> int:
    """Return the width of the embeddings that blocks have so many features of."""
    fixed = sum(sizes(blocks, 0))
    return (features - fixed) // max(1, sum(block not in _MATCHES for block in blocks))


def _product(vectors: Sequence[Vectors]) -> Vectors:
    """Return the vectors, or the product of two; scaled, for a penalty weighs features by their size."""
    product = np.prod(vectors, axis=0, dtype=np.float32)
    scale = _PRODUCT * product.shape[1] ** 0.5 if len(vectors) > 1 else 1.0
    return np.asarray(product * np.float32(scale), dtype=np.float32)
