"""Logistic regression over word and character TF-IDF of the quotation and what surrounds it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self
from zipfile import BadZipFile

import numpy as np

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.base import ALONE, Fitting, Probabilities, StatementTable
from pipeline.stance.features import TextFeatures, TfidfBlock

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_WEIGHTS, _TERMS = "weights.npz", "terms.json"


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
        from sklearn.linear_model import LogisticRegression

        if missing := [label for label in LABELS if label not in set(y)]:
            raise ModelError(f"no training statement is labelled {', '.join(missing)}; each class needs some")
        self.blocks_ = [TfidfBlock.fit(features, table) for features in self.features.values()]
        head = LogisticRegression(
            C=self.c, class_weight=self.class_weight, max_iter=self.max_iterations, random_state=self.seed
        ).fit(self._values(table), np.asarray([LABELS.index(label) for label in y]))
        # Rounded here and not when saving, so that a model answers the same before and after.
        self.coef_ = np.ascontiguousarray(head.coef_.T, dtype=np.float32)
        self.intercept_ = np.asarray(head.intercept_, dtype=np.float32)
        return self

    def predict_proba(self, table: StatementTable) -> Probabilities:
        """Return probabilities, shape [n, 3], columns in the order of ``classes_``."""
        from scipy.special import softmax

        if len(table["text"]) == 0:
            return np.empty((0, len(LABELS)))
        scores = np.asarray(self._values(table) @ self.coef_, dtype=np.float64) + self.intercept_
        return np.asarray(softmax(scores, axis=1), dtype=np.float64)

    def _values(self, table: StatementTable) -> csr_matrix:
        from scipy.sparse import hstack

        return hstack([block.transform(table) for block in self.blocks_], format="csr", dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write ``weights.npz`` and ``terms.json``; the same state gives the same bytes."""
        idf = {f"idf.{name}": block.idf for name, block in zip(self.features, self.blocks_, strict=True)}
        with (folder / _WEIGHTS).open("wb") as handle:
            np.savez_compressed(handle, allow_pickle=False, coef=self.coef_, intercept=self.intercept_, **idf)
        terms = {name: block.terms for name, block in zip(self.features, self.blocks_, strict=True)}
        (folder / _TERMS).write_text(json.dumps(terms, indent=0) + "\n", encoding="ascii")

    def load(self, folder: Path) -> Self:
        """Read what ``save`` wrote; plain arrays and JSON, never a pickle.

        Raises
        ------
        ModelError
            If the files do not fit the features that the bundle names.
        """
        try:
            terms = json.loads((folder / _TERMS).read_text(encoding="ascii"))
            with (folder / _WEIGHTS).open("rb") as handle, np.load(handle, allow_pickle=False) as arrays:
                self.coef_, self.intercept_ = arrays["coef"], arrays["intercept"]
                self.blocks_ = [
                    TfidfBlock(features, terms[name], arrays[f"idf.{name}"]) for name, features in self.features.items()
                ]
            self._check()
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            raise ModelError(f"{folder}: weights that do not fit the model ({error}); train it again") from error
        return self

    def _check(self) -> None:
        expected = (sum(len(block.terms) for block in self.blocks_), len(LABELS))
        if self.coef_.shape != expected or self.intercept_.shape != expected[1:]:
            raise ValueError(f"coefficients of shape {self.coef_.shape}, expected {expected}")
