"""Agreement by who agrees with whom: people with people, people with models, models with models.

Coders of one type are measured among themselves, and never counted with those of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, combinations_with_replacement, product

import numpy as np

from pipeline.labels.agreement import (
    MISSING,
    agreement,
    alpha,
    coincidences,
    crossings,
    kappa,
    macro_f1,
    one_against_rest,
    specific_agreement,
)
from pipeline.labels.reliability import (
    TYPES,
    Codes,
    Draws,
    GroupAgreement,
    LabelAgreement,
    PairAgreement,
    TargetAgreement,
    Types,
)
from pipeline.records import Estimate
from pipeline.resampling import Combine, FloatArray, IntArray, bootstrap_sums, interval, resampled

Pair = tuple[int, int]


def measure(data: Codes, draws: Draws) -> tuple[GroupAgreement, ...]:
    """Return the agreement of each two types of coders of whom some labelled the same units, people first."""
    order = sorted(combinations_with_replacement(range(len(TYPES)), 2), key=lambda pair: pair[::-1])
    groups = (_group(data, (TYPES[first], TYPES[second]), draws) for first, second in order)
    return tuple(group for group in groups if group)


def _group(data: Codes, types: Types, draws: Draws) -> GroupAgreement | None:
    """Return the agreement of coders of two types, or of one where both are the same; None if no unit is shared."""
    one, other = (data.of_type(kind) for kind in types)
    within = types[0] == types[1]
    k = len(data.labels)
    tallies = coincidences(data.codes[:, one], k) if within else crossings(data.codes[:, one], data.codes[:, other], k)
    kept = np.flatnonzero(tallies.any(axis=1))
    if not len(kept):
        return None
    codes = data.codes[kept]
    pairs = [pair for pair in (combinations(one, 2) if within else product(one, other)) if _shared(codes, pair).any()]
    study = _Study(
        labels=data.labels,
        coefficient=alpha if within else kappa,
        tallies=tallies[kept],
        pairs={pair: crossings(codes[:, pair[:1]], codes[:, pair[1:]], k) for pair in pairs},
        clusters=[data.clusters[unit] for unit in kept],
        draws=draws,
    )
    found, standard_error = study.estimates()
    return GroupAgreement(
        types=types,
        coders=tuple(data.coders[coder] for coder in sorted({coder for pair in pairs for coder in pair})),
        coefficient="alpha" if within else "kappa_x",
        n=len(kept),
        clusters=len(set(study.clusters)),
        standard_error=standard_error,
        **{name: found[name] for name in ("reliability", "agreement", "kappa", "macro_f1")},
        pairs=tuple(_pair(data, codes, pair, found) for pair in pairs),
        labels=study.by_label(found),
        targets=study.by_target([data.units[unit][1] for unit in kept]),
    )


def _shared(codes: IntArray, pair: Pair) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which units both coders of a pair labelled, [n]."""
    shared: np.ndarray[tuple[int], np.dtype[np.bool_]] = (codes[:, pair] != MISSING).all(axis=1)
    return shared


@dataclass(frozen=True, slots=True, eq=False)
class _Study:
    """The tallies of a group and of each of its pairs, and how their figures are drawn."""

    labels: Sequence[str]
    coefficient: Combine
    tallies: FloatArray
    pairs: Mapping[Pair, FloatArray]
    clusters: Sequence[str]
    draws: Draws

    def estimates(self) -> tuple[dict[str, Estimate], float]:
        """Return every figure but those by target, and the standard error of the reliability.

        Units are drawn, as Zapf et al. (2016) advise for alpha, but in whole articles.
        """
        items = np.concatenate([self.tallies, *self.pairs.values()], axis=1)
        combine = {**self._whole(), **self._by_pair()}
        rng = np.random.default_rng(self.draws.seed)
        drawn = resampled(items, combine, self.clusters, rng=rng, resamples=self.draws.resamples)
        whole, level = items.sum(axis=0, keepdims=True), self.draws.level
        spread = drawn["reliability"][~np.isnan(drawn["reliability"])]
        return {
            name: Estimate(float(figure(whole)[0]), *interval(drawn[name], level), n=len(items), level=level)
            for name, figure in combine.items()
        }, float(spread.std(ddof=1)) if len(spread) > 1 else float("nan")

    def _block(self, number: int, figure: Combine) -> Combine:
        """Return a figure of one block of columns: 0 is the group, then come the pairs."""
        width = self.tallies.shape[1]
        return lambda sums: figure(sums[:, number * width : (number + 1) * width])

    def _whole(self) -> dict[str, Combine]:
        figures: dict[str, Combine] = {"reliability": self.coefficient, "agreement": agreement}
        for index, label in enumerate(self.labels):
            figures[f"agreement of {label}"] = _of_label(index)
            figures[f"reliability of {label}"] = one_against_rest(self.coefficient, index)
        return {name: self._block(0, figure) for name, figure in figures.items()}

    def _by_pair(self) -> dict[str, Combine]:
        single = {
            f"{name} {pair}": self._block(number, figure)
            for number, pair in enumerate(self.pairs, start=1)
            for name, figure in (("agreement", agreement), ("kappa", kappa), ("macro_f1", macro_f1))
        }
        means = {name: _mean([single[f"{name} {pair}"] for pair in self.pairs]) for name in ("kappa", "macro_f1")}
        return {**single, **means}

    def by_label(self, found: Mapping[str, Estimate]) -> tuple[LabelAgreement, ...]:
        """Return the agreement on each label."""
        k = len(self.labels)
        sides = self.tallies[:, k * k :].sum(axis=0)
        # Within a group both sides are the same codes.
        codes = sides[:k] if self.coefficient is alpha else sides[:k] + sides[k:]
        return tuple(
            LabelAgreement(label, int(count), found[f"agreement of {label}"], found[f"reliability of {label}"])
            for label, count in zip(self.labels, codes, strict=True)
        )

    def by_target(self, targets: Sequence[str | None]) -> tuple[TargetAgreement, ...]:
        """Return the agreement on the units of each target; nothing where they all have the same."""
        names = sorted(set(targets), key=lambda target: (target is None, target or ""))
        if len(names) < 2:
            return ()
        return tuple(self._of_target(name, [index for index, t in enumerate(targets) if t == name]) for name in names)

    def _of_target(self, target: str | None, units: Sequence[int]) -> TargetAgreement:
        found = bootstrap_sums(
            self.tallies[units],
            {"agreement": agreement, "reliability": self.coefficient},
            [self.clusters[unit] for unit in units],
            rng=np.random.default_rng(self.draws.seed),
            resamples=self.draws.resamples,
            level=self.draws.level,
        )
        return TargetAgreement(target, len(units), **found)


def _of_label(index: int) -> Combine:
    return lambda sums: specific_agreement(sums)[:, index]


def _mean(figures: Sequence[Combine]) -> Combine:
    """Return the mean of figures, over those that are defined."""

    def mean(sums: FloatArray) -> FloatArray:
        values = np.stack([figure(sums) for figure in figures])
        defined = ~np.isnan(values)
        counts = defined.sum(axis=0)
        found: FloatArray = np.where(counts, np.where(defined, values, 0.0).sum(axis=0) / np.maximum(counts, 1), np.nan)
        return found

    return mean


def _pair(data: Codes, codes: IntArray, pair: Pair, found: Mapping[str, Estimate]) -> PairAgreement:
    """Return the agreement of two coders; kappa, macro-F1 and confusion are scikit-learn's."""
    from sklearn.metrics import cohen_kappa_score, confusion_matrix, f1_score

    first, second = codes[_shared(codes, pair)][:, pair].T
    known = list(range(len(data.labels)))
    # Chance alone would make coders agree who give one label alone; scikit-learn warns of it.
    varied = len(np.unique([first, second])) > 1
    values = {
        "agreement": float((first == second).mean()),
        "kappa": float(cohen_kappa_score(first, second, labels=known)) if varied else float("nan"),
        "macro_f1": float(f1_score(first, second, labels=known, average="macro", zero_division=np.nan)),
    }
    return PairAgreement(
        first=data.coders[pair[0]],
        second=data.coders[pair[1]],
        n=len(first),
        **{name: replace(found[f"{name} {pair}"], value=value, n=len(first)) for name, value in values.items()},
        confusion=tuple(map(tuple, confusion_matrix(first, second, labels=known).tolist())),
    )
