"""Two or more runs on the same test items: what differs, whether it is chance, and which quotes flipped.

The first run is the reference: each other is compared with it, and Holm's correction is over those comparisons.
Macro-F1 decides; the other metrics are shown beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.errors import InputError
from pipeline.evaluation.items import Items, Rows, align
from pipeline.evaluation.paired import FEWEST_ARTICLES, Draws
from pipeline.evaluation.pairs import DECIDES, Pair, pairs_of, plain
from pipeline.evaluation.slices import SMALL
from pipeline.records import LABELS

_FEW_ARTICLES = 20
"""Percentile intervals of fewer articles are noticeably too narrow; measured in ``benchmarks/compare.py``."""

_SHORT_ID = 8


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of one run.

    Parameters
    ----------
    run_id
        Unique among the runs compared: an id of MLflow, or a folder.
    params
        Parameter values by name, as logged; None where nothing tells them.
    metrics
        Figures by name, as logged.
    name
        Name for people.
    predictions
        Rows of its predictions on the test split; None where it has none.
    """

    run_id: str
    params: Mapping[str, Any] | None = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    name: str | None = None
    predictions: Rows | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs side by side, and each with the first one on the same items.

    Parameters
    ----------
    run_ids, names
        Of the runs; names are unique.
    params, logged
        One value a run, None where a run lacks it: parameters that differ, and figures as logged.
    items
        What was compared; None where nothing was.
    pairs
        The first run with each other; none where nothing was tested.
    not_tested
        Why nothing was tested; None where something was.
    notes
        What to mind in reading the figures.
    """

    run_ids: tuple[str, ...]
    names: tuple[str, ...]
    params: Mapping[str, tuple[Any, ...]]
    logged: Mapping[str, tuple[float | None, ...]]
    draws: Draws
    items: Items | None = None
    pairs: tuple[Pair, ...] = ()
    not_tested: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """The verdicts of all pairs."""
        return "; ".join(pair.verdict for pair in self.pairs) or f"not tested: {self.not_tested}"

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON-ready values: a pair's beside the rest, several under ``pairs``."""
        told = {
            "runs": [{"run_id": i, "name": name} for i, name in zip(self.run_ids, self.names, strict=True)],
            "n": self.items.n if self.items else 0,
            "verdict": self.verdict,
            "not_tested": self.not_tested,
            "notes": list(self.notes),
            "items": self.items.as_dict() if self.items else None,
            "draws": plain(self.draws, ("resamples", "level", "seed")),
            "params": {name: list(values) for name, values in self.params.items()},
            "logged": {name: list(values) for name, values in self.logged.items()},
        }
        if len(self.pairs) > 1:
            return told | {"pairs": [{"a": pair.a, "b": pair.b, **pair.as_dict()} for pair in self.pairs]}
        return told | (self.pairs[0].as_dict() if self.pairs else {"metrics": {}, "slices": [], "flips": []})


def compare(
    runs: Sequence[Run], *, shared: bool = False, draws: Draws | None = None, smallest_slice: int = SMALL
) -> Comparison:
    """Return the runs side by side, and tested against the first where all have predictions.

    Parameters
    ----------
    runs
        Two or more; the first is the reference.
    shared
        Compare on the items that all have, where the runs were evaluated on different ones.
    smallest_slice
        Statements that a slice needs to be judged.

    Raises
    ------
    InputError
        If there are fewer than two runs, one is named twice, or their test items differ.
    """
    _check(runs)
    draws = draws or Draws()
    names = _names(runs)
    side_by_side = Comparison(
        run_ids=tuple(run.run_id for run in runs),
        names=names,
        params=_params(runs),
        logged=_rows_of([run.metrics for run in runs], (DECIDES,)),
        draws=draws,
        notes=_notes_on_params(runs, names),
    )
    tables = {name: run.predictions for name, run in zip(names, runs, strict=True) if run.predictions is not None}
    if len(tables) < len(runs):
        without = [name for name in names if name not in tables]
        have = "have" if len(without) > 1 else "has"
        reason = f"{' and '.join(without)} {have} no predictions; `stance evaluate` makes them"
        return replace(side_by_side, not_tested=reason)
    items, aligned = align(tables, shared=shared)
    return replace(
        side_by_side,
        items=items,
        pairs=pairs_of(names, aligned, draws, smallest_slice),
        notes=(*side_by_side.notes, *_notes(items, aligned[0])),
    )


def _check(runs: Sequence[Run]) -> None:
    ids = [run.run_id for run in runs]
    if len(ids) < 2:
        raise InputError(f"a comparison needs two runs or more, not {len(ids)}; name another run")
    if len(set(ids)) < len(ids):
        twice = next(run_id for run_id in ids if ids.count(run_id) > 1)
        raise InputError(f"run {twice} is named twice; name two different runs")


def _names(runs: Sequence[Run]) -> tuple[str, ...]:
    """Return the names of the runs; those that several have, and those of none, with the beginning of the id."""
    given = [run.name or run.run_id for run in runs]
    return tuple(
        f"{name} ({run.run_id[:_SHORT_ID]})" if given.count(name) > 1 else name
        for name, run in zip(given, runs, strict=True)
    )


def _rows_of(tables: Sequence[Mapping[str, Any]], first: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Return each name's values, one a table: those in ``first``, in its order, then the others by the alphabet."""
    found = {name for table in tables for name in table}
    ordered = [name for name in first if name in found] + sorted(found.difference(first))
    return {name: tuple(table.get(name) for table in tables) for name in ordered}


def _params(runs: Sequence[Run]) -> dict[str, tuple[Any, ...]]:
    """Return the parameters on which runs differ; what is not told differs from nothing."""
    told = [run for run in runs if run.params is not None]
    differ = {
        name
        for name, values in _rows_of([run.params or {} for run in told], ()).items()
        if any(value != values[0] for value in values)
    }
    rows = _rows_of([run.params or {} for run in runs], ())
    return {name: values for name, values in rows.items() if name in differ}


def _notes_on_params(runs: Sequence[Run], names: Sequence[str]) -> tuple[str, ...]:
    untold = [name for name, run in zip(names, runs, strict=True) if run.params is None]
    if untold:
        return (f"the parameters of {' and '.join(untold)} are not known; MLflow has those of its runs",)
    return () if _params(runs) else ("no parameter differs",)


def _notes(items: Items, rows: Rows) -> tuple[str, ...]:
    found = []
    if items.articles < FEWEST_ARTICLES:
        found.append(f"{items.articles} article{'s' * (items.articles > 1)}: too few to test anything")
    elif items.articles < _FEW_ARTICLES:
        found.append(f"{items.articles} articles are few: intervals tend to be too narrow; mind the p-values")
    if items.n < SMALL:
        few = "1 statement is" if items.n == 1 else f"{items.n} statements are"
        found.append(f"{few} few: one more or less may change every figure")
    absent = set(LABELS).difference(row["label"] for row in rows)
    if absent:
        names = " or ".join(label for label in LABELS if label in absent)
        found.append(f"no statement is labelled {names}: macro-F1 averages fewer labels")
    return tuple(found)
