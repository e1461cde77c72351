"""Records of agreement: who labelled what, and how well coders agree by type, pair, label and target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from pipeline.labels.coding_cells import Unit
from pipeline.labels.gold import CoderType
from pipeline.records import Estimate
from pipeline.resampling import IntArray

Types = tuple[CoderType | None, CoderType | None]

TYPES: tuple[CoderType | None, ...] = ("human", "model", "weak", None)
"""Types of coders in the order of the groups; None where it is not told."""


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """Who gave which unit which label.

    Parameters
    ----------
    labels
        The codebook's, [k].
    coders, types
        Columns of the codes and their types, [m].
    codes
        Indices of labels, [n, m]; ``agreement.MISSING`` where there is none.
    units
        What was coded, [n].
    clusters
        The article of each unit, or its statement where nothing tells the article, [n].
    clustered
        Whether an article was told for any.
    """

    labels: tuple[str, ...]
    coders: tuple[str, ...]
    types: tuple[CoderType | None, ...]
    codes: IntArray
    units: tuple[Unit, ...]
    clusters: tuple[str, ...]
    clustered: bool = True

    def of_type(self, kind: CoderType | None) -> list[int]:
        """Return the columns of the coders of one type."""
        return [column for column, found in enumerate(self.types) if found == kind]


@dataclass(frozen=True, slots=True)
class Draws:
    """How intervals are drawn: number of resamples, seed, and coverage."""

    resamples: int = 10_000
    seed: int = 13
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two coders on the units that both labelled; ``confusion`` has the first one's labels in rows."""

    first: str
    second: str
    n: int
    agreement: Estimate
    kappa: Estimate
    macro_f1: Estimate
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """One label: how often it was given, specific agreement, and reliability of the label against the rest."""

    label: str
    codes: int
    agreement: Estimate
    reliability: Estimate


@dataclass(frozen=True, slots=True)
class TargetAgreement:
    """The units of one target; None where they have none."""

    target: str | None
    n: int
    agreement: Estimate
    reliability: Estimate


@dataclass(frozen=True, slots=True)
class GroupAgreement:
    """Coders of one type among themselves, or those of one type with those of another.

    Parameters
    ----------
    coefficient
        What ``reliability`` is: ``alpha`` among coders of one type, ``kappa_x`` between two types.
    n, clusters
        Units that two coders of the group labelled, and the articles that they are from.
    standard_error
        Of the reliability, by the bootstrap; NaN where nothing could be drawn.
    kappa, macro_f1
        Means over the pairs of coders (Light 1971; Hripcsak and Rothschild 2005).
    targets
        Empty where all units have the same.
    """

    types: Types
    coders: tuple[str, ...]
    coefficient: Literal["alpha", "kappa_x"]
    n: int
    clusters: int
    reliability: Estimate
    standard_error: float
    agreement: Estimate
    kappa: Estimate
    macro_f1: Estimate
    pairs: tuple[PairAgreement, ...]
    labels: tuple[LabelAgreement, ...]
    targets: tuple[TargetAgreement, ...]


@dataclass(frozen=True, slots=True)
class Effort:
    """What brings the interval of a reliability to the wanted half-width: more units, from more articles."""

    half_width: float
    wanted: float
    statements: int
    clusters: int


def effort(group: GroupAgreement, wanted: float) -> Effort | None:
    """Return how many more units have to be coded twice; None where the resamples do not vary.

    The variance of the bootstrap falls as one over the number of articles, with as many units in each as now. The
    half-width is that of the normal approximation.
    """
    half_width = NormalDist().inv_cdf((1 + group.reliability.level) / 2) * group.standard_error
    if not half_width > 0:
        return None
    more = max((half_width / wanted) ** 2 - 1, 0.0)
    return Effort(half_width, wanted, math.ceil(group.n * more), math.ceil(group.clusters * more))
