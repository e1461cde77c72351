"""A kernel machine: the head of models that compare a statement with every one they learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.base import Probabilities, one_hot
from pipeline.stance.linear import WEIGHTS

MOST_STATEMENTS = 20_000
"""Fitting takes the square of their number in memory: 3 GB for so many."""

_SHARPNESS = 3.0
"""From scores, about -1 for no and 1 for yes, to log probabilities; calibration does the rest."""
_ROWS = 1024
_DIGITS = 10
_MOST = 63
"""Largest multiple: coordinates tell as much in 7 bits, and pack to 6."""
_STILL = 1e-3

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KernelOptions:
    """How a kernel head is fitted.

    Parameters
    ----------
    penalty
        Ridge penalty, above 0; smaller fits the training data closer.
    gamma
        Of exp(-gamma d²), where two statements drawn at random are at d² = 1 on average; larger looks at nearer ones.
    dimensions
        Principal components that distances are taken in.
    weights
        How much a block's distance counts, by the block's name; 1 for those not named.
    """

    penalty: float = 0.5
    gamma: float = 1.3
    dimensions: int = 256
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Coded:
    """Numbers as small multiples of a step a column.

    Parameters
    ----------
    codes
        Shape [n, m], in [-63, 63].
    steps
        Shape [m].
    """

    codes: npt.NDArray[np.int8]
    steps: npt.NDArray[np.float32]

    @classmethod
    def of(cls, values: npt.NDArray[Any]) -> Self:
        """Return the nearest ones."""
        largest = np.abs(values).max(axis=0).astype(np.float32)
        steps = np.where(largest > 0, largest / _MOST, np.float32(1))
        return cls(np.rint(values / steps).astype(np.int8), steps)

    @property
    def values(self) -> Vectors:
        """The numbers."""
        return self.codes.astype(np.float32) * self.steps


@dataclass(frozen=True, slots=True)
class KernelHead:
    """Kernel ridge regression of the labels, one against the rest, with a Gaussian kernel.

    Parameters
    ----------
    scale
        Shape [features]: what features are multiplied by.
    axes
        Shape [features, dimensions]: from scaled features to coordinates.
    origin
        Shape [dimensions]: coordinates of the mean statement, subtracted.
    seen
        Shape [n, dimensions]: coordinates of the training statements.
    coef
        Shape [n, 3], columns in the order of ``LABELS``.
    intercept
        Shape [3].
    gamma
        Of exp(-gamma d²).
    """

    scale: npt.NDArray[np.float32]
    axes: Coded
    origin: npt.NDArray[np.float32]
    seen: Coded
    coef: npt.NDArray[np.float32]
    intercept: npt.NDArray[np.float32]
    gamma: float

    @classmethod
    def fit(
        cls,
        values: Vectors,
        y: Sequence[str],
        options: KernelOptions,
        *,
        sizes: Mapping[str, int],
        weights: npt.NDArray[np.float64],
    ) -> Self:
        """Return the head fitted by scikit-learn.

        Parameters
        ----------
        values
            Shape [n, features], blocks side by side.
        sizes
            Features of each block, by its name. However many they are and however large, a block counts as its weight
            says.
        weights
            How much each statement counts, shape [n]; only their proportions matter.

        Raises
        ------
        ModelError
            If there are more than ``MOST_STATEMENTS``.
        """
        from sklearn.decomposition import PCA
        from sklearn.kernel_ridge import KernelRidge

        if len(y) > MOST_STATEMENTS:
            raise ModelError(
                f"a kernel head compares all pairs of statements, and {len(y):,} are more than {MOST_STATEMENTS:,}; "
                "set kernel: null, or train on fewer"
            )
        scale = _scale(values, list(sizes.values()), [options.weights.get(block, 1.0) for block in sizes])
        mean = values.mean(axis=0, dtype=np.float64).astype(np.float32)
        most = min(options.dimensions, *values.shape)
        components = PCA(most, svd_solver="covariance_eigh").fit((values - mean) * scale).components_
        axes = Coded.of(components.T)
        origin = (mean * scale) @ axes.values
        seen = Coded.of((values * scale) @ axes.values - origin)
        weights = weights / weights.mean()
        signs = 2 * one_hot(y) - 1
        intercept = np.average(signs, axis=0, weights=weights)
        kernel = _gaussian(seen.values, seen.values, options.gamma)
        ridge = KernelRidge(alpha=options.penalty, kernel="precomputed")
        coef = ridge.fit(kernel, signs - intercept, sample_weight=weights).dual_coef_
        return cls(scale, axes, origin, seen, coef.astype(np.float32), intercept.astype(np.float32), options.gamma)

    def predict_proba(self, values: Vectors) -> Probabilities:
        """Return probabilities, shape [n, 3], of features, shape [n, features]."""
        from scipy.special import softmax

        # In double precision and rounded, or a row's last digits would depend on the rows beside it.
        places = (values * self.scale).astype(np.float64) @ self.axes.values.astype(np.float64) - self.origin
        seen = self.seen.values.astype(np.float64)
        blocks = [places[start : start + _ROWS] for start in range(0, len(places), _ROWS)]
        scores = np.concatenate([_gaussian(block, seen, self.gamma) @ self.coef for block in blocks])
        scores = np.round(scores + self.intercept, _DIGITS)
        return np.asarray(softmax(_SHARPNESS * scores, axis=1), dtype=np.float64)

    @property
    def features(self) -> int:
        """How many features it is for."""
        return len(self.scale)

    def save(self, folder: Path) -> None:
        """Write ``weights.npz``; the same arrays give the same bytes."""
        with (folder / WEIGHTS).open("wb") as handle:
            np.savez_compressed(
                handle, allow_pickle=False, scale=self.scale, axes=self.axes.codes, axes_steps=self.axes.steps,
                origin=self.origin, seen=self.seen.codes, seen_steps=self.seen.steps, coef=self.coef,
                intercept=self.intercept, gamma=np.float64(self.gamma),
            )  # fmt: skip

    @classmethod
    def read(cls, arrays: Any) -> Self:
        """Return the head of saved arrays."""
        axes, seen = (Coded(arrays[name], arrays[f"{name}_steps"]) for name in ("axes", "seen"))
        others = {name: arrays[name] for name in ("scale", "origin", "coef", "intercept")}
        return cls(axes=axes, seen=seen, gamma=float(arrays["gamma"]), **others)

    def check(self, features: int) -> None:
        """Raise ``ValueError`` unless the arrays fit each other and so many features."""
        n, dimensions = self.seen.codes.shape
        wanted = [(features,), (features, dimensions), (dimensions,), (dimensions,), (dimensions,), (n, len(LABELS))]
        arrays = (self.scale, self.axes.codes, self.axes.steps, self.seen.steps, self.origin, self.coef)
        if (shapes := [array.shape for array in arrays]) != wanted or self.intercept.shape != (len(LABELS),):
            raise ValueError(f"arrays of shapes {shapes}, expected {wanted}")


def _gaussian(places: npt.NDArray[Any], seen: npt.NDArray[Any], gamma: float) -> npt.NDArray[Any]:
    """Return exp(-gamma d²), shape [m, n], between coordinates, shapes [m, dimensions] and [n, dimensions]."""
    squared = (places**2).sum(axis=1)[:, None] + (seen**2).sum(axis=1) - 2 * (places @ seen.T)
    return np.asarray(np.exp(-gamma * np.maximum(squared, 0)), dtype=places.dtype)


def _scale(values: Vectors, sizes: Sequence[int], weights: Sequence[float]) -> Vectors:
    """Return what features are multiplied by, so that d² of two statements is 1 on average, shared out by weight."""
    spread: npt.NDArray[np.float64] = values.std(axis=0, dtype=np.float64)
    ends = np.cumsum(sizes)
    blocks = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    for block in blocks:  # what hardly varies beside the others is rounding
        spread[block][spread[block] < _STILL * np.sqrt(np.mean(spread[block] ** 2))] = 0
    varied = [int(np.count_nonzero(spread[block])) for block in blocks]
    total = sum(weight for weight, many in zip(weights, varied, strict=True) if many) or 1.0
    shares = [weight / total / max(many, 1) for weight, many in zip(weights, varied, strict=True)]
    wanted = np.sqrt(np.repeat(shares, sizes) / 2)
    scale = np.divide(wanted, spread, out=np.zeros_like(spread), where=spread > 0)
    return np.asarray(scale, dtype=np.float32)
