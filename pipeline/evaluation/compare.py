"""Two or more runs side by side: the parameters that differ, and every metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import InputError


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of one run.

    Parameters
    ----------
    run_id
        Unique among the runs compared.
    params
        Parameter values by name, as logged.
    metrics
        Figures by name.
    name
        Name for people.
    """

    run_id: str
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs side by side; each row has one value a run, in the order of ``runs``, None where a run lacks it."""

    runs: tuple[str, ...]
    params: dict[str, tuple[Any, ...]]
    metrics: dict[str, tuple[float | None, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON-ready values."""
        return {
            "runs": list(self.runs),
            "params": {name: list(values) for name, values in self.params.items()},
            "metrics": {name: list(values) for name, values in self.metrics.items()},
        }


def _names(tables: Sequence[Mapping[str, Any]], first: Sequence[str]) -> list[str]:
    """Return every name once: those in ``first``, in its order, then the others in alphabetical order."""
    found = {name for table in tables for name in table}
    return [name for name in first if name in found] + sorted(found.difference(first))


def compare(runs: Sequence[Run], *, first: Sequence[str] = ("macro_f1",)) -> Comparison:
    """Return the runs side by side, without the parameters on which all agree.

    Parameters
    ----------
    runs
        Two or more; the columns follow their order.
    first
        Metrics to list before the others.

    Raises
    ------
    InputError
        If there are fewer than two runs, or one is named twice.
    """
    ids = tuple(run.run_id for run in runs)
    if len(ids) < 2:
        raise InputError(f"a comparison needs two runs or more, not {len(ids)}; name another run")
    if len(set(ids)) < len(ids):
        twice = next(run_id for run_id in ids if ids.count(run_id) > 1)
        raise InputError(f"run {twice} is named twice; name two different runs")
    params = {name: tuple(run.params.get(name) for run in runs) for name in _names([r.params for r in runs], ())}
    return Comparison(
        runs=ids,
        params={name: values for name, values in params.items() if any(value != values[0] for value in values)},
        metrics={
            name: tuple(run.metrics.get(name) for run in runs) for name in _names([r.metrics for r in runs], first)
        },
    )
