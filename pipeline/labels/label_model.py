"""From votes to a label: majority vote, and the model of Dawid and Skene, which learns how far to trust each function.

A vote matrix has shape [n, m]: a row a statement, a column a labelling function, the index of a label in a cell, or
``NO_VOTE``. A label model gives probabilities of shape [n, k]; a row without any vote is NaN throughout, for nobody has
said anything of that statement.
"""

from __future__ import annotations

from typing import ClassVar, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

from pipeline.records import LABELS

VoteMatrix = npt.NDArray[np.int8]
Labels = npt.NDArray[np.int8]
Probabilities = npt.NDArray[np.float64]

NO_VOTE = -1

_TINY = 1e-10
"""Stands for a share of nothing, whose logarithm there is not."""
_EQUAL = 1e-9
"""Probabilities closer than this are a tie."""


class LabelModel(Protocol):
    """What turns votes into probabilities of labels."""

    name: ClassVar[str]

    def fit(self, votes: VoteMatrix, known: Labels | None = None) -> Self:
        """Learn from a vote matrix, and from labels known of some rows, and return self."""

    def predict_proba(self, votes: VoteMatrix) -> Probabilities:
        """Return probabilities, shape [n, k]; NaN in rows without a vote."""


def decided(y_prob: Probabilities, min_posterior: float = 0.0) -> Labels:
    """Return the likeliest label of each row, [n]; ``NO_VOTE`` for rows without one, with a tie, or less sure.

    Examples
    --------
    >>> decided(np.array([[0.9, 0.1, 0.0], [0.5, 0.5, 0.0], [0.4, 0.35, 0.25], [np.nan] * 3]), 0.6).tolist()
    [0, -1, -1, -1]
    """
    if not len(y_prob):
        return np.empty(0, dtype=np.int8)
    ranked = np.sort(np.nan_to_num(y_prob), axis=1)
    sure = (ranked[:, -1] - ranked[:, -2] > _EQUAL) & (ranked[:, -1] >= min_posterior)
    return np.where(sure, np.nan_to_num(y_prob).argmax(axis=1), NO_VOTE).astype(np.int8)


def _shares(votes: VoteMatrix, k: int) -> Probabilities:
    """Return the share of each label among a row's votes, [n, k]; NaN in rows without a vote."""
    counts = np.stack([(votes == label).sum(axis=1) for label in range(k)], axis=1).astype(np.float64)
    total = counts.sum(axis=1, keepdims=True)
    shares: Probabilities = np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)
    return shares


class MajorityVote:
    """The share of a statement's votes that a label has; every function counts alike, and nothing is learnt."""

    name: ClassVar[str] = "majority-vote"

    def __init__(self, *, k: int = len(LABELS)) -> None:
        self.k = k

    def fit(self, votes: VoteMatrix, known: Labels | None = None) -> Self:
        """Return self."""
        return self

    def predict_proba(self, votes: VoteMatrix) -> Probabilities:
        """Return shares of votes, shape [n, k]; NaN in rows without a vote."""
        return _shares(votes, self.k)


class DawidSkene:
    """A confusion matrix a function, and the labels' shares, by expectation-maximisation.

    Dawid and Skene (1979), "Maximum likelihood estimation of observer error-rates using the EM algorithm", Applied
    Statistics 28(1), equations 2.3 to 2.5, computed with logarithms. Given the label, functions are taken to vote
    independently of each other; where they share their words they do not, and the posteriors are too sure.

    Parameters
    ----------
    k
        Number of labels.
    priors
        Shares of the labels, [k], kept as they are; None learns them.
    abstentions
        ``informative``: to abstain is an answer like others, with a probability for each label, as it should be for
        functions that know one label only: all that such a function tells is when it votes. ``missing``: what a coder
        has not answered says nothing, as in the paper.
    smoothing
        Counts added to each cell of the confusion matrices and to the learnt priors (a Dirichlet prior); 0 is
        maximum likelihood.
    tolerance
        It stops when the mean log-likelihood of a row grows by less.
    max_iterations
        Or after so many steps.

    Attributes
    ----------
    priors_
        Shape [k].
    confusion_
        Shape [m, k, answers]: the probability of a function's answers, given the label; the last answer is to abstain
        where abstentions are informative.
    history_
        The objective after each step: the logarithm of the likelihood and of the Dirichlet prior. It never falls.
    """

    name: ClassVar[str] = "dawid-skene"

    def __init__(
        self,
        *,
        k: int = len(LABELS),
        priors: npt.ArrayLike | None = None,
        abstentions: Literal["informative", "missing"] = "informative",
        smoothing: float = 0.1,
        tolerance: float = 1e-7,
        max_iterations: int = 500,
    ) -> None:
        self.k = k
        self.priors = priors
        self.abstentions = abstentions
        self.smoothing = smoothing
        self.tolerance = tolerance
        self.max_iterations = max_iterations

    def fit(self, votes: VoteMatrix, known: Labels | None = None) -> Self:
        """Learn from a vote matrix and return self.

        Parameters
        ----------
        votes
            Shape [n, m].
        known
            The label of each row, [n], where a coder has given one; ``NO_VOTE`` elsewhere. Known labels stay.

        Raises
        ------
        ValueError
            If there is no row to learn from.
        """
        known = np.full(len(votes), NO_VOTE, dtype=np.int8) if known is None else known
        if self.abstentions == "missing":
            voted = (votes != NO_VOTE).any(axis=1)
            votes, known = votes[voted], known[voted]
        if not len(votes):
            raise ValueError("no row has a vote; there is nothing to learn from")
        self.history_: list[float] = []
        posteriors = self._start(votes, known)
        for _ in range(self.max_iterations):
            self._m_step(votes, posteriors)
            posteriors, objective = self._e_step(votes, known)
            self.history_.append(objective)
            if len(self.history_) > 1 and objective - self.history_[-2] < self.tolerance * len(votes):
                break
        return self

    def predict_proba(self, votes: VoteMatrix) -> Probabilities:
        """Return posteriors, shape [n, k]; NaN in rows without a vote."""
        y_prob, _ = self._e_step(votes, np.full(len(votes), NO_VOTE, dtype=np.int8))
        y_prob[(votes == NO_VOTE).all(axis=1)] = np.nan
        return y_prob

    def _answers(self) -> range:
        """Return the answers counted with; an index of -1, to abstain, is the last."""
        return range(NO_VOTE if self.abstentions == "informative" else 0, self.k)

    def _start(self, votes: VoteMatrix, known: Labels) -> Probabilities:
        """Return the posteriors to begin with: shares of votes, known labels, and the mean of both for other rows."""
        posteriors = _shares(votes, self.k)
        posteriors[known != NO_VOTE] = np.eye(self.k)[known[known != NO_VOTE]]
        empty = np.isnan(posteriors[:, 0])
        posteriors[empty] = np.full(self.k, 1 / self.k) if empty.all() else posteriors[~empty].mean(axis=0)
        return posteriors

    def _m_step(self, votes: VoteMatrix, posteriors: Probabilities) -> None:
        """Set priors and confusion matrices to what the posteriors make likeliest (equations 2.3 and 2.4)."""
        counts = np.empty((votes.shape[1], self.k, len(self._answers())))
        for answer in self._answers():
            counts[:, :, answer] = (votes == answer).T.astype(np.float64) @ posteriors
        counts = np.maximum(counts + self.smoothing, _TINY)
        self.confusion_ = counts / counts.sum(axis=2, keepdims=True)
        weights = posteriors.sum(axis=0) + self.smoothing if self.priors is None else np.asarray(self.priors, float)
        weights = np.maximum(weights, _TINY)
        self.priors_ = weights / weights.sum()

    def _e_step(self, votes: VoteMatrix, known: Labels) -> tuple[Probabilities, float]:
        """Return the posteriors of the rows (equation 2.5), and the objective."""
        from scipy.special import logsumexp

        log_confusion, log_priors = np.log(self.confusion_), np.log(self.priors_)
        joint = np.tile(log_priors, (len(votes), 1))
        for answer in self._answers():
            joint += (votes == answer).astype(np.float64) @ log_confusion[:, :, answer]
        given = known != NO_VOTE
        joint[given] = np.where(np.arange(self.k) == known[given, None], joint[given], -np.inf)
        evidence = logsumexp(joint, axis=1, keepdims=True)
        prior = log_confusion.sum() + (log_priors.sum() if self.priors is None else 0.0)
        return np.exp(joint - evidence), float(evidence.sum() + self.smoothing * prior)


LABEL_MODELS: dict[str, type[MajorityVote] | type[DawidSkene]] = {
    model.name: model for model in (MajorityVote, DawidSkene)
}
"""By name."""
