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

KEPT = 32
"""Input channels of each product that stay in 32 bits, or an eighth of them where they are few."""

_APART = "/apart"
"""Ends the names of what is multiplied apart."""
_WORDS = "ids"
"""Input of the graph that looks words up."""
_LONG = 256
"""Rows of a table of vectors, of positions say, that is worth shortening."""
_MOST = 127
_NEAR = 1e-3
"""How far from a multiple of the step a weight may lie, in steps."""

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
    _shorten_tables(model)
    channels = _largest(graph, feeds)
    multiples = _multiples(model, channels)
    _split(model, channels)
    apart = [node.name for node in model.graph.node if node.name.endswith(_APART)]
    with quiet(), tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "small.onnx")
        # 7 bits: processors without VNNI saturate sums of 8-bit products.
        quantize_dynamic(
            model, path, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8, per_channel=True,
            reduce_range=True, nodes_to_exclude=apart,
        )  # fmt: skip
        small = onnx.load(path)
    _replace(small, multiples)
    return bare(small)


def as_multiples(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]] | None:
    """Return weights [n, m] as small multiples of one step a column, and the steps [m]; None if they are not."""
    sizes = np.abs(weights)
    steps = np.where(sizes > 0, sizes, np.inf).min(axis=0)
    steps[np.isinf(steps)] = 1.0
    multiples = weights / steps
    nearest = np.rint(multiples)
    if np.abs(nearest).max(initial=0) > _MOST or np.abs(multiples - nearest).max(initial=0) > _NEAR:
        return None
    return nearest.astype(np.int8), steps.astype(np.float32)


def _multiples(model: Any, channels: Channels) -> dict[str, npt.NDArray[Any]]:
    """Return 8-bit weights and their steps, of products whose weights are multiples, by the names they will have."""
    from onnx import numpy_helper

    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    found = dict[str, npt.NDArray[Any]]()
    for node in _products(model):
        given, name = node.input[:2]
        if (split := as_multiples(numpy_helper.to_array(weights[name]))) is None:
            continue
        codes, steps = split
        if given in channels:
            codes[channels[given]] = 0
            name = _rest(node.name)
        found[f"{name}_quantized"], found[f"{name}_scale"] = codes, steps
    return found


def _rest(product: str) -> str:
    """Return the name of a product's weights without those multiplied apart."""
    return f"{product}/rest"


def _replace(model: Any, values: Mapping[str, npt.NDArray[Any]]) -> None:
    """Put other values in the place of constants."""
    from onnx import numpy_helper

    for tensor in model.graph.initializer:
        if tensor.name in values:
            tensor.CopyFrom(numpy_helper.from_array(values[tensor.name], tensor.name))


def _shorten_tables(model: Any) -> None:
    """Keep vectors of words and of positions in 8 bits, with a step each."""
    from onnx import TensorProto, helper, numpy_helper

    tables = {tensor.name: tensor for tensor in model.graph.initializer if len(tensor.dims) == 2}
    nodes = []
    for node in model.graph.node:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or (node.input[1] != _WORDS and table.dims[0] < _LONG):
            nodes.append(node)
            continue
        name, ids, (found,) = node.input[0], node.input[1], node.output
        weights = numpy_helper.to_array(table).T
        steps = np.maximum(np.abs(weights).max(axis=0) / _MOST, np.finfo(np.float32).tiny)
        codes, steps = as_multiples(weights) or (np.rint(weights / steps).astype(np.int8), steps)
        model.graph.initializer.extend(
            [
                numpy_helper.from_array(np.ascontiguousarray(codes.T), f"{name}/codes"),
                numpy_helper.from_array(steps[:, None].astype(np.float32), f"{name}/steps"),
            ]
        )
        nodes += [
            helper.make_node("Gather", [f"{name}/codes", ids], [f"{found}/codes"]),
            helper.make_node("Gather", [f"{name}/steps", ids], [f"{found}/steps"]),
            helper.make_node("Cast", [f"{found}/codes"], [f"{found}/numbers"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{found}/numbers", f"{found}/steps"], [found]),
        ]
    _put(model, nodes)


def _put(model: Any, nodes: Iterable[Any]) -> None:
    """Put other nodes in the place of a graph's, and drop constants that none of them reads."""
    nodes = list(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in used]
    for field, values in ((model.graph.node, nodes), (model.graph.initializer, kept)):
        del field[:]
        field.extend(values)


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
    return {
        name: np.sort(np.argsort(-peak, kind="stable")[: min(KEPT, len(peak) // 8)]) for name, peak in peaks.items()
    }


def _split(model: Any, channels: Channels) -> None:
    """Multiply the channels apart from the others, and add the two products up."""
    from onnx import TensorProto, helper, numpy_helper

    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    readers = defaultdict(list)
    for node in _products(model):
        readers[node.input[0]].append(node)

    def constant(name: str, values: npt.NDArray[Any]) -> str:
        model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def rows(name: str, weight: npt.NDArray[Any], columns: npt.NDArray[np.int64]) -> tuple[str, list[Any]]:
        if (split := as_multiples(weight)) is None:
            return constant(name, weight[columns]), []
        codes, steps = split  # put together once, when the network is read
        parts = [constant(f"{name}/codes", codes[columns]), constant(f"{name}/steps", steps)]
        numbers = f"{name}/numbers"
        return name, [
            helper.make_node("Cast", parts[:1], [numbers], to=TensorProto.FLOAT),
            helper.make_node("Mul", [numbers, parts[1]], [name]),
        ]

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
            few, made = rows(f"{name}/few", weight, columns)
            node.input[:] = [f"{given}/rest", constant(_rest(name), rest)]
            node.output[0] = f"{found}/rest"
            behind[name] = [
                *made,
                helper.make_node("MatMul", [f"{given}/few", few], [f"{found}{_APART}"], name=f"{name}{_APART}"),
                helper.make_node("Add", [f"{found}/rest", f"{found}{_APART}"], [found]),
            ]
    _put(
        model,
        [part for node in model.graph.node for part in (*before.get(node.name, ()), node, *behind.get(node.name, ()))],
    )


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
