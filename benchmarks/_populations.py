"""Invented corpora with known shares: what the intervals of `stance estimate` are asked to hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.findings.correction import Frame

CLASSIFIERS = {
    "good": ((0.85, 0.12, 0.03), (0.10, 0.80, 0.10), (0.03, 0.12, 0.85)),
    "blind to one side": ((0.40, 0.50, 0.10), (0.05, 0.90, 0.05), (0.05, 0.25, 0.70)),
    "leans to one side": ((0.60, 0.10, 0.30), (0.10, 0.50, 0.40), (0.02, 0.08, 0.90)),
    "says neutral": ((0.30, 0.65, 0.05), (0.03, 0.94, 0.03), (0.05, 0.65, 0.30)),
    "chance": ((1 / 3, 1 / 3, 1 / 3),) * 3,
    "never wrong": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
}
"""Probability of each predicted label (columns) given the actual one (rows)."""


@dataclass(frozen=True)
class Population:
    """A flow of articles, and a sample of the corpus drawn from it.

    Parameters
    ----------
    shares
        Of each label among statements, over very many articles.
    size
        Mean number of statements of an article, from 1.
    alike
        Statements of an article have shares of its own, drawn around the whole: the smaller, the more alike.
    strata
        ``none``; ``predicted``: as many rows of each predicted label; ``two``: two outlets of other shares, of which
        the smaller gives half of the sample.
    """

    classifier: str = "good"
    shares: tuple[float, float, float] = (0.2, 0.5, 0.3)
    articles: int = 300
    size: float = 4
    alike: float = 4
    n: int = 200
    strata: str = "none"

    @property
    def truth(self) -> np.ndarray:
        """The shares that are asked for."""
        other = np.array(self.shares)[::-1]
        return 0.8 * np.array(self.shares) + 0.2 * other if self.strata == "two" else np.array(self.shares)


def draw(population: Population, rng: np.random.Generator) -> tuple[Frame, np.ndarray]:
    """Return a corpus with its labelled sample, and the predicted labels."""
    sizes = 1 + rng.poisson(population.size - 1, population.articles)
    cluster = np.repeat(np.arange(population.articles), sizes)
    n = len(cluster)
    small = (rng.random(population.articles) < 0.2) & (population.strata == "two")
    centre = np.where(small[:, None], population.shares[::-1], population.shares)
    gamma = rng.gamma(centre * population.alike)
    own = (gamma / gamma.sum(axis=1, keepdims=True))[cluster]
    actual = _labels(own, rng)
    predicted = _labels(np.array(CLASSIFIERS[population.classifier])[actual], rng)
    probabilities = 0.7 * np.eye(3)[predicted] + 0.3 * rng.dirichlet(np.ones(3), n)
    stratum = {"none": np.zeros(n, int), "predicted": predicted, "two": small[cluster].astype(int)}[population.strata]
    labelled, inclusion = np.zeros(n, bool), np.ones(n)
    names = np.unique(stratum)
    for name in names:
        members = np.flatnonzero(stratum == name)
        taken = min(population.n // len(names), len(members))
        labelled[rng.choice(members, taken, replace=False)] = True
        inclusion[members] = taken / len(members)
    said = np.zeros((n, 4))
    said[labelled, actual[labelled]] = 1
    inclusion[~labelled] = 1
    return Frame(probabilities, np.ones(n), cluster, stratum, labelled, said, inclusion), predicted


def _labels(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a label of each row by its shares."""
    return np.minimum((rng.random(len(shares))[:, None] > shares.cumsum(axis=1)).sum(axis=1), 2)
