"""Trained models as ONNX for ``pipeline.stance.onnx``, with 8-bit weights where they cost next to nothing."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.base import StatementTable
from pipeline.stance.bundle import StanceModel, save
from pipeline.stance.embedder import cut, most_tokens, open_encoder, pooled
from pipeline.stance.embedding import EmbeddingClassifier, Head
from pipeline.stance.finetune import FinetunedClassifier
from pipeline.stance.graphs import Feed, Graph, RecordingGraph
from pipeline.stance.networks import require
from pipeline.stance.onnx import OnnxClassifier
from pipeline.stance.quantization import bare, quantized, quiet
from pipeline.stance.span_network import SpanNetwork

Precision = Literal["int8", "fp32"]
Dev = tuple[StatementTable, Sequence[str]]

_LOOKED_AT = 200
"""Statements on which the network's largest channels are looked for."""
MOST_LOST = 0.005
"""Macro-F1 on dev that 8-bit weights may cost unless told otherwise; where they cost more, 32 bits are kept."""


@dataclass(frozen=True, slots=True)
class _Source:
    """What is exported of a classifier.

    Parameters
    ----------
    network
        Module of tokens: ``forward(*inputs)``.
    inputs
        Of ``ids``, ``mask``, ``types`` and ``spans``, those that it reads, in its order.
    tokenizer
        Of the tokenizers library.
    head
        Of an embedding model.
    """

    network: Any
    inputs: tuple[str, ...]
    tokenizer: Any
    max_tokens: int
    blocks: tuple[str, ...] = ()
    head: Head | None = None


def export_onnx(
    model: StanceModel,
    folder: Path,
    *,
    dev: Dev | None = None,
    precision: Precision = "int8",
    most_lost: float = MOST_LOST,
) -> StanceModel:
    """Return the model as an ``onnx`` one of the same calibration, thresholds and sets, saved as a bundle.

    Its ``training["export"]`` tells the kind of model it was, its precision, and macro-F1 on dev by precision.

    Parameters
    ----------
    model
        Of kind ``finetuned`` or ``embedding``.
    dev
        Statements and labels on which 8-bit weights are compared with the model; None takes them as they are.
    precision
        ``int8``: 8-bit weights, unless macro-F1 on dev falls by ``most_lost`` or more; ``fp32``: as they were trained.
    most_lost
        In [0, 1].

    Raises
    ------
    ModelError
        If models of its kind cannot be exported, or packages are missing.
    """
    require("torch", "transformers", "onnx", "onnxscript", "onnxruntime")
    source = _source(model)
    whole = _exported(source)
    figures: dict[str, Any] = {"n": len(dev[1]), "fp32": macro_f1(model, dev)} if dev else {}
    exported = _as_onnx(model, source, whole)
    if precision == "int8":
        exported = _as_onnx(model, source, quantized(whole, _feeds(exported, dev[0]) if dev else ()))
    if dev and precision == "int8":
        figures["int8"] = macro_f1(exported, dev)
        if figures["fp32"] - figures["int8"] >= most_lost:
            precision, exported = "fp32", _as_onnx(model, source, whole)
    told = {"from": model.name, "precision": precision, "dev_macro_f1": figures or None}
    training = {**model.training, "export": told}
    exported = replace(exported, training=training)
    save(exported, folder)
    return exported


def _feeds(model: StanceModel, table: StatementTable) -> list[Feed]:
    """Return what the network of an ``onnx`` model reads of the first statements."""
    assert isinstance(model.classifier, OnnxClassifier)
    graph = model.classifier.graph_ = RecordingGraph(model.classifier.graph_)
    model.predict_proba({name: list(values)[:_LOOKED_AT] for name, values in table.items()})
    return graph.feeds


def macro_f1(model: StanceModel, dev: Dev) -> float:
    """Return the mean F1 of the labels, 0 to 1."""
    from sklearn.metrics import f1_score

    table, y = dev
    found = [LABELS[index] for index in model.predict_proba(table).argmax(axis=1)]
    return round(float(f1_score(list(y), found, labels=list(LABELS), average="macro", zero_division=0.0)), 4)


def _as_onnx(model: StanceModel, source: _Source, graph: bytes) -> StanceModel:
    options: dict[str, Any] = {"reading": model.options["reading"], "max_tokens": source.max_tokens}
    options["topics"] = model.options.get("topics") or {}
    if source.blocks:
        options["blocks"] = list(source.blocks)
    classifier = OnnxClassifier(**options, seed=model.seed)
    tokenizer = source.tokenizer
    tokenizer.no_padding()
    tokenizer.no_truncation()  # the scorer sets its own; what was used last would make files differ
    classifier.graph_ = Graph(graph, tokenizer.to_str(pretty=False), source.max_tokens)
    if source.head:
        classifier.head_ = source.head
    return replace(model, classifier=classifier, options=options)


def _source(model: StanceModel) -> _Source:
    classifier = model.classifier
    if isinstance(classifier, FinetunedClassifier):
        return _finetuned(classifier)
    if isinstance(classifier, EmbeddingClassifier):
        return _embedding(classifier)
    raise ModelError(f"a model of kind {model.name} cannot be exported; finetuned and embedding models can")


def _finetuned(classifier: FinetunedClassifier) -> _Source:
    import torch

    network = copy.deepcopy(classifier.network_.model)
    if hasattr(network, "merge_and_unload"):  # adapters
        network = network.merge_and_unload()
    whole = classifier.network_
    more = ["spans"] * isinstance(whole, SpanNetwork) or ["types"] * (
        "token_type_ids" in whole.tokenizer.model_input_names
    )
    given = {"types": "token_type_ids"}

    class Classifier(torch.nn.Module):
        """Probabilities."""

        def __init__(self) -> None:
            super().__init__()
            self.network = _plain(network)

        def forward(self, ids: Any, mask: Any, other: Any = None) -> Any:
            named = {given.get(name, name): other for name in more}
            return torch.softmax(self.network(input_ids=ids, attention_mask=mask, **named).logits, dim=-1)

    tokenizer = copy.deepcopy(whole.tokenizer.backend_tokenizer)
    return _Source(Classifier(), ("ids", "mask", *more), tokenizer, whole.max_tokens)


def _embedding(classifier: EmbeddingClassifier) -> _Source:
    import torch

    tokenizer, network = open_encoder(classifier.encoder_.folder)
    layers = cut(network, classifier.layers)

    class Encoder(torch.nn.Module):
        """The means of the tokens' vectors."""

        def __init__(self) -> None:
            super().__init__()
            self.network = _plain(network)

        def forward(self, ids: Any, mask: Any, spans: Any) -> Any:
            found = self.network(input_ids=ids, attention_mask=mask, output_hidden_states=True)
            return pooled(found.hidden_states, spans, layers)

    return _Source(
        Encoder(), ("ids", "mask", "spans"), tokenizer.backend_tokenizer,
        most_tokens(classifier.max_tokens, tokenizer, network), classifier.blocks, classifier.head_,
    )  # fmt: skip


def _plain(network: Any) -> Any:
    """Return the network ready for the exporter; attention spelt out needs a quarter fewer steps than a fused one."""
    if getattr(network.config, "_attn_implementation", None) == "sdpa":
        network.set_attn_implementation("eager")
    return network.float().cpu().eval()


def _exported(source: _Source) -> bytes:
    """Return the network as ONNX; rows and tokens of its inputs, int64, may be any number."""
    import onnx
    import torch

    # Tensors of their own: the exporter takes one tensor given twice for one input.
    examples = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in source.inputs)
    shape = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    with quiet(), tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "whole.onnx")
        torch.onnx.export(
            source.network, examples, path, input_names=list(source.inputs), output_names=["found"], dynamo=True,
            dynamic_shapes=(shape,) * len(examples), external_data=False, verbose=False,
        )  # fmt: skip
        graph = onnx.load(path)
    return bare(graph)
