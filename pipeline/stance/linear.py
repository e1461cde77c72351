"""Logistic regression: the head of models whose features are made elsewhere, and the TF-IDF classifier over it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.base import ALONE, Fitting, Probabilities, StatementTable
from pipeline.stance.features import TextFeatures, TfidfBlock

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

WEIGHTS, _TERMS = "weights.npz", "terms.json"


def check_labels(y: Sequence[str]) -> None:
    """Raise ``ModelError`` unless every label has a statement."""
    if missing := [label for label in LABELS if label not in set(y)]:
        raise ModelError(f"no training statement is labelled {', '.join(missing)}; each class needs some")


@dataclass(frozen=True, slots=True)
class HeadOptions:
    """How a head is fitted.

    Parameters
    ----------
    c
        Inverse strength of the L2 penalty; larger fits the training data closer.
    class_weight
        ``balanced`` weighs each class by the inverse of its share; None counts every statement once.
    """

    c: float = 1.0
    class_weight: Literal["balanced"] | None = "balanced"
    max_iterations: int = 1000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class LogisticHead:
    """Weights from features to labels.

    Parameters
    ----------
    coef
        Shape [features, 3], columns in the order of ``LABELS``.
    intercept
        Shape [3].
    """

    coef: npt.NDArray[np.float32]
    intercept: npt.NDArray[np.float32]

    @classmethod
    def fit(
        cls, values: Any, y: Sequence[str], options: HeadOptions, weights: npt.NDArray[np.float64] | None = None
    ) -> Self:
        """Return the head fitted by scikit-learn on features, shape [n, features], their labels and weights."""
        from sklearn.linear_model import LogisticRegression

        fitted = LogisticRegression(
            C=options.c, class_weight=options.class_weight, max_iter=options.max_iterations, random_state=options.seed
        ).fit(values, np.asarray([LABELS.index(label) for label in y]), sample_weight=weights)
        # Rounded here and not when saving, so that a model answers the same before and after.
        coef = np.ascontiguousarray(fitted.coef_.T, dtype=np.float32)
        return cls(coef, np.asarray(fitted.intercept_, dtype=np.float32))

    def predict_proba(self, values: Any) -> Probabilities:
        """Return probabilities, shape [n, 3], of dense or sparse features."""
        from scipy.special import softmax

        scores = np.asarray(values @ self.coef, dtype=np.float64) + self.intercept
        return np.asarray(softmax(scores, axis=1), dtype=np.float64)

    @property
    def features(self) -> int:
        """How many features it is for."""
        return len(self.coef)

    def save(self, folder: Path, **more: npt.NDArray[Any]) -> None:
        """Write ``weights.npz``, other arrays beside the head's; the same arrays give the same bytes."""
        with (folder / WEIGHTS).open("wb") as handle:
            np.savez_compressed(handle, allow_pickle=False, coef=self.coef, intercept=self.intercept, **more)

    def check(self, features: int) -> None:
        """Raise ``ValueError`` unless the weights are for so many features."""
        expected = (features, len(LABELS))
        if self.coef.shape != expected or self.intercept.shape != expected[1:]:
            raise ValueError(f"coefficients of shape {self.coef.shape}, expected {expected}")


@contextmanager
def saved_weights(folder: Path) -> Iterator[Mapping[str, npt.NDArray[Any]]]:
    """Yield the arrays of ``weights.npz``; whatever does not fit within the block is a one-line ``ModelError``."""
    try:
        with (folder / WEIGHTS).open("rb") as handle, np.load(handle, allow_pickle=False) as arrays:
            yield arrays
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise ModelError(f"{folder}: weights that do not fit the model ({error}); train it again") from error


class TfidfClassifier:
    """The default stance classifier: small, fast, and trained in seconds.

    Parameters
    ----------
    features
        Blocks by name; each value holds the fields of ``TextFeatures``.
    c
        Inverse strength of the L2 penalty; larger fits the training data closer.
    class_weight
        ``balanced`` weighs each class by the inverse of its share; None counts every statement once.
    """

    name: ClassVar[str] = "tfidf"
    requirements: ClassVar[tuple[str, ...]] = ("numpy", "scipy", "scikit-learn")

    def __init__(
        self,
        features: Mapping[str, Mapping[str, Any]],
        *,
        c: float = 1.0,
        class_weight: Literal["balanced"] | None = "balanced",
        max_iterations: int = 1000,
        seed: int = 0,
    ) -> None:
        self.features = {name: TextFeatures(**values) for name, values in features.items()}
        self.c = c
        self.class_weight = class_weight
        self.max_iterations = max_iterations
        self.seed = seed

    @property
    def classes_(self) -> tuple[str, ...]:
        """The codebook's labels, in the order of the probability columns."""
        return LABELS

    def fit(self, table: StatementTable, y: Sequence[str], fitting: Fitting = ALONE) -> Self:
        """Learn vocabularies and weights and return self.

        Raises
        ------
        ModelError
            If a label has no statement, or a block of features finds nothing.
        """
        check_labels(y)
        self.blocks_ = [TfidfBlock.fit(features, table) for features in self.features.values()]
        options = HeadOptions(self.c, self.class_weight, self.max_iterations, self.seed)
        weights = None if fitting.weights is None else np.asarray(fitting.weights, dtype=np.float64)
        self.head_ = LogisticHead.fit(self._values(table), y, options, weights)
        return self

    def predict_proba(self, table: StatementTable) -> Probabilities:
        """Return probabilities, shape [n, 3], columns in the order of ``classes_``."""
        if len(table["text"]) == 0:
            return np.empty((0, len(LABELS)))
        return self.head_.predict_proba(self._values(table))

    def _values(self, table: StatementTable) -> csr_matrix:
        from scipy.sparse import hstack

        return hstack([block.transform(table) for block in self.blocks_], format="csr", dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write ``weights.npz`` and ``terms.json``; the same state gives the same bytes."""
        idf = {f"idf.{name}": block.idf for name, block in zip(self.features, self.blocks_, strict=True)}
        self.head_.save(folder, **idf)
        terms = {name: block.terms for name, block in zip(self.features, self.blocks_, strict=True)}
        (folder / _TERMS).write_text(json.dumps(terms, indent=0) + "\n", encoding="ascii")

    def load(self, folder: Path) -> Self:
        """Read what ``save`` wrote; plain arrays and JSON, never a pickle.

        Raises
        ------
        ModelError
            If the files do not fit the features that the bundle names.
        """
        with saved_weights(folder) as arrays:
            terms = json.loads((folder / _TERMS).read_text(encoding="ascii"))
            self.head_ = LogisticHead(arrays["coef"], arrays["intercept"])
            self.blocks_ = [
                TfidfBlock(features, terms[name], arrays[f"idf.{name}"]) for name, features in self.features.items()
            ]
            self.head_.check(sum(len(block.terms) for block in self.blocks_))
        return self
