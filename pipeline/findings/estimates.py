"""The share of each stance by group: of the predicted labels, and corrected for the classifier's errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from pipeline.errors import InputError
from pipeline.findings.confusion import LEAST_OF_LABEL, adjusted_shares, seen_of_labels
from pipeline.findings.correction import Corrected, Frame, corrected_shares, tuned_power
from pipeline.findings.counting import Unit
from pipeline.findings.groups import Key, Member, group_units
from pipeline.findings.intervals import figures, stance_counts, stance_shares
from pipeline.findings.labelled import Labelled
from pipeline.findings.scored import ScoredRow
from pipeline.records import LABELS, Estimate
from pipeline.resampling import IntArray

Method = Literal["ppi", "confusion"]
METHODS: tuple[Method, ...] = get_args(Method)

LEAST_UNITS, LEAST_ARTICLES = 20, 5
"""A group with fewer has counts and no shares: the interval of 20 is nearly half of the scale wide."""
LEAST_LABELLED, LEAST_LABELLED_ARTICLES = 20, 10
"""A group with fewer labelled rows is not corrected by them; from here on intervals hold what they promise in
simulations (benchmarks/estimate.py)."""

Shares = Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Group:
    """The shares of each stance in one group.

    Parameters
    ----------
    key
        Its values, in the order of what is grouped by; empty for the whole corpus.
    n, articles, labelled
        Units, articles with one, and labelled rows.
    counts
        Units by predicted stance.
    naive
        Shares of the predicted labels; None where there is too little.
    corrected
        Shares corrected by the labelled sample; None without one, or where there is too little.
    note
        Why a figure is missing; None where none is.
    """

    key: Key
    n: int
    articles: int
    labelled: int
    counts: Mapping[str, int]
    naive: Shares | None = None
    corrected: Shares | None = None
    note: str | None = None

    def as_dict(self, by: Sequence[str]) -> dict[str, Any]:
        """Return the group as JSON-ready values."""
        return {
            **dict(zip(by, self.key, strict=False)),
            "n": self.n,
            "articles": self.articles,
            "labelled": self.labelled,
            "counts": dict(self.counts),
            "naive": figures(self.naive) if self.naive else None,
            "corrected": figures(self.corrected) if self.corrected else None,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """How shares are to be found.

    Parameters
    ----------
    by
        What units are grouped by (``groups.GROUPS``); nothing gives the whole corpus alone.
    method
        ``ppi`` (``correction``) or ``confusion`` (``confusion``).
    level
        Coverage of the intervals.
    resamples, seed
        Of the draws of ``confusion``; ``ppi`` draws nothing.
    """

    by: tuple[str, ...] = ()
    method: Method = "ppi"
    level: float = 0.95
    resamples: int = 1000
    seed: int = 13


@dataclass(frozen=True, slots=True)
class Found:
    """Shares of a corpus.

    Parameters
    ----------
    whole
        Of all units.
    groups
        In the order to be shown.
    power
        How far the correction relies on the classifier, in [0, 1]: at 0 the sample alone speaks. None without a
        sample, or with ``confusion``.
    """

    whole: Group
    groups: tuple[Group, ...]
    power: float | None


def check_method(name: str) -> Method:
    """Return how shares are corrected.

    Raises
    ------
    InputError
        If there is no such way.
    """
    found = next((method for method in METHODS if method == name), None)
    if found is None:
        raise InputError(f"--method {name}: is none; give {' or '.join(METHODS)}")
    return found


def find_shares(rows: Sequence[ScoredRow], units: Sequence[Unit], asked: Asked, labelled: Labelled | None) -> Found:
    """Return the shares of each stance in the whole corpus and in each group.

    Parameters
    ----------
    rows
        Of the corpus, in the order that ``labelled`` knows.
    units
        What counts once, made of all the rows.
    labelled
        A labelled random sample of the rows; None gives the naive shares alone.
    """
    places = {row.row_id: place for place, row in enumerate(rows)}
    clusters = _clusters(units, places)
    everything = group_units(units, (), places)[()]
    frame = _frame(rows, everything, clusters, labelled) if labelled else None
    judge = _Judge(frame, clusters, asked)
    whole = judge.group((), everything)
    groups = tuple(judge.group(key, members) for key, members in group_units(units, asked.by, places).items())
    return Found(whole, groups if asked.by else (), judge.power)


def _clusters(units: Sequence[Unit], places: Mapping[str, int]) -> IntArray:
    """Return the cluster of each row as a number, [rows]: that of its unit."""
    names = {name: number for number, name in enumerate(sorted({unit.cluster for unit in units}))}
    found = np.zeros(len(places), dtype=np.int64)
    for unit in units:
        for row in unit.rows:
            found[places[row.row_id]] = names[unit.cluster]
    return found


def _frame(rows: Sequence[ScoredRow], members: Sequence[Member], clusters: IntArray, sample: Labelled) -> Frame:
    weight = np.zeros(len(rows))
    for member in members:
        weight[list(member.rows)] = 1 / len(member.rows)
    strata = np.unique(np.asarray(sample.strata, dtype=object), return_inverse=True)[1]
    actual = np.zeros((len(rows), len(LABELS) + 1))
    inclusion = np.ones(len(rows))
    for place, row in enumerate(rows):
        if row.row_id in sample.labels:
            label = sample.labels[row.row_id]
            actual[place, LABELS.index(label) if label else len(LABELS)] = 1
            inclusion[place] = sample.inclusion[row.row_id]
    return Frame(
        predicted=np.array([row.probabilities for row in rows]),
        weight=weight,
        cluster=clusters,
        stratum=np.asarray(strata, dtype=np.int64),
        labelled=np.asarray(actual.any(axis=1)),
        actual=actual,
        inclusion=inclusion,
    )


class _Judge:
    """Makes the figures of groups, and says where there is too little for one."""

    def __init__(self, frame: Frame | None, clusters: IntArray, asked: Asked) -> None:
        self._frame, self._clusters, self._asked = frame, clusters, asked
        self.power = tuned_power(frame) if frame is not None and asked.method == "ppi" else None

    def group(self, key: Key, members: Sequence[Member]) -> Group:
        """Return one group."""
        where = np.array([member.rows[0] for member in members], dtype=np.int64)
        rows = np.array([row for member in members for row in member.rows], dtype=np.int64)
        articles = len(np.unique(self._clusters[where]))
        units = [member.unit for member in members]
        labelled = int(self._frame.labelled[rows].sum()) if self._frame else 0
        group = Group(key, len(members), articles, labelled, stance_counts(units))
        if not members:
            return replace(group, note="no data")
        if len(members) < LEAST_UNITS:
            return replace(group, note=f"too few: {LEAST_UNITS} needed")
        if articles < LEAST_ARTICLES:
            return replace(group, note=f"too few articles: {articles}, {LEAST_ARTICLES} needed")
        group = replace(group, naive=stance_shares(units, self._asked.level))
        if self._frame is None:
            return group
        weight = np.concatenate([np.full(len(member.rows), 1 / len(member.rows)) for member in members])
        found, note = self._corrected(self._frame.part(rows, weight))
        return replace(group, corrected=self._estimates(found, group.n) if found else None, note=note)

    def _corrected(self, part: Frame) -> tuple[Corrected | None, str | None]:
        """Return the corrected shares, or why there are none."""
        asked, frame = self._asked, self._frame
        if asked.method == "confusion" and frame is not None:
            return self._adjusted(frame, part)
        count = int(part.labelled.sum())
        articles = len(np.unique(part.cluster[part.labelled]))
        if count < LEAST_LABELLED:
            return None, f"too few labelled: {count}, {LEAST_LABELLED} needed"
        if articles < LEAST_LABELLED_ARTICLES:
            return None, f"labelled in too few articles: {articles}, {LEAST_LABELLED_ARTICLES} needed"
        if not part.actual[:, : len(LABELS)].any():
            return None, "no labelled row is a statement"
        return corrected_shares(part, self.power or 0.0, level=asked.level), None

    def _adjusted(self, frame: Frame, part: Frame) -> tuple[Corrected | None, str | None]:
        seen = seen_of_labels(frame)
        short = [f"{n} {label}" for label, n in zip(LABELS, seen.tolist(), strict=True) if n < LEAST_OF_LABEL]
        if short:
            return None, f"too few labelled: {', '.join(short)}; {LEAST_OF_LABEL} of each needed"
        asked = self._asked
        rng = np.random.default_rng(asked.seed)
        return adjusted_shares(frame, part, rng=rng, resamples=asked.resamples, level=asked.level), None

    def _estimates(self, found: Corrected, n: int) -> dict[str, Estimate]:
        found_figures = zip(LABELS, found.share.tolist(), found.low.tolist(), found.high.tolist(), strict=True)
        return {label: Estimate(value, low, high, n, self._asked.level) for label, value, low, high in found_figures}
