"""A kernel machine: the head of models that compare a statement with every one they learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    """

    penalty: float = 0.5
    gamma: float = 1.3
    dimensions: int = 256


@dataclass(frozen=True, slots=True)
class KernelHead:
    """Kernel ridge regression of the labels, one against the rest, with a Gaussian kernel.

    Parameters
    ----------
    axes
        Shape [features, dimensions]: from features to coordinates. In half precision, as it is saved.
    origin
        Shape [dimensions]: coordinates of the mean statement, subtracted.
    seen
        Shape [n, dimensions]: coordinates of the training statements. In half precision.
    coef
        Shape [n, 3], columns in the order of ``LABELS``.
    intercept
        Shape [3].
    gamma
        Of exp(-gamma d²).
    """

    axes: npt.NDArray[np.float16]
    origin: npt.NDArray[np.float32]
    seen: npt.NDArray[np.float16]
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
        sizes: Sequence[int],
        weights: npt.NDArray[np.float64],
    ) -> Self:
        """Return the head fitted by scikit-learn.

        Parameters
        ----------
        values
            Shape [n, features], blocks side by side.
        sizes
            Features of each block. Every block counts alike, however many features it has and however large they are.
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
        scale = _scale(values, sizes)
        mean = values.mean(axis=0, dtype=np.float64).astype(np.float32)
        most = min(options.dimensions, *values.shape)
        components = PCA(most, svd_solver="covariance_eigh").fit((values - mean) * scale).components_
        axes = np.asarray(components.T * scale[:, None], dtype=np.float16)
        origin = mean @ axes.astype(np.float32)
        seen = np.asarray(values @ axes.astype(np.float32) - origin, dtype=np.float16)
        weights = weights / weights.mean()
        signs = 2 * one_hot(y) - 1
        intercept = np.average(signs, axis=0, weights=weights)
        kernel = _gaussian(seen.astype(np.float32), seen, options.gamma)
        ridge = KernelRidge(alpha=options.penalty, kernel="precomputed")
        coef = ridge.fit(kernel, signs - intercept, sample_weight=weights).dual_coef_
        return cls(axes, origin, seen, coef.astype(np.float32), intercept.astype(np.float32), options.gamma)

    def predict_proba(self, values: Vectors) -> Probabilities:
        """Return probabilities, shape [n, 3], of features, shape [n, features]."""
        from scipy.special import softmax

        # In double precision, or a row's last digits would depend on the rows beside it.
        places = values.astype(np.float64) @ self.axes.astype(np.float64) - self.origin
        blocks = [places[start : start + _ROWS] for start in range(0, len(places), _ROWS)]
        scores = np.concatenate([_gaussian(block, self.seen, self.gamma) @ self.coef for block in blocks])
        scores += self.intercept
        return np.asarray(softmax(_SHARPNESS * scores, axis=1), dtype=np.float64)

    @property
    def features(self) -> int:
        """How many features it is for."""
        return len(self.axes)

    def save(self, folder: Path) -> None:
        """Write ``weights.npz``; the same arrays give the same bytes."""
        with (folder / WEIGHTS).open("wb") as handle:
            np.savez_compressed(
                handle, allow_pickle=False, axes=self.axes, origin=self.origin, seen=self.seen, coef=self.coef,
                intercept=self.intercept, gamma=np.float64(self.gamma),
            )  # fmt: skip

    @classmethod
    def read(cls, arrays: Any) -> Self:
        """Return the head of saved arrays."""
        names = ("axes", "origin", "seen", "coef", "intercept")
        return cls(**{name: arrays[name] for name in names}, gamma=float(arrays["gamma"]))

    def check(self, features: int) -> None:
        """Raise ``ValueError`` unless the arrays fit each other and so many features."""
        n, dimensions = self.seen.shape
        wanted = [(features, dimensions), (dimensions,), (n, len(LABELS)), (len(LABELS),)]
        shapes = [array.shape for array in (self.axes, self.origin, self.coef, self.intercept)]
        if shapes != wanted:
            raise ValueError(f"arrays of shapes {shapes}, expected {wanted}")


def _gaussian(places: npt.NDArray[Any], seen: npt.NDArray[np.float16], gamma: float) -> npt.NDArray[Any]:
    """Return exp(-gamma d²) between coordinates, shape [m, dimensions], and the training statements, [m, n]."""
    others = seen.astype(places.dtype)
    squared = (places**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * (places @ others.T)
    return np.asarray(np.exp(-gamma * np.maximum(squared, 0)), dtype=places.dtype)


def _scale(values: Vectors, sizes: Sequence[int]) -> Vectors:
    """Return what features are multiplied by, so that d² of two statements is 1 on average, shared alike by blocks."""
    spread = values.std(axis=0, dtype=np.float64)
    ends = np.cumsum(sizes)
    blocks = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    for block in blocks:  # what hardly varies beside the others is rounding
        spread[block][spread[block] < _STILL * np.sqrt(np.mean(spread[block] ** 2))] = 0
    varied = [np.count_nonzero(spread[block]) for block in blocks]
    shares = np.concatenate([np.full(size, max(many, 1)) for size, many in zip(sizes, varied, strict=True)])
    blocks_in_use = max(sum(many > 0 for many in varied), 1)
    scale = np.divide(1.0, spread * np.sqrt(2.0 * shares * blocks_in_use), out=np.zeros_like(spread), where=spread > 0)
    return np.asarray(scale, dtype=np.float32)
