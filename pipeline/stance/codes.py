"""Weights of a network as small multiples of steps, which 8 bits hold as they are and which pack well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.stance.channels import APART, Channels, few, numbers, products, put, rest

MOST = 127
"""Largest multiple."""

_NEAR = 1e-3
"""How far from a multiple of the step a weight may lie, in steps."""
_WORDS = "ids"
"""Input of the graph that looks words up."""
_LONG = 256
"""Rows of a table of vectors, of positions say, that is worth shortening."""


@dataclass(frozen=True, slots=True)
class Multiples:
    """Weights of a product, as small multiples of one step a column.

    Parameters
    ----------
    name
        Of the weights, before 8-bit ones take their place.
    product, given
        Names of the product and of its input.
    codes, steps
        Shapes [n, m] and [m].
    """

    name: str
    product: str
    given: str
    codes: npt.NDArray[np.int8]
    steps: npt.NDArray[np.float32]


def as_multiples(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]] | None:
    """Return weights [n, m] as small multiples of one step a column, and the steps [m]; None if they are not."""
    sizes = np.abs(weights)
    steps = np.where(sizes > 0, sizes, np.inf).min(axis=0)
    steps[np.isinf(steps)] = 1.0
    multiples = weights / steps
    nearest = np.rint(multiples)
    if np.abs(nearest).max(initial=0) > MOST or np.abs(multiples - nearest).max(initial=0) > _NEAR:
        return None
    return nearest.astype(np.int8), steps.astype(np.float32)


def found_multiples(model: Any, channels: Channels) -> list[Multiples]:
    """Return the weights of products that are multiples of steps, under the names that they will have."""
    from onnx import numpy_helper

    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    found = []
    for node in products(model):
        given, name = node.input[:2]
        if (split := as_multiples(numpy_helper.to_array(weights[name]))) is not None:
            found.append(Multiples(rest(node.name) if given in channels else name, node.name, given, *split))
    return found


def put_multiples(model: Any, multiples: Iterable[Multiples]) -> None:
    """Let products have their weights as they were.

    Those multiplied apart are taken from the codes of all: they do no harm there, their inputs are 0.
    """
    from onnx import TensorProto, helper, numpy_helper

    values: dict[str, npt.NDArray[Any]] = {f"{found.name}_quantized": found.codes for found in multiples}
    values |= {f"{found.name}_scale": found.steps for found in multiples}
    for tensor in model.graph.initializer:
        if tensor.name in values:
            tensor.CopyFrom(numpy_helper.from_array(values[tensor.name], tensor.name))
    before = {}  # new nodes, by the name of the product that they stand before
    for found in multiples:
        name = few(found.product)
        before[f"{found.product}{APART}"] = [  # done once, when the network is read
            helper.make_node("Gather", [f"{found.name}_quantized", numbers(found.given)], [f"{name}/codes"], axis=0),
            helper.make_node("Cast", [f"{name}/codes"], [f"{name}/numbers"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}/numbers", f"{found.name}_scale"], [name]),
        ]
    put(model, (part for node in model.graph.node for part in (*before.get(node.name, ()), node)))


def shorten_tables(model: Any) -> None:
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
        steps = np.maximum(np.abs(weights).max(axis=0) / MOST, np.finfo(np.float32).tiny)
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
    put(model, nodes)
