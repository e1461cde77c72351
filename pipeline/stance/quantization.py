"""Networks with 8-bit weights that say nearly what they said before."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.onnx_runtime import onnx_runtime
from pipeline.stance.channels import APART, largest, split
from pipeline.stance.codes import found_multiples, put_multiples, shorten_tables
from pipeline.stance.graphs import Feed


def quantized(graph: bytes, feeds: Iterable[Feed] = ()) -> bytes:
    """Return the ONNX graph with 8-bit weights, whose activations are scaled when it runs.

    Parameters
    ----------
    feeds
        Inputs of the graph, one text each, on which its largest channels are looked for; without any, none stay in 32
        bits.
    """
    import onnx

    onnx_runtime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load_from_string(graph)
    shorten_tables(model)
    channels = largest(graph, feeds)
    multiples = found_multiples(model, channels)
    split(model, channels)
    apart = [node.name for node in model.graph.node if node.name.endswith(APART)]
    with quiet(), tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "small.onnx")
        # 7 bits: processors without VNNI saturate sums of 8-bit products.
        quantize_dynamic(
            model, path, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8, per_channel=True,
            reduce_range=True, nodes_to_exclude=apart,
        )  # fmt: skip
        small = onnx.load(path)
    put_multiples(small, multiples)
    return bare(small)


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
