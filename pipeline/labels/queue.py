"""Which statements to annotate next: those that tell a model most, and no two that tell it the same.

Statements are taken one after another. Each time the one is taken that a model is least sure of and that is least like
those taken or labelled before: a weighted mean of the two, both in [0, 1]. Uncertainty alone asks for one sentence
in many wordings (Settles 2009, "Active Learning Literature Survey", section 3.6; the mean of an
informativeness and a diversity is that of Brinker 2003, "Incorporating Diversity in Active Learning with Support Vector
Machines").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Measure = Literal["entropy", "margin", "confidence"]

_ROWS = 256


@dataclass(frozen=True, slots=True)
class Choice:
    """A statement to annotate.

    Parameters
    ----------
    index
        Of the statement, from 0.
    uncertainty
        In [0, 1]; 1 where the labels are equally likely.
    novelty
        1 less the largest cosine with a statement taken or labelled before, in [0, 1].
    """

    index: int
    uncertainty: float
    novelty: float


def uncertainties(y_prob: FloatArray, measure: Measure = "entropy") -> FloatArray:
    """Return how unsure a model is, shape [n], 0 (sure) to 1 (all labels alike), of probabilities, shape [n, k].

    ``entropy`` is that of the labels over its largest value; ``margin`` 1 less the lead of the likeliest label over the
    next; ``confidence`` what the likeliest label lacks of 1, over the most that it can.

    Examples
    --------
    >>> uncertainties(np.array([[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]]), "margin").tolist()
    [0.0, 1.0, 1.0]
    """
    labels = y_prob.shape[1]
    if measure == "entropy":
        logs = np.log(y_prob, out=np.zeros_like(y_prob), where=y_prob > 0)
        return np.asarray(-(y_prob * logs).sum(axis=1) / np.log(labels), dtype=np.float64)
    ordered = np.sort(y_prob, axis=1)
    if measure == "margin":
        return np.asarray(1 - (ordered[:, -1] - ordered[:, -2]), dtype=np.float64)
    return np.asarray((1 - ordered[:, -1]) * labels / (labels - 1), dtype=np.float64)


def word_vectors(texts: Sequence[str], others: Sequence[str] = ()) -> tuple[Any, Any]:
    """Return TF-IDF vectors of unit length of two lists of texts, sparse, shapes [n, words] and [m, words]."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    # Words of one letter, too: a text of "I" alone has a vector then.
    both = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"\w+").fit_transform([*texts, *others])
    return both[: len(texts)], both[len(texts) :]


def choose(
    count: int,
    uncertainty: FloatArray,
    vectors: Any,
    known: Any,
    *,
    stories: Sequence[str],
    targets: Sequence[str],
    quotas: Mapping[str, int] | None = None,
    per_story: int = 1,
    diversity: float = 0.0,
) -> list[Choice]:
    """Return statements to annotate, the first one first; fewer than ``count`` where stories or quotas leave no more.

    Parameters
    ----------
    uncertainty
        Shape [n], in [0, 1].
    vectors, known
        Of the statements and of those labelled before, rows of unit length or 0, dense or sparse: [n, d] and [m, d].
    stories, targets
        Of each statement.
    quotas
        Most statements of a target; None sets none, and a target not named has none.
    per_story
        Most statements of a story.
    diversity
        In [0, 1]: 0 looks at the uncertainty alone, 1 at novelty alone.
    """
    groups = [
        _Group(stories, {}, default=per_story),
        _Group(targets, quotas or {}, default=len(targets)),
    ]
    nearest = _nearest(vectors, known)
    chosen: list[Choice] = []
    while len(chosen) < count:
        left = np.logical_and.reduce([group.open for group in groups])
        left[[choice.index for choice in chosen]] = False
        if not left.any():
            break
        value = (1 - diversity) * uncertainty + diversity * (1 - nearest)
        index = int(np.argmax(np.where(left, value, -np.inf)))
        chosen.append(Choice(index, float(uncertainty[index]), float(1 - nearest[index])))
        nearest = np.maximum(nearest, _nearest(vectors, vectors[[index]]))
        for group in groups:
            group.take(index)
    return chosen


class _Group:
    """How many more statements of each story, or target, may be taken."""

    def __init__(self, names: Sequence[str], most: Mapping[str, int], *, default: int) -> None:
        values, self._codes = np.unique(np.array(names, dtype=object), return_inverse=True)
        self._left = np.array([most.get(value, default) for value in values], dtype=np.int64)

    @property
    def open(self) -> npt.NDArray[np.bool_]:
        """Of which statements one more may be taken, shape [n]."""
        return np.asarray(self._left[self._codes] > 0)

    def take(self, index: int) -> None:
        """Count one."""
        self._left[self._codes[index]] -= 1


def _nearest(vectors: Any, others: Any) -> FloatArray:
    """Return the largest cosine of each vector with one of the others, shape [n], 0 where there are none."""
    found = np.zeros(vectors.shape[0])
    for start in range(0, others.shape[0], _ROWS):
        cosines = vectors @ others[start : start + _ROWS].T
        dense = cosines.toarray() if hasattr(cosines, "toarray") else np.asarray(cosines)
        found = np.maximum(found, dense.max(axis=1, initial=0.0))
    return np.clip(found, 0.0, 1.0)
