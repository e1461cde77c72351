"""Decisions on what coders differ on: lists of disagreements that somebody has filled in, read back and checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.errors import RecordError
from pipeline.labels.coding_cells import PLACES, Unit, cell, label_in, statement_in, type_in
from pipeline.labels.coding_rows import Coding, by_unit
from pipeline.labels.filled_tables import Needed, read_sheet
from pipeline.labels.gold import CoderType
from pipeline.labels.rejects import reject_at
from pipeline.records import Reject

_NEEDED: Needed = tuple((*place, "decision", "adjudicator") for place in PLACES)


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of a list that somebody filled in; ``label`` is None where it is not decided yet."""

    where: str
    statement_id: str
    target: str | None
    label: str | None
    adjudicator: str
    adjudicator_type: CoderType | None
    note: str

    @property
    def unit(self) -> Unit:
        """What was decided."""
        return self.statement_id, self.target


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions that count and the notes on all rows, by unit; and the rows that do not count."""

    made: Mapping[Unit, Decision]
    notes: Mapping[Unit, str]
    rejects: tuple[Reject, ...]


def read_decisions(paths: Sequence[Path], codings: Sequence[Coding]) -> Decisions:
    """Return the decisions of filled-in lists about these codings.

    Raises
    ------
    InputError
        If a list cannot be read or lacks columns.
    """
    rows: list[Decision] = []
    rejects: list[Reject] = []
    units = by_unit(codings)
    targets = _targets(units)
    for path in paths:
        sheet = read_sheet(path, _NEEDED, "list of decisions")
        rejects += sheet.rejects
        for row in sheet.rows:
            try:
                rows.append(_checked(_decision(row.where, row.cells, targets), units))
            except RecordError as error:
                rejects.append(row.rejected(error))
    made, faults = _settled([row for row in rows if row.label], codings)
    rejects += [reject_at(row.where, f"{row.statement_id} {row.label}", fault) for row, fault in faults]
    return Decisions(made, {row.unit: row.note for row in rows if row.note}, tuple(rejects))


def _targets(units: Iterable[Unit]) -> dict[str, list[str | None]]:
    targets: dict[str, list[str | None]] = defaultdict(list)
    for statement_id, target in units:
        targets[statement_id].append(target)
    return targets


def _decision(where: str, cells: Mapping[str, Any], targets: Mapping[str, Sequence[str | None]]) -> Decision:
    statement_id, target = statement_in(cells), cell(cells, "target") or None
    if statement_id not in targets:
        message = f"{statement_id} is in no file of codings; give those that the list was made from"
        raise RecordError(message, reason="unknown-statement")
    known = targets[statement_id]
    if target is None and len(known) == 1:
        target = known[0]
    if target not in known:
        message = f"{statement_id} was not coded for the target {target!r}; it was for {', '.join(map(str, known))}"
        raise RecordError(message, reason="which-target")
    label = label_in(cells, "decision") or None
    adjudicator = cell(cells, "adjudicator")
    if label and not adjudicator:
        raise RecordError("names no adjudicator; say who decided", reason="no-adjudicator")
    kind = type_in(cells, "adjudicator_type")
    return Decision(where, statement_id, target, label, adjudicator, kind, cell(cells, "note"))


def _checked(decision: Decision, units: Mapping[Unit, Sequence[Coding]]) -> Decision:
    """Return a decision unless it overrules coders who agree."""
    agreed = {coding.label for coding in units[decision.unit]}
    if decision.label and len(agreed) == 1 and decision.label not in agreed:
        message = f"nobody disputes {agreed.pop()} here; decide what coders differ on, or change a coding"
        raise RecordError(message, reason="not-disputed")
    return decision


def _settled(
    decisions: Sequence[Decision], codings: Iterable[Coding]
) -> tuple[dict[Unit, Decision], list[tuple[Decision, RecordError]]]:
    """Return the decisions by unit, each with its adjudicator's type, and those that contradict others."""
    types: dict[str, set[CoderType]] = defaultdict(set)
    for name, kind in [
        *((coding.coder, coding.coder_type) for coding in codings),
        *((decision.adjudicator, decision.adjudicator_type) for decision in decisions),
    ]:
        if kind:
            types[name].add(kind)
    labels: dict[Unit, dict[str | None, Decision]] = defaultdict(dict)
    for decision in decisions:
        labels[decision.unit].setdefault(decision.label, decision)
    made: dict[Unit, Decision] = {}
    faults = []
    for decision in decisions:
        fault = _fault(decision, types[decision.adjudicator], labels[decision.unit])
        if fault:
            faults.append((decision, fault))
        else:
            (kind,) = types[decision.adjudicator]
            made.setdefault(decision.unit, replace(decision, adjudicator_type=kind))
    return made, faults


def _fault(decision: Decision, types: set[CoderType], labels: Mapping[str | None, Decision]) -> RecordError | None:
    name = decision.adjudicator
    if len(types) > 1:
        message = f"{name} is {' and '.join(sorted(types))}; one who decides has one type"
        return RecordError(message, reason="two-coder-types")
    if not types:
        message = f"say in adjudicator_type whether {name} is human or model; one row is enough"
        return RecordError(message, reason="no-adjudicator-type")
    other = next((other for label, other in labels.items() if label != decision.label), None)
    if other:
        message = f"{decision.label} here and {other.label} at {other.where}; leave one of the decisions"
        return RecordError(message, reason="two-labels")
    return None
