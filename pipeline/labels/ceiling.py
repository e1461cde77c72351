"""The human ceiling: how well one person's labels predict another's, and how well a model's do, on the same statements.

A model can hardly be asked to agree with people more than they agree with each other. What is measured is alike on both
sides: macro-F1 and Cohen's kappa of one against one coder, the mean over pairs of coders, and over coders (Hripcsak and
Rothschild 2005). Macro-F1 of two is the same whichever is taken for the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from pipeline.labels import agreement
from pipeline.labels.agreement import MISSING, crossings, label_counts
from pipeline.labels.gold import CoderType
from pipeline.labels.reliability import Codes, Draws
from pipeline.records import Estimate
from pipeline.resampling import Combine, FloatArray, IntArray, bootstrap_sums, ratio

FIGURES: Mapping[str, Combine] = {"macro_f1": agreement.macro_f1, "kappa": agreement.kappa}
SIDES = ("human", "model", "labels", "difference")


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How well people agree, and a model with them, on the statements that two of them labelled.

    Parameters
    ----------
    n, articles
        Statements, and the articles that they are from.
    human
        Of one person against another.
    model
        Of the model against one person.
    labels
        Of the model against the labels that count, on the same statements.
    difference
        What the model lacks: human less model, on the same resamples.
    """

    coders: tuple[str, ...]
    n: int
    articles: int
    human: Mapping[str, Estimate]
    model: Mapping[str, Estimate]
    labels: Mapping[str, Estimate]
    difference: Mapping[str, Estimate]


def ceiling(data: Codes, predicted: IntArray, labels: IntArray, draws: Draws) -> Ceiling | str:
    """Return the ceiling, or why there is none.

    Parameters
    ----------
    data
        Labels of coders of any type; those of people count.
    predicted, labels
        The model's label of each unit, and the one that counts, [n].
    draws
        How the intervals are drawn, over whole articles.
    """
    people = data.of_type("human")
    rows = np.flatnonzero((data.codes[:, people] != MISSING).sum(axis=1) > 1)
    if not len(rows):
        return _why_not(data)
    codes, k = data.codes[rows][:, people], len(data.labels)
    pairs = [pair for pair in combinations(range(len(people)), 2) if (codes[:, pair] != MISSING).all(axis=1).any()]
    told = sorted({coder for pair in pairs for coder in pair})
    said = predicted[rows][:, None]
    human = [crossings(codes[:, [one]], codes[:, [other]], k) for one, other in pairs]
    model = [crossings(said, codes[:, [coder]], k) for coder in told]
    found = bootstrap_sums(
        np.concatenate([*human, *model, crossings(said, labels[rows][:, None], k)], axis=1),
        dict(_figures(len(human), len(model), human[0].shape[1])),
        names := [data.clusters[row] for row in rows],
        rng=np.random.default_rng(draws.seed),
        resamples=draws.resamples,
        level=draws.level,
    )
    coders = tuple(data.coders[people[coder]] for coder in told)
    sides = ({name: found[f"{side} {name}"] for name in FIGURES} for side in SIDES)
    return Ceiling(coders, len(rows), len(set(names)), *sides)


def _figures(human: int, model: int, width: int) -> Iterator[tuple[str, Combine]]:
    """Yield the figures of each side, of sums whose columns are blocks of ``width``: of pairs, of coders, of labels."""
    for name, figure in FIGURES.items():
        first = _mean(figure, range(human), width)
        second = _mean(figure, range(human, human + model), width)
        yield f"human {name}", first
        yield f"model {name}", second
        yield f"labels {name}", _mean(figure, range(human + model, human + model + 1), width)
        yield f"difference {name}", _less(first, second)


def _mean(figure: Combine, blocks: range, width: int) -> Combine:
    """Return the mean of a figure over blocks of columns, of those where it is defined."""

    def mean(sums: FloatArray) -> FloatArray:
        values = np.stack([figure(sums[:, block * width : (block + 1) * width]) for block in blocks])
        defined = ~np.isnan(values)
        return ratio(np.where(defined, values, 0.0).sum(axis=0), defined.sum(axis=0).astype(np.float64))

    return mean


def _less(first: Combine, second: Combine) -> Callable[[FloatArray], FloatArray]:
    return lambda sums: first(sums) - second(sums)


def _why_not(data: Codes) -> str:
    """Return why no two people can be compared, in one line."""
    shared = label_counts(data.codes, len(data.labels)).sum(axis=1) > 1
    models = _with_codes(data, "model", shared)
    if len(models) > 1:
        return f"{' and '.join(models)} are models; agreement of two models is no human ceiling"
    people = _with_codes(data, "human", np.ones(len(data.units), dtype=bool))
    if len(people) > 1:
        return f"{' and '.join(people)} labelled no test statement in common"
    if people:
        return f"{people[0]} is the only person who labelled test statements; a ceiling takes two"
    return "no person labelled a test statement; a ceiling takes two who label the same ones"


def _with_codes(data: Codes, kind: CoderType, rows: npt.NDArray[np.bool_]) -> list[str]:
    """Return the coders of one type who labelled some of the rows."""
    labelled = data.codes[rows] != MISSING
    return [data.coders[column] for column in data.of_type(kind) if labelled[:, column].any()]
