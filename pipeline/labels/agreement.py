"""Coefficients of agreement, as functions of sums over units, so that a bootstrap needs no pass over the units.

Codes are indices of labels, [n, coders], with ``MISSING`` where a coder has no label for a unit. A tally is what one
unit adds: a table of who said what beside whom, [k, k], and the counts of both its sides, [k] each, in one row of
m = k * k + 2 * k cells. Each coefficient is a function of summed tallies, [r, m] -> [r]; NaN where it is not defined.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.resampling import Combine, FloatArray, IntArray, ratio

MISSING = -1
"""Code of a coder for a unit that the coder did not label."""


def label_counts(codes: IntArray, k: int) -> FloatArray:
    """Return how many coders gave each unit each label, [n, k].

    Examples
    --------
    >>> label_counts(np.array([[0, 0, 2], [1, MISSING, MISSING]]), 3).tolist()
    [[2.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    counts: FloatArray = (codes[:, :, None] == np.arange(k)).sum(axis=1).astype(np.float64)
    return counts


def coincidences(codes: IntArray, k: int) -> FloatArray:
    """Return the tallies of one group of coders: all ordered pairs of codes of a unit, each divided by the others.

    The table is the coincidence matrix (Krippendorff 2011). A unit with fewer than two codes adds nothing.
    """
    counts = label_counts(codes, k)
    coded = counts.sum(axis=1)
    counts[coded < 2] = 0
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(k)
    return _tallies(pairs / np.maximum(coded - 1, 1)[:, None, None], counts, counts)


def crossings(first: IntArray, second: IntArray, k: int) -> FloatArray:
    """Return the tallies of two groups of coders, or two coders: pairs of a code of one and a code of the other.

    A unit weighs as many codes as it has (Wong, Paritosh and Aroyo 2021, "Cross-replication reliability", with missing
    data). One with codes of one side alone adds nothing.
    """
    one, other = label_counts(first, k), label_counts(second, k)
    n_one, n_other = one.sum(axis=1), other.sum(axis=1)
    apart = (n_one == 0) | (n_other == 0)
    one[apart] = other[apart] = 0
    weights = (n_one + n_other) / np.maximum(n_one * n_other, 1)
    return _tallies(one[:, :, None] * other[:, None, :] * weights[:, None, None], one, other)


def _tallies(tables: FloatArray, rows: FloatArray, columns: FloatArray) -> FloatArray:
    return np.concatenate([tables.reshape(len(tables), rows.shape[1] ** 2), rows, columns], axis=1)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Summed tallies taken apart: tables [r, k, k] and the counts of both sides, [r, k] each."""

    table: FloatArray
    rows: FloatArray
    columns: FloatArray

    @classmethod
    def of(cls, sums: FloatArray) -> Self:
        """Return the parts of summed tallies."""
        k = math.isqrt(sums.shape[1] + 1) - 1
        return cls(sums[:, : k * k].reshape(-1, k, k), sums[:, k * k : -k], sums[:, -k:])

    def hits(self) -> FloatArray:
        """Return the diagonals, [r, k]."""
        return np.diagonal(self.table, axis1=1, axis2=2)

    def disagreement(self) -> FloatArray:
        """Return the share of the pairs that differ, exactly 0 where none does."""
        total = self.table.sum(axis=(1, 2))
        off = np.where(np.eye(self.table.shape[1], dtype=bool), 0.0, self.table)
        return ratio(off.sum(axis=(1, 2)), total)


def agreement(sums: FloatArray) -> FloatArray:
    """Return the share of the pairs of codes that are the same, in [0, 1]."""
    return 1 - _Sums.of(sums).disagreement()


def kappa(sums: FloatArray) -> FloatArray:
    """Return agreement beyond chance where each side has its own distribution of labels, at most 1.

    Of the tallies of two coders it is Cohen's kappa (Cohen 1960), of two groups the cross-replication reliability
    kappa_x (Wong, Paritosh and Aroyo 2021).
    """
    parts = _Sums.of(sums)
    pairs = parts.rows.sum(axis=1) * parts.columns.sum(axis=1)
    return _corrected(parts.disagreement(), pairs - (parts.rows * parts.columns).sum(axis=1), pairs)


def alpha(sums: FloatArray) -> FloatArray:
    """Return Krippendorff's alpha for nominal data, of the tallies of one group, at most 1 (Krippendorff 2011)."""
    parts = _Sums.of(sums)
    n = parts.rows.sum(axis=1)
    pairs = n * (n - 1)
    return _corrected(parts.disagreement(), pairs - (parts.rows * (parts.rows - 1)).sum(axis=1), pairs)


def _corrected(observed: FloatArray, differing: FloatArray, pairs: FloatArray) -> FloatArray:
    """Return 1 less observed over expected disagreement; NaN where chance alone would make all agree."""
    expected = ratio(differing, pairs)
    return 1 - ratio(observed, expected)


def specific_agreement(sums: FloatArray) -> FloatArray:
    """Return for each label the chance that one who gives it meets another who does, [r, k], in [0, 1].

    The proportion of specific agreement (Spitzer and Fleiss 1974; Cicchetti and Feinstein 1990). Of two coders it is
    the F1 of one measured against the other, whichever is taken for the truth (Hripcsak and Rothschild 2005).
    """
    parts = _Sums.of(sums)
    return ratio(2 * parts.hits(), parts.table.sum(axis=1) + parts.table.sum(axis=2))


def macro_f1(sums: FloatArray) -> FloatArray:
    """Return the mean of specific agreement over the labels that occur: of two coders, macro-F1 of one on the other."""
    values = specific_agreement(sums)
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1).astype(np.float64))


def one_against_rest(coefficient: Combine, label: int) -> Combine:
    """Return a coefficient of one label, all others taken as one: as in the kappas of categories of Fleiss (1971)."""

    def figure(sums: FloatArray) -> FloatArray:
        parts = _Sums.of(sums)
        table = np.stack([_two(parts.table[:, label], label), _two(_rest(parts.table, label), label)], axis=1)
        return coefficient(_tallies(table, _two(parts.rows, label), _two(parts.columns, label)))

    return figure


def _two(values: FloatArray, label: int) -> FloatArray:
    """Return a label's value and the sum of the others', [r, 2]."""
    return np.stack([values[:, label], _rest(values, label)], axis=1)


def _rest(values: FloatArray, label: int) -> FloatArray:
    """Return the sum of the values of the other labels: nothing is taken away, so that zero stays zero."""
    rest: FloatArray = np.delete(values, label, axis=1).sum(axis=1)
    return rest
