"""A random sample of a scored corpus to be labelled, and with what probability each row came into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from pipeline.errors import InputError
from pipeline.findings.scored import ScoredRow
from pipeline.records import text_hash
from pipeline.resampling import IntArray

Allocation = Literal["proportional", "equal"]
ALLOCATIONS: tuple[Allocation, ...] = get_args(Allocation)

SAMPLE_COLUMNS = ("stratum", "stratum_rows", "stratum_drawn", "inclusion_probability", "drawn_from")
"""What a table of `stance annotate sample` has beside those of the scored table."""

LEAST = 2
"""Rows drawn of each stratum, where it has them: with one, nothing tells how they differ."""

STRATA: dict[str, Callable[[ScoredRow], str | None]] = {
    "stance": lambda row: row.stance,
    "target": lambda row: row.target,
    "outlet": lambda row: row.outlet,
    "year": lambda row: row.date.year if row.date else None,
    "month": lambda row: row.date.month if row.date else None,
    "kind": lambda row: row.kind,
    "region": lambda row: row.region,
    "speaker_type": lambda row: row.speaker_type,
}
"""What a stratum may be made of."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One row of a sample.

    Parameters
    ----------
    index
        Of the row in the corpus.
    stratum
        As ``strata_of`` names it.
    stratum_rows, stratum_drawn
        How many rows the stratum has in the corpus, and in the sample.
    """

    index: int
    stratum: str
    stratum_rows: int
    stratum_drawn: int

    @property
    def inclusion(self) -> float:
        """Probability with which the row came into the sample, in (0, 1]."""
        return self.stratum_drawn / self.stratum_rows


def check_allocation(name: str) -> Allocation:
    """Return how a sample is divided among strata.

    Raises
    ------
    InputError
        If there is no such way.
    """
    found = next((known for known in ALLOCATIONS if known == name), None)
    if found is None:
        raise InputError(f"--allocation {name}: is none; give {' or '.join(ALLOCATIONS)}")
    return found


def check_strata(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of what strata are made of.

    Raises
    ------
    InputError
        If one is none, or is given twice.
    """
    for name in names:
        if name not in STRATA:
            raise InputError(f"--strata {name}: is none; give some of {', '.join(STRATA)}, with commas between")
    if len(set(names)) < len(names):
        raise InputError(f"--strata {','.join(names)}: names one twice; name each once")
    return tuple(names)


def strata_of(rows: Sequence[ScoredRow], names: Sequence[str]) -> list[str]:
    """Return the stratum of each row: ``stance=neutral, target=Quillon masts``; ``all`` where there are none."""
    if not names:
        return ["all"] * len(rows)
    return [", ".join(f"{name}={STRATA[name](row) or 'none'}" for name in names) for row in rows]


def strata_names(stratum: str) -> tuple[str, ...]:
    """Return what a stratum was made of, as told by its own name.

    Examples
    --------
    >>> strata_names("stance=neutral, target=masts, antennas and a=b")
    ('stance', 'target')
    """
    parts = [part.partition("=")[0] for part in stratum.split(", ")]
    return tuple(dict.fromkeys(name for name in parts if name in STRATA))


def corpus_hash(rows: Sequence[ScoredRow], strata: Sequence[str]) -> str:
    """Return a hash of which rows there are, in which strata; their order does not count."""
    return text_hash(*sorted(f"{row.row_id}\t{stratum}" for row, stratum in zip(rows, strata, strict=True)))


def draw(
    strata: Sequence[str], n: int, *, rng: np.random.Generator, allocation: Allocation = "proportional"
) -> list[Drawn]:
    """Return a stratified random sample without replacement, in random order.

    The order is random over all strata, so that whoever labels only the first half has labelled a random half.

    Parameters
    ----------
    strata
        Of each row of the corpus, [rows].
    n
        How many rows to draw; all are drawn where there are no more.
    allocation
        ``proportional`` to the rows of each stratum, or ``equal`` numbers; at least ``LEAST`` of each either way, as
        far as it has them.

    Raises
    ------
    InputError
        If ``n`` is too small for so many strata.
    """
    names, member = np.unique(np.asarray(strata, dtype=object), return_inverse=True)
    sizes = np.bincount(member)
    needed = int(np.minimum(sizes, LEAST).sum())
    if n < needed:
        raise InputError(f"--n {n}: {len(names)} strata need {needed} rows or more; draw more, or make fewer strata")
    counts = _allocated(sizes, min(n, len(strata)), allocation)
    drawn = [
        Drawn(index, str(names[number]), int(sizes[number]), int(counts[number]))
        for number in range(len(names))
        for index in sorted(rng.choice(np.flatnonzero(member == number), counts[number], replace=False).tolist())
    ]
    return [drawn[place] for place in rng.permutation(len(drawn))]


def _allocated(sizes: IntArray, n: int, allocation: Allocation) -> IntArray:
    """Return how many rows each stratum gives: n together, by largest remainders, none more than it has."""
    counts = np.minimum(sizes, LEAST)
    wished = sizes / sizes.sum() * n if allocation == "proportional" else np.full(len(sizes), n / len(sizes))
    for _ in range(n - int(counts.sum())):
        short = np.where(counts < sizes, wished - counts, -np.inf)
        counts[int(np.argmax(short))] += 1
    return np.asarray(counts, dtype=np.int64)


def sample_cells(drawn: Drawn, corpus: str) -> dict[str, Any]:
    """Return what the table of a sample says of one row (keys: ``SAMPLE_COLUMNS``)."""
    values = (drawn.stratum, drawn.stratum_rows, drawn.stratum_drawn, drawn.inclusion, corpus)
    return dict(zip(SAMPLE_COLUMNS, values, strict=True))


def design_of(drawn: Sequence[Drawn]) -> dict[str, Mapping[str, float]]:
    """Return by stratum how many rows it has, how many were drawn, and with what probability each."""
    return {
        row.stratum: {"rows": row.stratum_rows, "drawn": row.stratum_drawn, "inclusion_probability": row.inclusion}
        for row in sorted(drawn, key=lambda row: row.stratum)
    }
