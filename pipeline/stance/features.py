"""Word and character TF-IDF, learned by scikit-learn and counted fast."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.stance.base import Probabilities, StatementTable, column

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Keeps single letters, which scikit-learn's default pattern drops: "don't" becomes "don", "t", and "t" is a negation.
_TOKEN = r"\w+"
_find_tokens = re.compile(_TOKEN).findall


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


class WordCounter:
    """Counts of word n-grams, equal to ``CountVectorizer.transform`` and several times as fast.

    Words become numbers once; an n-gram is then one number, and all n-grams of all texts are looked up together.

    Parameters
    ----------
    terms
        The n-grams to count, words joined by one space, in the order of the columns.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        split = [term.split(" ") for term in terms]
        self._words: dict[str, int] = {}
        numbers = [[self._words.setdefault(word, len(self._words)) for word in words] for words in split]
        self._width = len(terms)
        self._known: dict[int, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = {}
        for n in sorted(set(map(len, numbers))):
            columns = np.asarray([i for i, row in enumerate(numbers) if len(row) == n], dtype=np.int64)
            codes = self._codes(np.asarray([numbers[i] for i in columns], dtype=np.int64).T)
            order = np.argsort(codes)
            self._known[n] = codes[order], columns[order]

    def _codes(self, words: Sequence[npt.NDArray[np.int64]] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return one number an n-gram: its words' numbers as the digits of a number to the base of the vocabulary."""
        if len(self._words) ** len(words) >= 2**63:
            raise ModelError(f"{len(words)}-grams of {len(self._words)} words are too many; raise min_df")
        codes = np.zeros_like(words[0])
        for digit in words:
            codes = codes * len(self._words) + digit
        return codes

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return the counts, shape [texts, terms]."""
        from scipy.sparse import coo_matrix

        get = self._words.get
        tokens = [[get(token, -1) for token in _find_tokens(_plain(text))] for text in texts]
        words = np.fromiter(chain.from_iterable(tokens), dtype=np.int64)
        owner = np.repeat(np.arange(len(texts)), list(map(len, tokens)))
        rows, columns = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for n, (codes, places) in self._known.items():
            windows = [words[i : len(words) - n + 1 + i] for i in range(n)]
            start = owner[: max(len(words) - n + 1, 0)]
            inside = (np.min(windows, axis=0) >= 0) & (start == owner[n - 1 :]) if len(start) else np.empty(0, bool)
            wanted = self._codes([window[inside] for window in windows])
            at = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
            hit = codes[at] == wanted
            rows.append(start[inside][hit])
            columns.append(places[at[hit]])
        row, col = np.concatenate(rows), np.concatenate(columns)
        return coo_matrix((np.ones(len(row), np.float32), (row, col)), shape=(len(texts), self._width)).tocsr()


class CharacterCounter:
    """Counts of character n-grams within words, equal to ``CountVectorizer.transform`` and several times as fast.

    An n-gram of ``char_wb`` never crosses a white space, so that the counts of a text are the sum of the counts of its
    words, and each distinct word is counted only once.
    """

    def __init__(self, features: TextFeatures, terms: Sequence[str]) -> None:
        self._counter = _counter(features, terms)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return the counts, shape [texts, terms]."""
        from scipy.sparse import csr_matrix

        numbers: dict[str, int] = {}
        rows = [[numbers.setdefault(word, len(numbers)) for word in _plain(text).split()] for text in texts]
        ends = np.cumsum([0, *map(len, rows)])
        indices = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
        shape = (len(texts), len(numbers))
        occurrences = csr_matrix((np.ones(len(indices), np.float32), indices, ends), shape=shape)
        return occurrences @ self._counter.transform(list(numbers))


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
        words = features.analyzer == "word"
        self._counter = WordCounter(terms) if words else CharacterCounter(features, terms)
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
