"""Calibration of probabilities on held-out statements: fitted by scikit-learn, kept and applied as plain numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self, get_args

import numpy as np

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.base import Probabilities

Method = Literal["temperature", "isotonic", "none"]

# One number can be fitted on few statements; a step function a class needs many more, and overfits below this.
_FEWEST: dict[Method, int] = {"temperature": 30, "isotonic": 300}
_FEWEST_A_CLASS = 5  # what scikit-learn asks for
_FLOOR = 1e-12


@dataclass(frozen=True, slots=True)
class Calibration:
    """A map from a classifier's probabilities to calibrated ones.

    Parameters
    ----------
    method
        ``temperature`` (Guo et al. 2017, "On calibration of modern neural networks", section 4.2), ``isotonic``
        (one class against the rest, then normalised: Zadrozny and Elkan 2002), or ``none``.
    temperature
        Log-probabilities are divided by it; above 1 makes them less confident.
    curves
        For ``isotonic``, one (log-probability, probability) pair of rising sequences a class.
    """

    method: Method = "none"
    temperature: float = 1.0
    curves: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = field(default=(), repr=False)

    def apply(self, y_prob: Probabilities) -> Probabilities:
        """Return calibrated probabilities of the same shape; rows sum to 1."""
        if self.method == "none" or len(y_prob) == 0:
            return y_prob
        if self.method == "temperature":
            scaled = _logarithm(y_prob) / self.temperature
            values = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        else:
            columns = zip(_logarithm(y_prob).T, self.curves, strict=True)
            values = np.column_stack([np.interp(scores, *curve) for scores, curve in columns])
            values[values.sum(axis=1) == 0] = 1.0  # no curve gives it anything: all classes alike
        return np.asarray(values / values.sum(axis=1, keepdims=True), dtype=np.float64)

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {"method": self.method, "temperature": self.temperature, "curves": self.curves}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what ``as_dict`` was made from.

        Raises
        ------
        ValueError
            If the values describe no calibration.
        """
        curves = tuple((tuple(map(float, x)), tuple(map(float, y))) for x, y in values["curves"])
        if values["method"] not in get_args(Method) or not float(values["temperature"]) > 0:
            raise ValueError(f"no calibration: {values['method']}, temperature {values['temperature']}")
        if values["method"] == "isotonic" and len(curves) != len(LABELS):
            raise ValueError(f"{len(curves)} isotonic curves for {len(LABELS)} labels")
        return cls(values["method"], float(values["temperature"]), curves)


def _logarithm(y_prob: Probabilities) -> Probabilities:
    return np.asarray(np.log(np.maximum(y_prob, _FLOOR)), dtype=np.float64)


def _check(y: Sequence[str], method: Method) -> None:
    remedy = "label more, or set calibration: none"
    if len(y) < _FEWEST[method]:
        raise ModelError(f"{method} calibration needs {_FEWEST[method]} dev statements, found {len(y)}; {remedy}")
    counts = Counter(y)
    if rare := [f"{counts[label]} {label}" for label in LABELS if counts[label] < _FEWEST_A_CLASS]:
        needed = f"{method} calibration needs {_FEWEST_A_CLASS} dev statements a class"
        raise ModelError(f"{needed}, found {', '.join(rare)}; {remedy}")


def fit_calibration(y_prob: Probabilities, y: Sequence[str], *, method: Method) -> Calibration:
    """Return the calibration that fits held-out probabilities to their labels.

    Parameters
    ----------
    y_prob
        Shape [n, 3], in the order of ``LABELS``, from a classifier that has not seen these statements.
    y
        Their labels.

    Raises
    ------
    ModelError
        If there are too few statements, of all classes or of one.
    """
    if method == "none":
        return Calibration()
    _check(y, method)
    scores = _logarithm(y_prob)
    fitted = _fit(scores, np.asarray([LABELS.index(label) for label in y]), method)
    if method == "temperature":
        return Calibration("temperature", temperature=1.0 / float(fitted.calibrators[0].beta_))
    curves = tuple(
        (tuple(map(float, curve.X_thresholds_)), tuple(map(float, curve.y_thresholds_))) for curve in fitted.calibrators
    )
    return Calibration("isotonic", curves=curves)


def _fit(scores: Probabilities, y: np.ndarray, method: Method) -> Any:
    """Return scikit-learn's one calibrated classifier over scores that are already there."""
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator

    class Scores(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
        """A classifier whose input is its decision function."""

        classes_ = np.arange(len(LABELS))

        def __sklearn_is_fitted__(self) -> bool:
            return True

        def fit(self, X: Probabilities, y: np.ndarray) -> Self:
            return self

        def decision_function(self, X: Probabilities) -> Probabilities:
            return X

        def predict(self, X: Probabilities) -> np.ndarray:
            return np.asarray(X.argmax(axis=1))

    calibrated = CalibratedClassifierCV(FrozenEstimator(Scores()), method=method).fit(scores, y)
    return calibrated.calibrated_classifiers_[0]
