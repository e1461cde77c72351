"""8-bit weights, and the channels that stay in 32 bits."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="needs the extra `onnx`")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra `onnx`")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from pipeline.stance.codes import as_multiples  # noqa: E402
from pipeline.stance.quantization import quantized  # noqa: E402

WIDTH, LARGE = 64, (3, 40)
RNG = np.random.default_rng(5)
WEIGHTS = RNG.normal(size=(2, WIDTH, WIDTH)).astype(np.float32)


def graph(weights=WEIGHTS) -> bytes:
    """Return a network of two products of one input, added up, and a third of their sum."""
    nodes = [
        helper.make_node("MatMul", ["x", "w0"], ["a"], name="first"),
        helper.make_node("MatMul", ["x", "w1"], ["b"], name="second"),
        helper.make_node("Add", ["a", "b"], ["c"], name="sum"),
        helper.make_node("MatMul", ["c", "w0"], ["found"], name="third"),
    ]
    constants = [numpy_helper.from_array(values, f"w{i}") for i, values in enumerate(weights)]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, None, WIDTH]) for name in ("x", "found")]
    made = helper.make_graph(nodes, "g", ends[:1], ends[1:], constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=10).SerializeToString()


def values(seed: int) -> dict[str, np.ndarray]:
    """Return inputs of which two channels are a hundred times larger than the others."""
    x = np.random.default_rng(seed).normal(size=(1, 7, WIDTH)).astype(np.float32)
    x[..., LARGE] *= 100
    return {"x": x}


def found(model: bytes, feed) -> np.ndarray:
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(["found"], feed)[0]


def error(model: bytes, weights=WEIGHTS) -> float:
    """Return the mean error of other inputs than those looked at, beside the mean size of the true output."""
    truth = found(graph(weights), values(2))
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


def test_weights_that_are_multiples_of_a_step_stay_as_they_are():
    steps = RNG.uniform(0.01, 0.1, size=WIDTH).astype(np.float32)
    weights = RNG.integers(-9, 10, size=(WIDTH, WIDTH)).astype(np.float32) * steps
    codes, found = as_multiples(weights)
    np.testing.assert_allclose(found, steps, rtol=1e-6)
    np.testing.assert_array_equal(codes, np.rint(weights / steps))

    small = quantized(graph([weights, weights]), [values(1)])
    assert error(small, [weights, weights]) < 0.02
    model = onnx.load_from_string(small)
    kept = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    np.testing.assert_array_equal(kept["first/rest_quantized"], codes)
    assert not any(tensor.dtype == np.float32 and tensor.ndim == 2 for tensor in kept.values())


@pytest.mark.parametrize("other", [1.5, 128.0])
def test_other_weights_are_no_multiples(other):
    assert as_multiples(np.array([[1.0, 0.0], [other, 1.0], [-3.0, 0.0]], dtype=np.float32)) is None


def test_columns_of_nothing_are_multiples():
    codes, steps = as_multiples(np.zeros((3, 2), dtype=np.float32))
    assert not codes.any()
    np.testing.assert_array_equal(steps, [1, 1])
