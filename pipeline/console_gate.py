"""What people see of ``stance promote``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.console import say

if TYPE_CHECKING:
    from pipeline.evaluation.gate import Decision
    from pipeline.stages.promote import RolledBack

_NAME = "stance"


def say_decision(decision: Decision) -> None:
    """Write each check with what it found, and what became of the alias."""
    width = max((len(check.name) for check in decision.checks), default=0)
    for check in decision.checks:
        say(f"{'passed' if check.passed else 'FAILED'}  {check.name.ljust(width)}  {check.told}")
    say(_outcome(decision))


def _outcome(decision: Decision) -> str:
    model, before, alias = decision.model, decision.before, f"{_NAME}@{decision.alias}"
    shown = f"version {model.version} (run {model.name})" if model.version else f"the model of run {model.name}"
    was = f"version {before.version} (run {before.name})" if before else "no model"
    if decision.already:
        return f"{alias} is {shown} already"
    if not decision.passed:
        return f"{alias} stays at {was}; {shown} was not promoted"
    if decision.dry_run:
        return f"{alias} would move from {was} to {shown}"
    return f"{alias} moved from {was} to {shown}"


def say_rollback(moved: RolledBack) -> None:
    """Write where the alias was, and where it is."""
    word = "would go" if moved.dry_run else "went"
    say(f"{_NAME}@{moved.alias} {word} back from version {moved.left} to version {moved.now} (run {moved.run_id[:8]})")
