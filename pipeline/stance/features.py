"""Word and character TF-IDF of one column of a statement table, by scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from pipeline.errors import ModelError
from pipeline.stance.base import Probabilities, StatementTable, column

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Keeps single letters, which scikit-learn's default pattern drops: "don't" becomes "don", "t", and "t" is a negation.
_TOKEN = r"\w+"


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """One block of TF-IDF features.

    Parameters
    ----------
    column
        The column of the statement table that it reads.
    analyzer
        ``word``, or ``char_wb`` for character n-grams that do not cross a white space.
    ngrams
        Shortest and longest n-gram.
    min_df
        An n-gram in fewer training statements is left out.
    max_features
        Keep only so many n-grams, the most frequent ones; None keeps all.
    weight
        Factor on the unit-length block: how much it counts beside the others.
    """

    column: str
    analyzer: Literal["word", "char_wb"]
    ngrams: tuple[int, int]
    min_df: int = 2
    max_features: int | None = None
    weight: float = 1.0


def _plain(text: str) -> str:
    """Return the text in lower case with straight apostrophes, so that an outlet's typography is no feature."""
    return text.lower().replace("’", "'")


def _counter(features: TextFeatures, terms: Sequence[str] | None = None) -> Any:
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(
        analyzer=features.analyzer,
        ngram_range=tuple(features.ngrams),
        min_df=features.min_df if terms is None else 1,
        max_features=features.max_features if terms is None else None,
        vocabulary=terms,
        preprocessor=_plain,
        token_pattern=_TOKEN if features.analyzer == "word" else None,
        dtype=np.float32,
    )


class TfidfBlock:
    """The learned n-grams and inverse document frequencies of one ``TextFeatures``.

    Parameters
    ----------
    features
        What to read and how to cut it.
    terms
        The n-grams, in the order of the columns.
    idf
        Their inverse document frequencies, shape [terms].
    """

    def __init__(self, features: TextFeatures, terms: Sequence[str], idf: Probabilities) -> None:
        from sklearn.feature_extraction.text import TfidfTransformer

        if np.shape(idf) != (len(terms),):
            raise ValueError(f"{len(terms)} terms with idf of shape {np.shape(idf)}")
        self.features, self.terms, self.idf = features, list(terms), idf
        self._counter = _counter(features, self.terms)
        self._tfidf = TfidfTransformer(sublinear_tf=True)
        self._tfidf.idf_ = idf

    @classmethod
    def fit(cls, features: TextFeatures, table: StatementTable) -> Self:
        """Return the block learned from a table.

        Raises
        ------
        ModelError
            If no n-gram stands in ``min_df`` statements.
        """
        from sklearn.feature_extraction.text import TfidfTransformer

        counter = _counter(features)
        try:
            counts = counter.fit_transform(column(table, features.column))
        except ValueError as error:
            where = f"{features.analyzer} features of {features.column!r}"
            raise ModelError(f"{where}: nothing to learn ({error}); lower min_df or leave the block out") from error
        terms = [str(term) for term in counter.get_feature_names_out()]
        return cls(features, terms, TfidfTransformer(sublinear_tf=True).fit(counts).idf_)

    def transform(self, table: StatementTable) -> csr_matrix:
        """Return weighted TF-IDF rows, shape [n, terms]."""
        counts = self._counter.transform(column(table, self.features.column))
        return self._tfidf.transform(counts, copy=False) * np.float32(self.features.weight)
