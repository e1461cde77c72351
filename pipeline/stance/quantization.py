"""Networks with 8-bit weights that say nearly what they said before.

Dynamic quantization gives all inputs of a product one scale when the network runs. A few channels of a transformer are
many times larger than the others and take that scale for themselves, so they are multiplied apart, in 32 bits (Dettmers
et al. 2022, "LLM.int8()"); which they are is seen on texts.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.stance.graphs import Feed, open_session

KEPT = 8
"""Input channels of each product that stay in 32 bits."""

_APART = "/apart"
"""Ends the names of what is multiplied apart."""

Channels = Mapping[str, npt.NDArray[np.int64]]


def quantized(graph: bytes, feeds: Iterable[Feed] = ()) -> bytes:
    """Return the ONNX graph with 8-bit weights, whose activations are scaled when it runs.

    Parameters
    ----------
    feeds
        Inputs of the graph, one text each, on which its largest channels are looked for; without any, none stay in 32
        bits.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load_from_string(graph)
    _split(model, _largest(graph, feeds))
    apart = [node.name for node in model.graph.node if node.name.endswith(_APART)]
    with quiet(), tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "small.onnx")
        # 7 bits: processors without VNNI saturate sums of 8-bit products.
        quantize_dynamic(
            model, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True, nodes_to_exclude=apart
        )
        return bare(onnx.load(path))


def _products(model: Any) -> list[Any]:
    """Return the graph's products of activations and weights."""
    weights = {tensor.name for tensor in model.graph.initializer if len(tensor.dims) == 2}
    return [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in weights]


def _largest(graph: bytes, feeds: Iterable[Feed]) -> Channels:
    """Return the largest channels of each input of a product, in order."""
    import onnx

    model = onnx.load_from_string(graph)
    names = list(dict.fromkeys(node.input[0] for node in _products(model)))
    for name in names:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session, peaks = open_session(bytes(model.SerializeToString())), dict[str, Any]()
    for feed in feeds:
        for name, values in zip(names, session.run(names, feed), strict=True):
            peak = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
            peaks[name] = np.maximum(peaks.get(name, 0.0), peak)
    return {name: np.sort(np.argsort(-peak, kind="stable")[:KEPT]) for name, peak in peaks.items()}


def _split(model: Any, channels: Channels) -> None:
    """Multiply the channels apart from the others, and add the two products up."""
    from onnx import helper, numpy_helper

    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    readers = defaultdict(list)
    for node in _products(model):
        readers[node.input[0]].append(node)

    def constant(name: str, values: npt.NDArray[Any]) -> str:
        model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    before: dict[str, list[Any]] = {}  # new nodes, by the name of the product that they stand before
    behind: dict[str, list[Any]] = {}
    for given, columns in channels.items():
        first = numpy_helper.to_array(weights[readers[given][0].input[1]])
        others = np.ones(len(first), dtype=np.float32)
        others[columns] = 0.0
        before[readers[given][0].name] = [
            helper.make_node("Mul", [given, constant(f"{given}/others", others)], [f"{given}/rest"]),
            helper.make_node("Gather", [given, constant(f"{given}/channels", columns)], [f"{given}/few"], axis=-1),
        ]
        for node in readers[given]:
            weight = numpy_helper.to_array(weights[node.input[1]])
            rest, name, found = weight.copy(), node.name, node.output[0]
            rest[columns] = 0.0
            apart = [f"{given}/few", constant(f"{name}/few", weight[columns])]
            node.input[:] = [f"{given}/rest", constant(f"{name}/rest", rest)]
            node.output[0] = f"{found}/rest"
            behind[name] = [
                helper.make_node("MatMul", apart, [f"{found}{_APART}"], name=f"{name}{_APART}"),
                helper.make_node("Add", [f"{found}/rest", f"{found}{_APART}"], [found]),
            ]
    nodes = [
        part for node in model.graph.node for part in (*before.get(node.name, ()), node, *behind.get(node.name, ()))
    ]
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in used]
    for field, values in ((model.graph.node, nodes), (model.graph.initializer, kept)):
        values = list(values)
        del field[:]
        field.extend(values)


def bare(model: Any) -> bytes:
    """Return the bytes of a graph without what the exporter notes beside it: shapes, and lines of code with paths."""
    del model.graph.value_info[:]  # wrong for the quantizer, too
    for part in (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output):
        part.doc_string = ""
        del part.metadata_props[:]
    return bytes(model.SerializeToString(deterministic=True))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the exporter's and the quantizer's hints for their own developers off the screen within the block."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
