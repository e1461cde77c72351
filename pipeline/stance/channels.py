"""A few input channels of a network's products multiplied apart from the others.

A few channels of a transformer are many times larger than the others, and where all inputs of a product share one scale
they take it for themselves (Dettmers et al. 2022, "LLM.int8()"). Which they are is seen on texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.stance.graphs import Feed, open_session

KEPT = 32
"""Channels of each product that are multiplied apart, or an eighth of them where they are few."""

APART = "/apart"
"""Ends the names of their products."""

Channels = Mapping[str, npt.NDArray[np.int64]]
"""Numbers of channels, in order, by the name of the input that they are of."""


def largest(graph: bytes, feeds: Iterable[Feed]) -> Channels:
    """Return the largest channels of each input of a product, in order."""
    import onnx

    model = onnx.load_from_string(graph)
    names = list(dict.fromkeys(node.input[0] for node in products(model)))
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


def split(model: Any, channels: Channels) -> None:
    """Multiply the channels apart from the others, and add the two products up."""
    from onnx import numpy_helper

    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    ours = {node.name for node in products(model) if node.input[0] in channels}
    nodes: list[Any] = []
    ready = set[str]()
    for node in model.graph.node:
        if node.name not in ours:
            nodes.append(node)
            continue
        given, weight = node.input[0], numpy_helper.to_array(weights[node.input[1]])
        if given not in ready:
            nodes += _parted(model, given, channels[given], len(weight))
            ready.add(given)
        nodes += _two_products(model, node, weight, channels[given])
    put(model, nodes)


def _parted(model: Any, given: str, columns: npt.NDArray[np.int64], width: int) -> list[Any]:
    """Return nodes that part an input's channels from its others."""
    from onnx import helper

    others = np.ones(width, dtype=np.float32)
    others[columns] = 0.0
    _constant(model, f"{given}/others", others)
    _constant(model, numbers(given), columns)
    return [
        helper.make_node("Mul", [given, f"{given}/others"], [rest(given)]),
        helper.make_node("Gather", [given, numbers(given)], [few(given)], axis=-1),
    ]


def _two_products(model: Any, node: Any, weight: npt.NDArray[Any], columns: npt.NDArray[np.int64]) -> list[Any]:
    """Return nodes in the place of a product."""
    from onnx import helper

    given, name, found = node.input[0], node.name, node.output[0]
    others = weight.copy()
    others[columns] = 0.0
    _constant(model, rest(name), others)
    _constant(model, few(name), weight[columns])
    return [
        helper.make_node("MatMul", [rest(given), rest(name)], [rest(found)], name=name),
        helper.make_node("MatMul", [few(given), few(name)], [f"{found}{APART}"], name=f"{name}{APART}"),
        helper.make_node("Add", [rest(found), f"{found}{APART}"], [found]),
    ]


def products(model: Any) -> list[Any]:
    """Return the graph's products of activations and weights."""
    weights = {tensor.name for tensor in model.graph.initializer if len(tensor.dims) == 2}
    return [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in weights]


def put(model: Any, nodes: Iterable[Any]) -> None:
    """Put other nodes in the place of a graph's, and drop constants that none of them reads, or that one now makes."""
    nodes = list(nodes)
    used = {name for node in nodes for name in node.input} - {name for node in nodes for name in node.output}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in used]
    for field, values in ((model.graph.node, nodes), (model.graph.initializer, kept)):
        del field[:]
        field.extend(values)


def _constant(model: Any, name: str, values: npt.NDArray[Any]) -> None:
    """Add a constant to the graph."""
    from onnx import numpy_helper

    model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(values), name))


def rest(name: str) -> str:
    """Return the name of a product's weights, or an input's channels, without those multiplied apart."""
    return f"{name}/rest"


def few(name: str) -> str:
    """Return the name of those multiplied apart."""
    return f"{name}/few"


def numbers(given: str) -> str:
    """Return the name of the numbers of an input's channels that are multiplied apart."""
    return f"{given}/channels"
