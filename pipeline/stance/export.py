"""Trained models as ONNX for ``pipeline.stance.onnx``, with 8-bit weights where they cost next to nothing."""

from __future__ import annotations

import copy
import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.base import StatementTable
from pipeline.stance.bundle import StanceModel, save
from pipeline.stance.embedding import EmbeddingClassifier
from pipeline.stance.finetune import FinetunedClassifier
from pipeline.stance.linear import LogisticHead
from pipeline.stance.networks import require
from pipeline.stance.onnx import Graph, OnnxClassifier

Precision = Literal["int8", "fp32"]
Dev = tuple[StatementTable, Sequence[str]]

MOST_LOST = 0.005
"""Macro-F1 on dev that 8-bit weights may cost; where they cost more, those of 32 bits are kept."""


@dataclass(frozen=True, slots=True)
class _Source:
    """What is exported of a classifier.

    Parameters
    ----------
    network
        Module of tokens: ``forward(*inputs)``.
    inputs
        Of ``ids``, ``mask`` and ``types``, those that it reads, in its order.
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
    head: LogisticHead | None = None


def export_onnx(
    model: StanceModel, folder: Path, *, dev: Dev | None = None, precision: Precision = "int8"
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
        ``int8``: 8-bit weights, unless macro-F1 on dev falls by ``MOST_LOST`` or more; ``fp32``: as they were trained.

    Raises
    ------
    ModelError
        If models of its kind cannot be exported, or packages are missing.
    """
    require("torch", "transformers", "onnx", "onnxscript", "onnxruntime")
    source = _source(model)
    whole = _exported(source)
    figures: dict[str, Any] = {"n": len(dev[1]), "fp32": macro_f1(model, dev)} if dev else {}
    exported = _as_onnx(model, source, _quantized(whole) if precision == "int8" else whole)
    if dev and precision == "int8":
        figures["int8"] = macro_f1(exported, dev)
        if figures["fp32"] - figures["int8"] >= MOST_LOST:
            precision, exported = "fp32", _as_onnx(model, source, whole)
    told = {"from": model.name, "precision": precision, "dev_macro_f1": figures or None}
    training = {**model.training, "export": told}
    exported = replace(exported, training=training)
    save(exported, folder)
    return exported


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
    typed = "token_type_ids" in classifier.network_.tokenizer.model_input_names

    class Classifier(torch.nn.Module):
        """Probabilities."""

        def __init__(self) -> None:
            super().__init__()
            self.network = _plain(network)

        def forward(self, ids: Any, mask: Any, types: Any = None) -> Any:
            more = {"token_type_ids": types} if typed else {}
            return torch.softmax(self.network(input_ids=ids, attention_mask=mask, **more).logits, dim=-1)

    inputs = ("ids", "mask", "types") if typed else ("ids", "mask")
    tokenizer = copy.deepcopy(classifier.network_.tokenizer.backend_tokenizer)
    return _Source(Classifier(), inputs, tokenizer, classifier.network_.max_tokens)


def _embedding(classifier: EmbeddingClassifier) -> _Source:
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = str(classifier.encoder_.folder)
    given: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    tokenizer = AutoTokenizer.from_pretrained(folder, **given)
    network = AutoModel.from_pretrained(folder, use_safetensors=True, dtype=torch.float32, **given)

    class Encoder(torch.nn.Module):
        """The normalised mean of the tokens' vectors."""

        def __init__(self) -> None:
            super().__init__()
            self.network = _plain(network)

        def forward(self, ids: Any, mask: Any) -> Any:
            hidden = self.network(input_ids=ids, attention_mask=mask).last_hidden_state
            weights = mask[..., None].to(hidden.dtype)
            return torch.nn.functional.normalize((hidden * weights).sum(dim=1) / weights.sum(dim=1), dim=1)

    # Two positions fewer: RoBERTa and MPNet count from behind the padding's number.
    most = min(classifier.max_tokens, tokenizer.model_max_length, network.config.max_position_embeddings - 2)
    return _Source(
        Encoder(), ("ids", "mask"), tokenizer.backend_tokenizer, int(most), classifier.blocks, classifier.head_
    )


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
    with _quiet(), tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "whole.onnx")
        torch.onnx.export(
            source.network, examples, path, input_names=list(source.inputs), output_names=["found"], dynamo=True,
            dynamic_shapes=(shape,) * len(examples), external_data=False, verbose=False,
        )  # fmt: skip
        graph = onnx.load(path)
    return _bare(graph)


def _bare(model: Any) -> bytes:
    """Return the bytes of a graph without what the exporter notes beside it: shapes, and lines of code with paths."""
    del model.graph.value_info[:]  # wrong for the quantizer, too
    for part in (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output):
        part.doc_string = ""
        del part.metadata_props[:]
    return bytes(model.SerializeToString(deterministic=True))


def _quantized(graph: bytes) -> bytes:
    """Return the graph with 8-bit weights, whose activations are scaled when it runs."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _quiet(), tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "small.onnx")
        # 7 bits: processors without VNNI saturate sums of 8-bit products.
        quantize_dynamic(
            onnx.load_from_string(graph), path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
        return _bare(onnx.load(path))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's and the quantizer's hints for their own developers off the screen within the block."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
