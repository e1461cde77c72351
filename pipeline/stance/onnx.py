"""A network as one ONNX file, scored by onnxruntime and tokenizers alone: no torch, and nothing to download.

::

    models/starter/
    ├── model.onnx.gz     tokens -> probabilities; of an embedding model, tokens -> vectors
    ├── tokenizer.json    as the tokenizers library reads it
    └── weights.npz       of an embedding model, its head

Such a model is made from a trained one by ``pipeline.stance.export``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.base import ALONE, Fitting, Probabilities, StatementTable
from pipeline.stance.embedder import Embedder, Vectors
from pipeline.stance.embedding import EmbeddingClassifier, read_head, sizes
from pipeline.stance.graphs import MODEL, Graph
from pipeline.stance.inputs import Reading, pairs
from pipeline.stance.linear import saved_weights
from pipeline.stance.spans import Text


class OnnxClassifier:
    """A fine-tuned or an embedding model that was exported.

    Parameters
    ----------
    reading
        Fields of ``inputs.Reading``.
    max_tokens
        Longer texts are cut.
    blocks
        Of an embedding model: keys of ``embedding.BLOCKS``, in the order of the head's features.
    topics
        What is known of each target: its ``aliases`` are masked where the reading masks vendors.
    """

    name: ClassVar[str] = "onnx"

    def __init__(
        self,
        *,
        reading: Mapping[str, Any],
        max_tokens: int,
        blocks: Sequence[str] = (),
        topics: Mapping[str, Mapping[str, Any]] | None = None,
        seed: int = 0,
    ) -> None:
        self.reading = Reading(**reading)
        self.max_tokens = max_tokens
        self.blocks = tuple(blocks)
        self.topics = topics or {}
        self.seed = seed

    @property
    def requirements(self) -> tuple[str, ...]:
        """Distributions that scoring needs."""
        return ("numpy", "onnxruntime", "tokenizers", *["scipy"] * bool(self.blocks))

    @property
    def classes_(self) -> tuple[str, ...]:
        """The codebook's labels, in the order of the probability columns."""
        return LABELS

    def fit(self, table: StatementTable, y: Sequence[str], fitting: Fitting = ALONE) -> Self:
        """Raise ``ModelError``: what is exported was trained before."""
        raise ModelError("an onnx model is not trained; train another kind and run `stance export` on its folder")

    def predict_proba(self, table: StatementTable) -> Probabilities:
        """Return probabilities, shape [n, 3], columns in the order of ``classes_``."""
        if self.blocks:
            return self._embedding().predict_proba(table)
        found = self.graph_.outputs(pairs(table, self.reading, self.topics)).astype(np.float64)
        return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)

    def _embedding(self) -> EmbeddingClassifier:
        """Return the embedding model that the graph is the encoder of."""
        classifier = EmbeddingClassifier("", blocks=self.blocks, reading=asdict(self.reading), topics=self.topics)
        classifier.embedder_, classifier.head_ = _GraphEmbedder(self.graph_), self.head_
        return classifier

    def save(self, folder: Path) -> None:
        """Write ``model.onnx.gz``, ``tokenizer.json``, and of an embedding model ``weights.npz``."""
        self.graph_.save(folder)
        if self.blocks:
            self.head_.save(folder)

    def load(self, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in it is a pickle, and no code comes with it.

        Raises
        ------
        ModelError
            If the files do not fit each other or the options.
        """
        self.graph_ = Graph.load(folder, self.max_tokens)
        if self.blocks:
            with saved_weights(folder) as arrays:
                self.head_ = read_head(arrays)
                self.head_.check(sum(sizes(self.blocks, self.graph_.shape[-1])))
        elif self.graph_.shape != [len(LABELS)]:
            raise ModelError(f"{folder}: {MODEL} has no output for each of the labels; export the model again")
        return self


class _GraphEmbedder(Embedder):
    """Vectors of texts, from a graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def embed(self, texts: Sequence[Text]) -> Vectors:
        """Return the graph's vectors."""
        return self._graph.outputs(texts)
