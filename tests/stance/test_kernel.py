"""The kernel head against a computation by hand, and what its blocks, weights and limits mean."""

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance import kernel
from pipeline.stance.base import one_hot
from pipeline.stance.kernel import Coded, KernelHead, KernelOptions
from pipeline.stance.linear import saved_weights

N = 90
SIZES = {"words": 6, "length": 3}
EACH = list(SIZES.values())
WHOLE = KernelOptions(penalty=0.3, gamma=0.8, dimensions=99)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(N, sum(EACH))).astype(np.float32) * [1, 2, 3, 4, 5, 6, 0.1, 0.2, 0.3] + 1
    corner = (values[:, 0] > 1).astype(int) + (values[:, 7] > 1)  # no plane parts the labels
    return values.astype(np.float32), [LABELS[index] for index in corner]


def fitted(data, options=WHOLE, weights=None, sizes=SIZES):
    return KernelHead.fit(*data, options, sizes=sizes, weights=np.ones(len(data[1])) if weights is None else weights)


def test_scores_are_those_of_weighted_least_squares_with_a_gaussian_kernel(data):
    values, y = data
    weights = np.linspace(0.5, 1.5, N)
    head = fitted(data, weights=weights)
    # Each block shares half of the distance; two statements are at d² = 1 on average.
    z = (values - values.mean(axis=0)) / values.std(axis=0) / np.sqrt(2 * 2 * np.repeat(EACH, EACH))
    assert apart(z, z).mean() == pytest.approx(1)
    places, seen = (values * head.scale) @ head.axes.values - head.origin, head.seen.values
    np.testing.assert_allclose(apart(places, seen), apart(z, z), atol=0.05)  # 7 bits

    signs = 2 * one_hot(y) - 1
    intercept = weights @ signs / weights.sum()
    dual = np.linalg.solve(np.exp(-0.8 * apart(seen, seen)) + 0.3 * np.diag(1 / weights), signs - intercept)
    scores = 3 * (np.exp(-0.8 * apart(places, seen)) @ dual + intercept)
    found = head.predict_proba(values)
    np.testing.assert_allclose(found, np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), atol=1e-5)


def apart(a, b):
    """Return squared distances of the rows, by hand."""
    return ((a[:, None] - b[None]) ** 2).sum(axis=2)


def test_numbers_are_kept_in_7_bits():
    values = np.random.default_rng(1).normal(size=(50, 3)).astype(np.float32) * [1, 100, 0]
    found = Coded.of(values)
    assert found.codes.dtype == np.int8
    assert np.abs(found.codes).max() == 63
    assert (np.abs(found.values - values) <= np.abs(values).max(axis=0) / 125).all()


def test_it_learns_what_no_plane_parts(data):
    values, y = data
    found = fitted(data, KernelOptions(penalty=0.01, gamma=2.0, dimensions=9)).predict_proba(values)
    assert (found.argmax(axis=1) == [LABELS.index(label) for label in y]).mean() > 0.95


def test_how_large_the_features_of_a_block_are_makes_no_difference(data):
    values, y = data
    larger = values * np.repeat([1000.0, 1.0], EACH).astype(np.float32)
    np.testing.assert_allclose(fitted((larger, y)).predict_proba(larger), fitted(data).predict_proba(values), atol=5e-3)


def test_features_and_blocks_that_never_vary_count_for_nothing(data):
    values, y = data
    more = np.hstack([values[:, :6], np.ones((N, 4), np.float32), values[:, 6:], np.zeros((N, 2), np.float32)])
    found = fitted((more, y), sizes={"words": 10, "length": 3, "nothing": 2}).predict_proba(more)
    np.testing.assert_allclose(found, fitted(data).predict_proba(values), atol=5e-3)


def test_a_heavier_block_has_more_of_the_distance(data):
    values, _ = data
    head = fitted(data, KernelOptions(dimensions=99, weights={"words": 3.0}))
    z = (values - values.mean(axis=0)) / values.std(axis=0) / np.sqrt(2 * np.repeat(EACH, EACH))
    shares = np.repeat([0.75, 0.25], EACH)
    places = (values * head.scale) @ head.axes.values - head.origin
    np.testing.assert_allclose(apart(places, places), apart(z * np.sqrt(shares), z * np.sqrt(shares)), atol=0.05)


def test_a_heavier_statement_is_fitted_closer(data):
    weights = np.ones(N)
    weights[5] = 50
    label = LABELS.index(data[1][5])
    light, heavy = (fitted(data, weights=each).predict_proba(data[0])[5, label] for each in (None, weights))
    assert heavy > light


def test_fewer_dimensions_keep_the_larger_part(data):
    head = fitted(data, KernelOptions(dimensions=4))
    assert head.seen.codes.shape == (N, 4)
    assert head.features == 9
    variances = head.seen.values.astype(float).var(axis=0)
    assert (np.diff(variances) < 1e-3).all()


def test_saved_and_read_it_says_the_same(data, tmp_path):
    head = fitted(data)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        head.save(tmp_path / name)
    assert (tmp_path / "a" / "weights.npz").read_bytes() == (tmp_path / "b" / "weights.npz").read_bytes()
    with saved_weights(tmp_path / "a") as arrays:
        again = KernelHead.read(arrays)
    again.check(9)
    np.testing.assert_array_equal(again.predict_proba(data[0]), head.predict_proba(data[0]))
    with pytest.raises(ValueError, match="expected"):
        again.check(10)


def test_any_number_of_statements_is_scored(data, monkeypatch):
    head = fitted(data)
    whole = head.predict_proba(data[0])
    monkeypatch.setattr(kernel, "_ROWS", 7)
    np.testing.assert_allclose(head.predict_proba(data[0]), whole, atol=1e-9)
    assert whole.shape == (N, 3)
    np.testing.assert_allclose(whole.sum(axis=1), 1)


def test_more_statements_than_memory_holds_pairs_of_are_refused(data, monkeypatch):
    monkeypatch.setattr(kernel, "MOST_STATEMENTS", 50)
    with pytest.raises(ModelError, match="90 are more than 50; set kernel: null"):
        fitted(data)
