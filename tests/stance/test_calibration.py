"""Calibration against scikit-learn 1.9 applied directly, and its refusals."""

import json

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.calibration import Calibration, fit_calibration


def overconfident(n: int, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Return probabilities that are three times as sharp as the labels drawn from them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, 3))
    true = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    y = [LABELS[rng.choice(3, p=p)] for p in true]
    sharp = np.exp(3 * logits)
    return sharp / sharp.sum(1, keepdims=True), y


class Given(ClassifierMixin, BaseEstimator):
    """Gives back its input; scikit-learn calibrates it on its own terms."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X):
        return X

    def predict(self, X):
        return self.classes_[X.argmax(1)]


@pytest.mark.parametrize("method", ["temperature", "isotonic"])
def test_calibrated_probabilities_equal_those_of_scikit_learn(method):
    y_prob, y = overconfident(600)
    unseen, _ = overconfident(50, seed=1)
    theirs = CalibratedClassifierCV(FrozenEstimator(Given().fit(np.log(y_prob), y)), method=method)
    expected = theirs.fit(np.log(y_prob), y).predict_proba(np.log(unseen))
    ours = fit_calibration(y_prob, y, method=method).apply(unseen)
    np.testing.assert_allclose(ours, expected, atol=1e-9)


def test_the_temperature_of_threefold_sharpness_is_found():
    y_prob, y = overconfident(5000)
    assert fit_calibration(y_prob, y, method="temperature").temperature == pytest.approx(3.0, rel=0.1)


@pytest.mark.parametrize("method", ["temperature", "isotonic", "none"])
def test_a_calibration_survives_json(method):
    y_prob, y = overconfident(400)
    calibration = fit_calibration(y_prob, y, method=method)
    again = Calibration.from_dict(json.loads(json.dumps(calibration.as_dict())))
    assert again == calibration
    np.testing.assert_array_equal(again.apply(y_prob), calibration.apply(y_prob))


def test_temperature_keeps_the_best_label():
    y_prob, y = overconfident(400)
    calibrated = fit_calibration(y_prob, y, method="temperature").apply(y_prob)
    np.testing.assert_array_equal(calibrated.argmax(1), y_prob.argmax(1))


def test_certain_and_empty_input_stay_probabilities():
    calibration = Calibration("temperature", temperature=2.0)
    np.testing.assert_allclose(calibration.apply(np.eye(3)).sum(1), 1)
    assert calibration.apply(np.empty((0, 3))).shape == (0, 3)


def test_a_row_that_no_curve_knows_gets_equal_shares():
    flat = ((-10.0, 0.0), (0.0, 0.0))
    calibration = Calibration("isotonic", curves=(flat, flat, flat))
    np.testing.assert_allclose(calibration.apply(np.array([[0.2, 0.3, 0.5]])), 1 / 3)


def test_none_changes_nothing_and_needs_no_statements():
    assert fit_calibration(np.empty((0, 3)), [], method="none") == Calibration()


def two_classes(n: int) -> list[str]:
    return [LABELS[i % 2] for i in range(n)]


@pytest.mark.parametrize(
    ("method", "y", "message"),
    [
        ("temperature", [*LABELS] * 9, "temperature calibration needs 30 dev statements, found 27; label more"),
        ("isotonic", [*LABELS] * 99, "isotonic calibration needs 300 dev statements, found 297"),
        ("temperature", two_classes(40), "5 dev statements a class, found 0 pro-restriction; label more"),
        ("temperature", two_classes(40) + [LABELS[2]] * 4, "5 dev statements a class, found 4 pro-restriction"),
    ],
)
def test_too_few_dev_statements_are_refused_in_one_line(method, y, message):
    with pytest.raises(ModelError, match=message) as caught:
        fit_calibration(np.full((len(y), 3), 1 / 3), y, method=method)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        {"method": "platt", "temperature": 1.0, "curves": []},
        {"method": "temperature", "temperature": 0.0, "curves": []},
        {"method": "temperature", "temperature": float("nan"), "curves": []},
        {"method": "isotonic", "temperature": 1.0, "curves": []},
    ],
)
def test_what_is_no_calibration_is_refused(values):
    with pytest.raises(ValueError, match=r"calibration|curves"):
        Calibration.from_dict(values)
