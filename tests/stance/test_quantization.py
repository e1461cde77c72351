"""8-bit weights, and the channels that stay in 32 bits."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="needs the extra `onnx`")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra `onnx`")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from pipeline.stance.quantization import quantized  # noqa: E402

WIDTH, LARGE = 64, (3, 40)
RNG = np.random.default_rng(5)
WEIGHTS = RNG.normal(size=(2, WIDTH, WIDTH)).astype(np.float32)


def graph() -> bytes:
    """Return a network of two products of one input, added up, and a third of their sum."""
    nodes = [
        helper.make_node("MatMul", ["x", "w0"], ["a"], name="first"),
        helper.make_node("MatMul", ["x", "w1"], ["b"], name="second"),
        helper.make_node("Add", ["a", "b"], ["c"], name="sum"),
        helper.make_node("MatMul", ["c", "w0"], ["found"], name="third"),
    ]
    weights = [numpy_helper.from_array(values, f"w{i}") for i, values in enumerate(WEIGHTS)]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, None, WIDTH]) for name in ("x", "found")]
    made = helper.make_graph(nodes, "g", ends[:1], ends[1:], weights)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=10).SerializeToString()


def values(seed: int) -> dict[str, np.ndarray]:
    """Return inputs of which two channels are a hundred times larger than the others."""
    x = np.random.default_rng(seed).normal(size=(1, 7, WIDTH)).astype(np.float32)
    x[..., LARGE] *= 100
    return {"x": x}


def found(model: bytes, feed) -> np.ndarray:
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(["found"], feed)[0]


def error(model: bytes) -> float:
    """Return the mean error of other inputs than those looked at, beside the mean size of the true output."""
    truth = found(graph(), values(2))
    return float(np.abs(found(model, values(2)) - truth).mean() / np.abs(truth).mean())


def test_large_channels_multiplied_apart_leave_8_bits_to_the_others():
    plain, split = error(quantized(graph())), error(quantized(graph(), [values(1)]))
    assert split < 0.02
    assert split < plain / 2


def test_products_of_one_input_share_its_parts():
    model = onnx.load_from_string(quantized(graph(), [values(1)]))
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("MatMulInteger") == kinds.count("MatMul") == 3
    assert kinds.count("DynamicQuantizeLinear") == kinds.count("Gather") == 2
    assert not {"w0", "w1"} & {tensor.name for tensor in model.graph.initializer}


def test_the_channels_are_those_that_are_large_on_the_texts():
    model = onnx.load_from_string(quantized(graph(), [values(1)]))
    channels = next(t for t in model.graph.initializer if t.name == "x/channels")
    assert set(LARGE) <= set(numpy_helper.to_array(channels).tolist())


def test_the_same_graph_and_texts_give_the_same_bytes():
    assert quantized(graph(), [values(1)]) == quantized(graph(), [values(1)])
