"""What people see of the behavioural suite: failures by capability, examples of them, and how far the model is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.console import Cell, say, say_table

if TYPE_CHECKING:
    from pipeline.evaluation.behaviour import BehaviourReport, Outcome, Probe, Tally

_HEADS = ("capability", "kind", "cases", "failures", "rate", "interval")
_SHORT = ("anti", "neutral", "pro")


def say_behaviour(report: BehaviourReport, failures: int) -> None:
    """Write the failures of each capability and kind, and up to so many failing examples of each capability."""
    rows = [_row(name, kind, report.tally(name, kind)) for name in report.capabilities for kind in report.kinds(name)]
    say_table(_HEADS, [*rows, _row("all", None, report.tally())])
    for name in report.capabilities:
        failed = report.failures(name)
        if failed[:failures]:
            say(f"\n{name}: {min(failures, len(failed))} of {len(failed)} failures")
        for outcome in failed[:failures]:
            _say_outcome(outcome)


def _row(name: str, kind: str | None, tally: Tally) -> list[Cell]:
    rate = tally.rate
    return [name, kind, tally.n, tally.failures, f"{rate.value:.3f}", f"{rate.low:.3f}–{rate.high:.3f}"]


def _say_outcome(outcome: Outcome) -> None:
    case, answered = outcome.case, outcome.as_dict()
    say(f"  {case.case_id}")
    if case.original is not None:
        _say_answer("before ", case.original, answered["original"])
    _say_answer("asked  " if case.original is None else "changed", case.probe, answered)


def _say_answer(name: str, probe: Probe, answered: dict[str, object]) -> None:
    figures = answered["probabilities"]
    assert isinstance(figures, dict)
    shown = ", ".join(f"{short} {figures[short]:.2f}" for short in _SHORT)
    say(f"    {name}  {probe.text} [{probe.target}]")
    say(f"             expected {probe.label}, predicted {answered['predicted']} ({shown})")


@contextmanager
def scoring() -> Iterator[Callable[[int, int], None] | None]:
    """Yield a callback that moves a bar of scored statements on stderr; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scoring statements", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield show
